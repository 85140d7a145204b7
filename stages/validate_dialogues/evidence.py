"""Evidence before write: what was read before a decision was enough to determine it.

A decision's proof holds clauses, each a set of reads of which one at least must have been made: without it the answer
was a lucky guess, and teaches guessing. Clauses are necessary; that the reads are also enough is shown by running the
programs on them alone. Not recognised: an answer found by other reads than the programs make.

A refusal needs less than the write would: only what determines the arguments that the broken rule looks at. Nobody has
to find out how something would be paid for that cannot be done anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from schemas.task import Clause, Proof, Request
from schemas.verdict import Verdict
from stages.validate_dialogues.context import CheckContext, failed, folded, passed, place
from stages.validate_dialogues.words import leaves
from tool_specs.domain import GuardContext
from tool_specs.partial import consulted
from tool_specs.programs import LINEAGE, MISSING, ReadAsk, ReadKey, Selection, bound, read_key, run
from tool_specs.sandbox import Sandbox


class Certificate(NamedTuple):
    """When the reads were enough: the last message they needed, or the first clause that nothing hits."""

    complete: int | None
    missing: Clause | None = None


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


def evidence_before_write(context: CheckContext) -> Verdict:
    """The reads before each gold write, and before each answer or refusal is told, form a certificate."""
    gold = dict(context.gold)
    for number, request in enumerate(context.task.requests):
        step = gold.get(number)
        if request.kind == "write" and step is None:
            return failed("evidence_before_write", "agent", f"request {number}: {request.tool} was never called")
        found = certificate(context, request, None, needless(context, request))
        if found.missing is not None:
            return failed(
                "evidence_before_write", "agent", f"request {number}: never made {_reads(request.proof, found.missing)}"
            )
        complete = found.complete or 0
        if step is not None:
            if complete > step.index:
                late = certificate(context, request, step.index).missing
                what = _reads(request.proof, late) if late is not None else "a read"
                return failed(
                    "evidence_before_write", "agent", f"{place(step.index)}: request {number}: written before {what}"
                )
            if not determines(context, request, step.index):
                return failed(
                    "evidence_before_write",
                    "agent",
                    f"{place(step.index)}: request {number}: what was read before does not determine the arguments",
                )
        elif request.kind == "refuse":
            refused = _refused(context)
            if refused is not None and complete > refused:
                what = f"refused before {place(complete)} gave the reason"
                return failed("evidence_before_write", "agent", f"{place(refused)}: request {number}: {what}")
        elif not _told_after(context, request, complete):
            return failed(
                "evidence_before_write", "agent", f"request {number}: told before {place(complete)} gave the evidence"
            )
    return passed("evidence_before_write")


def determines(context: CheckContext, request: Request, stop: int) -> bool:
    """Whether the programs, run on the reads made before message `stop` alone, give the gold arguments."""

    def read(ask: ReadAsk) -> Any:
        made = context.made.get(folded(ask.tool, ask.arguments))
        if ask.tool not in context.domain.identity_tools and (made is None or made >= stop):
            return MISSING
        return _answer(context.initial, ask)

    chosen = run(request.programs, context.facts, read)
    return all(
        bound(source.bind, request.programs, chosen) == request.arguments[name]
        for name, source in request.sources.items()
        if source.bind is not None
    )


def needless(context: CheckContext, request: Request) -> Needless:
    """Returns what a request's refusal can do without; nothing, where it is no refusal by a rule."""
    if request.kind != "refuse" or request.refusal is None or request.tool is None:
        return NOTHING
    heard = GuardContext(sandbox=context.initial, principal_id=context.task.principal, confirmed=True, history=False)
    seen = consulted(context.domain, heard, request.tool, request.arguments, request.refusal.rule)
    if seen is None or seen.issuperset(request.arguments):
        return NOTHING
    chosen = run(request.programs, context.facts, lambda ask: _answer(context.initial, ask))
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


def _looked_at(request: Request, chosen: Selection, place: int) -> Iterable[int]:
    """Returns the reads that a selection needs: of a look-up ("the one that ...") those that led to its row."""
    if request.programs[place].pick == "only":
        return {number for row in chosen.picked[place] for number in row[LINEAGE]}
    return chosen.used[place]


def _answer(sandbox: Sandbox, ask: ReadAsk) -> Any:
    result = sandbox.call(ask.tool, ask.arguments)
    return MISSING if result.error else result.value


def _chain(request: Request, name: str) -> Iterator[int]:
    """Yields the selection that an argument comes from, and those that it continues."""
    source = request.sources.get(name)
    place = source.bind.program if source is not None and source.bind is not None else None
    while place is not None:
        yield place
        place = request.programs[place].start


def certificate(
    context: CheckContext, request: Request, stop: int | None = None, without: Needless = NOTHING
) -> Certificate:
    """Returns when the reads before message `stop` determined a request."""
    keys: dict[int, ReadKey] = {}
    complete = -1
    for clause in request.proof.clauses:
        if without.covers(clause):
            continue
        first: int | None = None
        for read in clause.reads:
            key = keys.get(read)
            if key is None:
                ground = request.proof.reachable[read]
                key = keys[read] = folded(ground.tool, ground.arguments)
            when = context.made.get(key)
            if when is not None and (first is None or when < first) and (stop is None or when < stop):
                first = when
        if first is None and _is_identity(context, request.proof, clause):
            first = next(
                (step.answer for step in context.steps if _identifies(context, step.call.name, step.result.error)), None
            )
        if first is None or (stop is not None and first >= stop):
            return Certificate(None, clause)
        complete = max(complete, first)
    return Certificate(complete)


def _is_identity(context: CheckContext, proof: Proof, clause: Clause) -> bool:
    """Whether a clause only asks who the user is: any way of finding out will do."""
    return all(proof.reachable[read].tool in context.domain.identity_tools for read in clause.reads)


def _identifies(context: CheckContext, tool: str, error: bool) -> bool:
    return tool in context.domain.identity_tools and not error


def _refused(context: CheckContext) -> int | None:
    """Returns the last message that refuses, by the speaker's own acts."""
    found = [i for i, m in enumerate(context.messages) if any(act.kind == "refuse" for act in m.acts)]
    return found[-1] if found else None


def _told_after(context: CheckContext, request: Request, complete: int) -> bool:
    if not request.communicate:
        return True
    texts = [text for _, text in context.text("assistant", complete + 1, len(context.messages))]
    return all(any(context.toolbox.tells(text, value) for text in texts) for value in request.communicate)


def _reads(proof: Proof, clause: Clause) -> str:
    shown = [
        f"{read.tool}({', '.join(map(str, read.arguments.values()))})"
        for read in (proof.reachable[n] for n in clause.reads)
    ]
    return " or ".join(shown[:3]) + (f" ({clause.why})" if clause.why != "witness" else "")
