"""Alternatives: what could make a task's goal another one while it is not known. `gains` counts how many are left.

    alternatives(sandbox, task).clauses      -> ({("get_loan", '{"loan_id":"l1"}')}, ...)     # one must be read
    alternatives(sandbox, task).spoken       -> {Spoken("request", 0), Spoken("program", 0, 0), Spoken("end")}

They follow from the task and its proofs alone; nothing here looks at a dialogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from schemas.base import Json, canonical
from schemas.program import Bind, Program
from schemas.task import Knowledge, Request, Task
from stages.behaviors.slips import identity_ways
from stages.validate_dialogues.prepared import PreparedRequest, answer_of, folded, prepared
from stages.validate_dialogues.telling import needed_facts
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.roles import parameters_of, roles
from tool_specs.programs import LINEAGE, MISSING, ReadKey, bound, run
from tool_specs.remember import remembered
from tool_specs.sandbox import Sandbox


class Spoken(NamedTuple):
    """One thing that only the user can say.

    Attributes:
        kind: `request` (that there is one more), `program` (a selection), `role` (columns of another role's rows:
            "what I paid with"), `fact`, `person` (who it is), `yes` (to a write), `end` (that nothing more is wanted).
        request: whose it is, or a running number.
        name: of a fact or a role, or the number of a program.
    """

    kind: str
    request: int = 0
    name: str | int = ""


END = Spoken("end")
PERSON = (Spoken("person", 2), Spoken("person", 1))


class LookUp(NamedTuple):
    """Places where a row may be that was not found yet.

    Attributes:
        places: reads that could show it.
        leads: reads that do; once all of them were made, it is found.
        until: what the user must have put right before nobody looks for it any more, where no read shows it.
    """

    places: frozenset[ReadKey]
    leads: frozenset[ReadKey]
    until: Spoken | None = None


class Alternatives(NamedTuple):
    """What could make a task's goal another one, before anything is said or read.

    Attributes:
        clauses: of the proofs, by their reads.
        clauses_of: the numbers of the clauses that a read belongs to.
        identity: the numbers of the clauses that only say who the user is; any way to find that out excludes them.
        look_ups: of the programs.
        spoken: what only the user can say.
        facts: what the user states, by name, as canonical text.
        roles: what the user describes, as it is meant, as JSON text; other words for it cost a run (`as_meant`).
        ways: the facts by which the user can be found, one set is enough.
    """

    clauses: tuple[frozenset[ReadKey], ...]
    clauses_of: Mapping[ReadKey, Sequence[int]]
    identity: frozenset[int]
    look_ups: tuple[LookUp, ...]
    spoken: frozenset[Spoken]
    facts: Mapping[str, bytes]
    roles: Mapping[Spoken, bytes]
    ways: tuple[tuple[Knowledge, ...], ...]


@remembered(2, size=16)
def alternatives(sandbox: Sandbox, task: Task) -> Alternatives:
    """Returns what could make a task's goal another one."""
    ready = prepared(sandbox, task)
    facts = {entry.name: canonical(entry.value).lower() for entry in task.knowledge}
    identity = {entry.name for entry in task.knowledge if entry.identity}
    ways = identity_ways(task, sandbox.domain) if identity else ()
    clauses: dict[frozenset[ReadKey], None] = {}
    look_ups: list[LookUp] = []
    roles_: dict[Spoken, bytes] = {}
    writes = sum(request.kind in ("write", "decline") for request in task.requests)
    spoken: set[Spoken] = {END, *(PERSON if ways else ()), *(Spoken("yes", n) for n in range(1, writes + 1))}
    for number, own in enumerate(ready.requests):
        for clause in own.request.proof.clauses:
            clauses.setdefault(frozenset(own.keys[read] for read in clause.reads))
        spoken.add(Spoken("request", number))
        roles_.update(_roles(own.request, number, sandbox.domain.lexicon))
        needed = (name for name in needed_facts(own.request) if name in facts and name not in identity)
        spoken.update(Spoken("fact", name=name) for name in needed)
        look_ups += _look_ups(own)
        look_ups += _told_wrongly(own, number, ready.facts, sandbox)
    finds = sandbox.domain.identity_tools
    clauses_of: dict[ReadKey, list[int]] = {}
    for number, reads in enumerate(clauses):
        for read in reads:
            clauses_of.setdefault(read, []).append(number)
    known = {read for reads in clauses if len(reads) == 1 for read in reads}
    look_ups = [each._replace(places=each.places - known) for each in look_ups]
    return Alternatives(
        clauses=tuple(clauses),
        clauses_of=clauses_of,
        identity=frozenset(n for n, reads in enumerate(clauses) if all(name in finds for name, _ in reads)),
        look_ups=tuple(each for each in look_ups if each.places),
        spoken=frozenset(spoken | roles_.keys()),
        facts=facts,
        roles=roles_,
        ways=ways,
    )


