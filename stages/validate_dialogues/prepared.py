"""Prepared: what the checks need of a task alone. Made once for all its tellings, which come one after the other.

    prepared(sandbox, task).requests[0].keys[3]      -> ("get_loan", b'{"loan_id":"l3"}')   # of read 3 of its proof
    prepared(sandbox, task).requests[0].whole        # what its programs ask for and find with every read answered

Nothing here looks at a dialogue, and nothing judges one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas.base import Json
from schemas.task import Clause, Request, Task
from stages.validate_dialogues.words import leaves
from tool_specs.domain import Domain, GuardContext
from tool_specs.following import follow
from tool_specs.partial import consulted
from tool_specs.programs import LINEAGE, MISSING, ReadAsk, ReadKey, Selection, bound, read_key, run
from tool_specs.remember import remembered
from tool_specs.sandbox import Sandbox


@dataclass(frozen=True)
class Needless:
    """What a refusal can do without.

    Attributes:
        spare: Reads (numbers in the proof) that serve only arguments which the broken rule does not look at.
        kept: Reads that serve those which it looks at.
        values: What such arguments are.
        facts: What the user states for them alone.
    """

    spare: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()
    values: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()

    def covers(self, clause: Clause) -> bool:
        """Whether what a clause demands need not be known."""
        if clause.value is not None and str(clause.value) in self.values:
            return True
        return not self.spare.isdisjoint(clause.reads) and self.kept.isdisjoint(clause.reads)


NOTHING = Needless()


class PreparedRequest:
    """One request of a task. It does not know its `PreparedTask`: a cycle would keep both in memory."""

    def __init__(self, request: Request, task: Task, facts: Mapping[str, Json], sandbox: Sandbox) -> None:
        self.request = request
        self._principal = task.principal or None
        self._facts = facts
        self._sandbox = sandbox

    @cached_property
    def keys(self) -> tuple[ReadKey, ...]:
        """The folded identities of the reads that its proof speaks of."""
        return tuple(folded(read.tool, read.arguments) for read in self.request.proof.reachable)

    @cached_property
    def whole(self) -> Selection:
        """What its programs give when every read is answered."""
        return run(self.request.programs, self._facts, lambda ask: answer_of(self._sandbox, ask))

    @cached_property
    def read_keys(self) -> tuple[ReadKey, ...]:
        """The folded identities of the reads that its programs then ask for, in order."""
        return tuple(folded(ask.tool, ask.arguments) for ask in self.whole.reads)

    @cached_property
    def asked(self) -> tuple[ReadKey, ...]:
        """The folded identities of the reads that its programs then ask for, those that identify the user apart."""
        identity = self._sandbox.domain.identity_tools
        return tuple(folded(ask.tool, ask.arguments) for ask in self.whole.reads if ask.tool not in identity)

    @cached_property
    def determined(self) -> bool:
        """Whether they then give the gold arguments."""
        return gives_gold(self._sandbox.domain, self.request, self.whole)

    @cached_property
    def needless(self) -> Needless:
        """What it can do without; nothing, where it is no refusal by a rule."""
        request, sandbox = self.request, self._sandbox
        if request.kind == "withhold":  # who leaves something undone has not asked how it would be done
            return Needless(facts=frozenset(source.fact for source in request.sources.values() if source.fact))
        if request.kind == "abandon":  # who leaves has told what there was time for
            return Needless(facts=frozenset(self._facts))
        if request.kind != "refuse" or request.refusal is None or request.tool is None:
            return NOTHING
        heard = GuardContext(sandbox=sandbox, principal_id=self._principal, confirmed=True, history=False)
        seen = consulted(sandbox.domain, heard, request.tool, request.arguments, request.refusal.rule)
        if seen is None or seen.issuperset(request.arguments):
            return NOTHING
        chosen = self.whole
        serving = {place for name in seen for place in _chain(request, name)}
        kept = {chosen.reads[number].key for place in serving for number in _looked_at(request, chosen, place)}
        spare = {ask.key for ask in chosen.reads} - kept
        keys = [read_key(read.tool, read.arguments) for read in request.proof.reachable]
        told = {str(leaf) for name in seen for leaf in leaves(request.arguments[name])}
        values = {str(leaf) for value in request.arguments.values() for leaf in leaves(value)}
        facts = {source.fact for name, source in request.sources.items() if source.fact and name not in seen}
        facts -= {source.fact for name, source in request.sources.items() if name in seen}
        return Needless(
            spare=frozenset(number for number, key in enumerate(keys) if key in spare),
            kept=frozenset(number for number, key in enumerate(keys) if key in kept),
            values=frozenset(values - told),
            facts=frozenset(facts),
        )


class PreparedTask:
    """A task on the world that it was made on.

    Attributes:
        sandbox: the initial state; nobody calls writes on it.
        facts: what the user knows, by name.
    """

    def __init__(self, sandbox: Sandbox, task: Task) -> None:
        self.sandbox = sandbox
        self.task = task
        self.facts = {entry.name: entry.value for entry in task.knowledge}
        self.requests = tuple(PreparedRequest(request, task, self.facts, sandbox) for request in task.requests)

    @cached_property
    def own_words(self) -> str:
        """All values that the user may say by itself, as one lower-case text."""
        task = self.task
        found = [str(leaf) for entry in task.knowledge for leaf in leaves(entry.value)]
        for request in task.requests:
            told = (*request.programs, *(request.flaw.programs if request.flaw else ()))
            rules = (rule for program in told for rule in (*program.where, *program.wishes))
            found += [str(leaf) for rule in rules for leaf in leaves(rule.value)]
            if request.flaw:
                found += [str(leaf) for value in request.flaw.facts.values() for leaf in leaves(value)]
            if request.refusal is not None and request.kind == "refuse":
                found += [str(leaf) for leaf in _told_leaves(request)]
        return "\n".join([*found, task.text]).lower()


@remembered(2, size=16)
def prepared(sandbox: Sandbox, task: Task) -> PreparedTask:
    """Returns a task prepared."""
    return PreparedTask(sandbox, task)


def folded(tool: str, arguments: dict[str, Json]) -> ReadKey:
    """Returns a read's identity, upper and lower case alike: people write their names as they like."""
    name, text = read_key(tool, arguments)
    return name, text.lower()


