"""Requests: drafts that were executed, proven and can be put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import UNSET

from schemas.base import Json
from schemas.program import Program
from schemas.task import Distractor, Refusal, Request
from stages.generate_tasks.claims import Claim, NotProven, arguments_from
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import Draft
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.mistakes import distractors
from stages.generate_tasks.proof import needed_reads, prove, with_distractors
from stages.generate_tasks.reachability import arguments_of
from tool_specs.domain import GuardContext
from tool_specs.following import rows_by_id, with_grounds
from tool_specs.partial import consulted
from tool_specs.phrasing.user import phrasable
from tool_specs.programs import Selection, bound, run
from tool_specs.reading import ChangedReader, texts
from tool_specs.sandbox import Sandbox


@dataclass(frozen=True)
class Made:
    """A request with what the user must know for it."""

    request: Request
    facts: Mapping[str, tuple[Json, str]]


@dataclass(frozen=True)
class Trial:
    """A draft that was run once. Nothing is proven yet.

    Attributes:
        arguments: None where they are not determined.
        burden: what a proof will find, if it finds one: reads that the programs need; who-is-it reads whose answer
            another one shows are left out.
    """

    programs: tuple[Program, ...]
    facts: Mapping[str, Json]
    selection: Selection
    arguments: dict[str, Json] | None
    burden: int

    def claim(self, composer: Composer, draft: Draft) -> Claim:
        """Returns what is to be proven.

        Raises:
            NotProven: the arguments are not determined.
        """
        if self.arguments is None:
            raise NotProven("the programs do not determine the arguments")
        follows = composer.ground.follows(draft.tool)
        return Claim(
            self.programs,
            draft.sources,
            self.facts,
            composer.person,
            self.arguments,
            self.selection,
            follows=follows,
            condition=draft.condition,
        )


def tried(composer: Composer, draft: Draft) -> Trial:
    """Runs a draft."""
    reader = composer.ground.reader
    facts = composer.facts(draft)
    programs = tuple(draft.programs)
    selection = run(programs, facts, reader)
    needed = [selection.reads[number] for number in needed_reads(programs, selection)]
    identity = composer.ground.sandbox.domain.identity_tools
    told = {text for value in facts.values() for text in texts(value)}
    open_ones = [ask for ask in needed if ask.tool not in identity and told.issuperset(arguments_of(ask))]
    shown = 0
    for ask in needed:
        value = reader(ask) if ask.tool in identity else None
        shown += isinstance(value, str) and any(value in reader.answer(other).leaves for other in open_ones)
    arguments = arguments_from(draft.sources, programs, facts, selection, composer.ground.follows(draft.tool))
    return Trial(programs, facts, selection, arguments, len(needed) - shown)


def objections(ground: Ground, state: Sandbox, person: str, tool: str, arguments: dict[str, Json]) -> dict[str, str]:
    """Returns rule -> detail of all that speaks against a write on this state; empty if it can be done."""
    context = GuardContext(sandbox=state, principal_id=ground.principal_id(person), confirmed=True, history=False)
    found = dict(ground.sandbox.domain.violations(context, tool, arguments))
    fork = state.fork()
    result = fork.call(tool, arguments)
    if result.error:
        found.setdefault("tool_error", result.content.removeprefix("Error: "))
    elif fork.digest() == state.digest():
        found.setdefault("no_change", "nothing would change")
    return found


def objection(
    ground: Ground, state: Sandbox, person: str, tool: str, arguments: dict[str, Json]
) -> tuple[str, str] | None:
    """Returns the first (rule, detail) that speaks against a write, None if it can be done."""
    return next(iter(objections(ground, state, person, tool, arguments).items()), None)


def make_write(composer: Composer, draft: Draft, trial: Trial, state: Sandbox) -> Made:
    """Executes and proves a write.

    Args:
        composer: whose request it is.
        draft: what was composed.
        trial: what running it gave.
        state: where the task stands so far; the write must succeed there as on the initial world, with the same
            arguments.

    Raises:
        NotProven: it cannot be done, cannot be said, or has no proof.
    """
    ground = composer.ground
    tool = str(draft.tool)
    claim = trial.claim(composer, draft)
    arguments = claim.gold
    for where in {id(state): state, id(ground.sandbox): ground.sandbox}.values():
        refused = objection(ground, where, composer.person, tool, arguments)
        if refused is not None:
            raise NotProven(f"the write cannot be done: {refused[1]}")
    if state is not ground.sandbox:
        rows = frozenset((table, row) for table, changed in state.diff().items() for row in changed)
        if claim.answer(ChangedReader(ground.reader, state, rows), state) != arguments:
            raise NotProven("earlier decisions change the answer")
    done = ground.sandbox.fork()
    done.call(tool, arguments)
    tables = ground.sandbox.world.tables
    changed = [(table, row) for table, rows in done.diff().items() for row in rows if row in tables[table]]
    if ground.sandbox.domain.basis == "response-level":
        # Many responses may show one thing; the one to have looked at is asked for by the call's own words.
        changed = [row for row in changed if row[1] in set(texts(list(arguments.values())))]
    proof = prove(ground, claim, changed)
    if any(program.pick in ("first", "each") for program in draft.programs):
        mistakes = distractors(ground, claim, tool)
        if not mistakes:
            raise NotProven("every mistake would fail: the errors give the answer away")
        proof = with_distractors(proof, mistakes)
    request = Request(
        kind="write",
        tool=tool,
        arguments=arguments,
        sources=draft.sources,
        programs=claim.programs,
        proof=proof,
        condition=draft.condition or UNSET,
    )
    return _said(composer, request, draft)


def make_withheld(composer: Composer, draft: Draft) -> Made:
    """Proves that a write is not to be made: that the number which its condition is on is what it is.

    Raises:
        NotProven: the condition holds, the write could not be made anyway, or there is no proof.
    """
    ground, condition = composer.ground, draft.condition
    whole = tried(composer, draft)
    if condition is None or whole.arguments is None:
        raise NotProven("the programs do not determine the arguments")
    refused = objection(ground, ground.sandbox, composer.person, str(draft.tool), whole.arguments)
    if refused is not None:
        raise NotProven(f"the write cannot be done: {refused[1]}")
    programs = tuple(draft.programs[: condition.bind.program + 1])
    base = run(programs, whole.facts, ground.reader)
    gold = {"answer": bound(condition.bind, programs, base)}
    claim = Claim(programs, {}, whole.facts, composer.person, gold, base, condition=condition)
    request = Request(
        kind="withhold",
        tool=draft.tool,
        arguments=whole.arguments,
        sources=draft.sources,
        programs=tuple(draft.programs),
        proof=with_distractors(prove(ground, claim, []), _carried_out(ground, draft, whole.arguments)),
        communicate=(gold["answer"],),
        condition=condition,
    )
    return _said(composer, request, draft)


def _carried_out(ground: Ground, draft: Draft, arguments: dict[str, Json]) -> list[Distractor]:
    """Returns the mistake of carrying out what is not wanted."""
    fork = ground.sandbox.fork()
    fork.call(str(draft.tool), arguments)
    return [Distractor(mistake="ignores the condition", arguments=arguments, digest=fork.digest())]


def make_refusal(composer: Composer, draft: Draft, state: Sandbox) -> Made:
    """Executes a write that must be refused, and proves which reads show it.

    Raises:
        NotProven: it could be done, cannot be said, or has no proof.
    """
    ground = composer.ground
    tool = str(draft.tool)
    whole = tried(composer, draft).claim(composer, draft)
    arguments, facts = whole.gold, whole.facts
    refused = objection(ground, state, composer.person, tool, arguments)
    if refused is None:
        raise NotProven("the request can be fulfilled")

    # What must be known to refuse is what the broken rule looks at; nobody asks how to pay for what cannot be done.
    domain = ground.sandbox.domain
    context = GuardContext(
        sandbox=state, principal_id=ground.principal_id(composer.person), confirmed=True, history=False
    )
    seen = consulted(domain, context, tool, arguments, refused[0]) or frozenset(arguments)
    rules = {
        name: rule
        for name, rule in ground.follows(tool).items()
        if name in draft.sources and draft.sources[name].provenance == "policy"
    }
    if rules.keys() & seen:
        chosen = rows_by_id(draft.programs, run(tuple(draft.programs), facts, ground.reader))
        seen = with_grounds(seen, rules, arguments, chosen)
    sources = {name: source for name, source in draft.sources.items() if name in seen}
    looked_at = [source.bind.program for source in sources.values() if source.bind is not None]
    # What follows may rest on rows of any program.
    programs = tuple(draft.programs if rules.keys() & seen else draft.programs[: max(looked_at, default=-1) + 1])

    def feasible(world: Sandbox, values: dict[str, Json]) -> bool:
        found = objections(ground, world, composer.person, tool, {**arguments, **values})
        return refused[0] not in found

    claimed = {name: arguments[name] for name in sources}
    base = run(programs, facts, ground.reader)
    claim = Claim(programs, sources, facts, composer.person, claimed, base, feasible, ground.follows(tool))
    row_ids = {str(value) for value in arguments.values() if isinstance(value, (str, int))}
    tables = ground.sandbox.world.tables
    rows = [(table, row) for table in tables for row in row_ids if row in tables[table]]
    proof = prove(ground, claim, rows)
    refusal = Refusal(rule=refused[0], detail=refused[1], looked_at=tuple(sources))
    request = Request(
        kind="refuse",
        tool=tool,
        arguments=arguments,
        sources=draft.sources,
        programs=tuple(draft.programs),
        proof=proof,
        refusal=refusal,
    )
    return _said(composer, request, draft)


def make_answer(composer: Composer, draft: Draft, trial: Trial) -> Made:
    """Proves an answer to communicate.

    Raises:
        NotProven: it is not determined, cannot be said, or has no proof.
    """
    ground = composer.ground
    claim = trial.claim(composer, draft)
    arguments = claim.gold
    proof = prove(ground, claim, [])
    proof = with_distractors(proof, distractors(ground, claim, None))
    request = Request(
        kind="answer",
        tool=None,
        arguments=arguments,
        sources=draft.sources,
        programs=claim.programs,
        proof=proof,
        communicate=(arguments["answer"],),
    )
    return _said(composer, request, draft)


def _said(composer: Composer, request: Request, draft: Draft) -> Made:
    lacking = phrasable(composer.ground.lexicon, request)
    if lacking is not None:
        raise NotProven(f"no words: {lacking}")
    return Made(request, dict(draft.facts))