def _roles(request: Request, number: int, lexicon: Lexicon) -> Iterator[tuple[Spoken, bytes]]:
    """Yields what a user describes of a request; that its own row is meant, no user says."""
    for place, each in enumerate(request.programs):
        if each.where or each.order or each.wishes or each.start is not None or each.pick != "only":
            yield Spoken("program", number, place), msgspec.json.encode(each)
    own = {program.role for program in request.programs}
    for role in roles(lexicon, request) if request.tool else ():
        sources = parameters_of(lexicon, request, role)
        binds = {name: source.bind for name, source in sources.items() if source.bind is not None}
        if binds and role not in own:
            yield Spoken("role", number, role), msgspec.json.encode(binds)


def _look_ups(own: PreparedRequest) -> Iterator[LookUp]:
    """Yields the selections that look for one row, with the reads that could have shown it and did not."""
    for number, program in enumerate(own.request.programs):
        if program.pick == "only":
            leads = {read for row in own.whole.picked[number] for read in row[LINEAGE]}
            moved = {
                key
                for clause in own.request.proof.clauses
                if clause.why == "witness" and len(clause.reads) > 1
                for key in (own.keys[read] for read in clause.reads)
            }
            places = frozenset(own.read_keys[read] for read in own.whole.used[number] - leads) - moved
            if leads:
                yield LookUp(places, frozenset(own.read_keys[read] for read in leads))


def _told_wrongly(own: PreparedRequest, request: int, facts: Mapping[str, Json], sandbox: Sandbox) -> Iterator[LookUp]:
    """Yields what a user looks for who is wrong about it: every place counts until the user puts it right."""
    flaw = own.request.flaw
    if flaw and flaw.programs:
        told = run(flaw.programs, {**facts, **flaw.facts}, lambda ask: answer_of(sandbox, ask))
        for number, program in enumerate(flaw.programs):
            if program != own.request.programs[number]:
                asks = (told.reads[read] for read in told.used[number])
                places = frozenset(folded(ask.tool, ask.arguments) for ask in asks)
                yield LookUp(places, frozenset(), Spoken("program", request, number))


@remembered(2, size=256)
def as_meant(sandbox: Sandbox, task: Task, request: int, told: bytes) -> bool:
    """Whether other words for a selection come to the same: "what I paid with" for "my PayPal account"."""
    own = prepared(sandbox, task).requests[request]
    value = msgspec.json.decode(told)
    number, binds = value["number"], value["binds"]
    if not binds or number >= len(own.request.programs):
        return False
    program = msgspec.convert(value["program"], Program)
    programs = (*own.request.programs[:number], program, *own.request.programs[number + 1 :])
    facts = {**prepared(sandbox, task).facts, **(own.request.flaw.facts if own.request.flaw else {})}
    chosen = run(programs, facts, lambda ask: answer_of(sandbox, ask))
    wanted = own.request.arguments
    return all(
        bound(msgspec.convert(b, Bind), programs, chosen) == wanted.get(name, MISSING) for name, b in binds.items()
    )
