"""Meanings: the acts that go with a user's words, so that an agent can understand them and checks can follow.

tell a role by a selection -> inform(request=0, slot="object", value={"program": ..., "number": 0, "binds": {...}})
tell a role by facts       -> inform(request=0, slot="reason", value={"binds": {}, "facts": {"reason": "r0.reason"}})
                              inform(request=0, slot="r0.reason", value="no longer needed")
who it is                  -> inform(slot="email", value="ann@example.com")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from schemas.base import Json, plain
from schemas.dialogue import Act
from schemas.program import Bind, Call, Fact, Program
from schemas.task import Request
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.budgets import coupled_with
from tool_specs.phrasing.roles import original, parameters_of, roles
from tool_specs.remember import remembered

Saying = Callable[[str], Json]
"""Fact name -> the value as this user tells it now."""
Owners = dict[int, str]
"""Selection -> the role whose words describe it."""


def intent(request: Request, number: int, *, vague: bool, full: bool) -> Act:
    """Returns the act of raising a request.

    Args:
        request: What is raised.
        number: Its position in the order of being raised.
        vague: Only the matter is hinted at.
        full: Details come in the same message.
    """
    value: dict[str, Json] = {"tool": request.tool, "kind": "answer" if request.kind == "answer" else "write"}
    if request.tool is None and request.kind != "answer":
        value = {"tool": None, "kind": "out_of_scope", "key": request.refusal.request if request.refusal else ""}
    kind = "inform_intent_vague" if vague else "inform_intent_clear_add" if full else "inform_intent_clear"
    return Act(kind=kind, request=number, slot="intent", value=value)


def hint(number: int) -> Act:
    """Returns the act of saying that there is something, and not what."""
    return Act(kind="inform_intent_vague", request=number, slot="intent", value={"tool": None, "kind": "unknown"})


def told_roles(lexicon: Lexicon, request: Request) -> tuple[str, ...]:
    """Returns the roles that this request's user tells."""
    return roles(lexicon, request)


def role_acts(
    lexicon: Lexicon, request: Request, number: int, role: str, said: Saying, owners: Owners
) -> Iterator[Act]:
    """Yields the acts of telling one role of a request.

    A selection goes with the role whose words describe it: "the original payment method" says nothing about which
    order that is, so it carries a bind and no selection.
    """
    sources = parameters_of(lexicon, request, role)
    binds = {name: source.bind for name, source in sources.items() if source.bind is not None}
    facts = {name: source.fact for name, source in sources.items() if source.fact is not None}
    for fact in facts.values():
        yield Act(kind="inform", request=number, slot=fact, value=said(fact))
    if facts:
        yield Act(kind="inform", request=number, slot=role, value={"binds": {}, "facts": facts})
    for place in selections_of(request, binds.values()):
        own = {name: _plain(bind) for name, bind in binds.items() if bind.program == place}
        value: dict[str, Json] = {"program": None, "number": place, "binds": own}
        if owners.get(place, role) == role:
            yield from _program_facts(request.programs[place], number, said)
            value["program"] = _plain(request.programs[place])
            budget = request.programs[place].within
            if budget:
                yield Act(kind="inform", request=number, slot=budget.fact, value=said(budget.fact))
            condition = request.condition
            if condition and condition.bind.program == place:
                yield Act(kind="inform", request=number, slot=condition.fact, value=said(condition.fact))
                value["condition"] = plain(condition)
        if own or value["program"] is not None:
            yield Act(kind="inform", request=number, slot=role, value=value)


def couples(act: Act) -> bool:
    """Whether an act tells what couples a request with another one: a condition of two branches, or a budget."""
    told = act.value if isinstance(act.value, dict) else {}
    return bool((told.get("condition") or {}).get("branch") or (told.get("program") or {}).get("within"))


def told_together(lexicon: Lexicon, request: Request, role: str) -> bool:
    """Whether a role of a coupled request is told with the other request: what it is about, and changed to."""
    binds = [source.bind for source in parameters_of(lexicon, request, role).values() if source.bind is not None]
    programs, condition = request.programs, request.condition
    if not condition:
        return any(coupled_with(programs, bind.program) for bind in binds) or role == "object"
    return any(condition.bind.program in _chain(programs, bind.program) for bind in binds) or role == "object"


@remembered(1)
def _plain(record: Program | Bind) -> Json:
    """Returns a record as JSON, which is shared by all acts: look, don't touch."""
    return plain(record)


@remembered(2)
def owners_of(lexicon: Lexicon, request: Request) -> Owners:
    """Returns, per selection, the role whose words describe it."""
    owners: Owners = {}
    for role in roles(lexicon, request):
        for source in parameters_of(lexicon, request, role).values():
            if source.bind is not None and not original(lexicon, request.programs, source.bind):
                owners.setdefault(source.bind.program, role)
    return owners


def selections_of(request: Request, binds: Iterable[Bind]) -> list[int]:
    """Returns the selections that binds come from, those that they continue, and what a budget couples them with."""
    places = {needed for bind in binds for needed in _chain(request.programs, bind.program)}
    return sorted(places | {other for place in places for other in coupled_with(request.programs, place)})


def _chain(programs: tuple[Program, ...], place: int) -> list[int]:
    """A selection and those that it continues, outermost first."""
    start = programs[place].start
    return [*(_chain(programs, start) if start is not None else []), place]


def _program_facts(program: Program, number: int, said: Saying) -> Iterator[Act]:
    for step in program.steps:
        operands = step.arguments.values() if isinstance(step, Call) else (step.source,)
        for operand in operands:
            if isinstance(operand, Fact) and "." in operand.name:
                yield Act(kind="inform", request=number, slot=operand.name, value=said(operand.name))