def answer_of(sandbox: Sandbox, ask: ReadAsk) -> Any:
    """Answers a program's read."""
    result = sandbox.call(ask.tool, ask.arguments)
    return MISSING if result.error else result.value


def gives_gold(domain: Domain, request: Request, chosen: Selection) -> bool:
    """Whether a selection gives the gold arguments, those that follow from it included."""
    follows = domain.follows.get(request.tool or "", {})
    for name, source in request.sources.items():
        if source.bind is None or source.provenance == "policy":
            continue
        if bound(source.bind, request.programs, chosen) != request.arguments[name]:
            return False
    return follow(follows, request.sources, request.arguments, request.programs, chosen) == request.arguments


def _looked_at(request: Request, chosen: Selection, place: int) -> Iterable[int]:
    """Returns the reads that a selection needs: of a look-up ("the one that ...") those that led to its row."""
    if request.programs[place].pick == "only":
        return {number for row in chosen.picked[place] for number in row[LINEAGE]}
    return chosen.used[place]


def _chain(request: Request, name: str) -> Iterator[int]:
    """Yields the selection that an argument comes from, and those that it continues."""
    source = request.sources.get(name)
    place = source.bind.program if source is not None and source.bind is not None else None
    while place is not None:
        yield place
        place = request.programs[place].start


def _told_leaves(request: Request) -> Iterator[Any]:
    for name, value in request.arguments.items():
        source = request.sources.get(name)
        if source is None or source.provenance == "user":
            yield from leaves(value)
