"""Exchanges: a row keeps what it is and gets another row of a search for what it has: another room, another day.

    move_loan(loan_id, copies=...)    # the earliest copy at the loan's own branch, on Monday or Tuesday

The object's row gives the search what it can (where it is), the user says the rest (when). What of the write nobody
tells stays as it is (`Follow.unless_told`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from schemas.base import Json, Path
from schemas.program import At, Bind, Call, Each, Fact, Operand, OrderKey, Program, Step
from schemas.task import Source, TaskSpec
from stages.generate_tasks.claims import NotProven
from stages.generate_tasks.columns import State, state_of
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.figures import Followed
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.makers import Maker
from stages.generate_tasks.places import Selected
from stages.generate_tasks.plans import TRIALS, Plan, rows_of, sample_arguments, succeeds
from stages.generate_tasks.requests import Made, make_write, objection, tried
from stages.generate_tasks.searches import Search, searches_of, values_of
from stages.generate_tasks.seeking import MOST_VALUES
from stages.generate_tasks.shapes import alike
from tool_specs.chains import Chain
from tool_specs.programs import MISSING, BindingRow, column, run

TRIED = 2
"""Requests composed per attempt."""
MODES = ("stated", "stated", "lookup", "best")
WHO_AND_WHAT = 2
"""Reads beside the searches where the object is named: who the user is, and the object's row."""
SAMPLED = 6
"""Values that are asked about to learn whether a search has anything to offer."""
FURTHER = 3
"""Values that are looked at beyond those that are told, in search of such as show something."""


@dataclass(frozen=True)
class Exchange:
    """A write that gives an object's row another row of a search.

    Attributes:
        plan: how the write is made where nothing else is told; its object is the row that gets the other.
        parameter: what takes the search's row, and which of its columns.
        given: parameter of the search -> column of the object's row.
        asked: the parameter of the search that the user says.
        kept: the other parameters that stay as they are unless they are told.
    """

    plan: Plan
    search: Search
    parameter: str
    column: str
    given: Mapping[str, Path]
    asked: str
    kept: tuple[str, ...]


class Exchanger(Composer):
    """Composes requests about rows for which the search has something to offer."""

    def __init__(
        self, maker: Maker, rng: random.Random, person: str, identity: tuple[str, ...], spec: TaskSpec
    ) -> None:
        super().__init__(maker.ground, rng, person, identity, maker.ground.people(spec.split, maker.validation))
        self.exchange: Exchange | None = None

    def fitting(self, chain: Chain, rows: Sequence[BindingRow]) -> Sequence[BindingRow]:
        """Returns the rows in a fitting state that can have another row of the search."""
        found = super().fitting(chain, rows)
        return [row for row in found if self.exchange is None or any(_offers(self.ground, self.exchange, row))]


def _people(maker: Maker, spec: TaskSpec, exchange: Exchange) -> list[str]:
    """Returns the people who have a row that can have another row of the search."""
    ground, chain = maker.ground, exchange.plan.object.chain

    def has_one(person: str) -> bool:
        return any(
            state_of(ground, chain.bindings, row) in exchange.plan.states and any(_offers(ground, exchange, row))
            for row in rows_of(ground, chain, ground.facts_of(person))
        )

    people = ground.people(spec.split, maker.validation)
    return maker.memo(
        f"exchange:{exchange.plan.tool}:{spec.split}", lambda: [person for person in people if has_one(person)]
    )


def _offers(ground: Ground, exchange: Exchange, row: BindingRow) -> Iterator[BindingRow]:
    """Yields rows that the search shows for what an object's row gives it, on a few of the values that may be asked."""
    search = exchange.search
    given = {name: column(row, path) for name, path in exchange.given.items()}
    pool = values_of(ground, search.parameters[exchange.asked])
    for value in pool[:: max(1, len(pool) // SAMPLED)]:
        answer = ground.reader.answer(ground.reader.ask(search.tools[0], {**given, exchange.asked: value})).value
        for each in answer if answer is not MISSING else ():
            yield {search.row.name: each}


def exchanges_of(maker: Maker, identity: tuple[str, ...]) -> list[Exchange]:
    """Returns the exchanges that confirmed plans allow."""
    ground = maker.ground
    found: dict[str, Exchange] = {}
    for plan in maker.plans(identity):
        spec = ground.specs[plan.tool]
        follows = ground.follows(plan.tool)
        kept = tuple(name for name in spec.required if name in follows and follows[name].unless_told)
        for search in searches_of(ground):
            for name in kept:
                same = alike(search.row.schema, spec.parameters["properties"][name])
                given, open_ones = _given(plan.object, search)
                if len(same) == 1 and len(open_ones) == 1 and _is_told(plan, name):
                    others = tuple(each for each in kept if each != name)
                    made = Exchange(plan, search, name, same[0], given, open_ones[0], others)
                    states = _working_states(ground, made)
                    if states:
                        found.setdefault(plan.tool, replace(made, plan=replace(plan, states=states)))
    return list(found.values())


def _working_states(ground: Ground, exchange: Exchange) -> frozenset[State]:
    """Tries an exchange on random rows of random people; returns the states of the objects for which it succeeded."""
    rng, plan = random.Random(exchange.parameter), exchange.plan
    people, chain = ground.people("train", 0.0), exchange.plan.object.chain
    states: set[State] = set()
    for _ in range(TRIALS):
        person = people[rng.randrange(len(people))]
        rows = rows_of(ground, chain, ground.facts_of(person))
        row = rows[rng.randrange(len(rows))] if rows else None
        if row is None or state_of(ground, chain.bindings, row) in states:
            continue
        arguments = sample_arguments(ground, plan, person, row, rng)
        offer = next(_offers(ground, exchange, row), None)
        if arguments is not None and offer is not None:
            kept = {name: column(row, (chain.last.name, name)) for name in exchange.kept}
            wanted = {**arguments, **kept, exchange.parameter: offer[exchange.search.row.name][exchange.column]}
            if succeeds(ground, plan.tool, wanted, person):
                states.add(state_of(ground, chain.bindings, row))
    return frozenset(states)


def _is_told(plan: Plan, name: str) -> bool:
    return any(isinstance(place, Followed) and name in place.parameters for place in plan.places)


def _given(place: Selected, search: Search) -> tuple[dict[str, Path], list[str]]:
    """Returns what the object's own row has under a search's parameters, and the parameters it says nothing of."""
    leaves = {path[-1]: path for path in place.chain.last.leaves if len(path) == 1}
    given: dict[str, Path] = {name: (place.chain.last.name, name) for name in search.parameters if name in leaves}
    return given, [name for name in search.parameters if name not in given]


def exchanged(
    maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...], exchanges: Sequence[Exchange]
) -> tuple[str, list[Made]]:
    """Makes an exchange that takes as many reads as were ordered.

    Raises:
        NoSuchRequest: no rows allow it.
        NotProven: what was found has no proof, or takes other reads.
    """
    exchange = rng.choice(list(exchanges))
    mode = rng.choice(MODES)
    people = _people(maker, spec, exchange)
    sizes = {count * number for count in range(1, MOST_VALUES + 1) for number in (1, len(exchange.search.tools))}
    if mode == "best":  # what is compared is read whole
        reads = maker.ground.by_reads(exchange.plan.object.chain, spec.split, maker.validation)
        wanted = {person for size in sizes for person in reads.get(spec.burden - size, ())}
        people = [person for person in people if person in wanted]
    elif spec.burden - WHO_AND_WHAT not in sizes:
        people = []
    if not people:
        raise NoSuchRequest("no question takes so many reads")
    person = rng.choice(people)
    composer = Exchanger(maker, rng, person, identity, spec)
    composer.exchange = exchange
    obstacle = "no attempt"
    for _ in range(TRIED):
        try:
            draft = _draft(composer, exchange, mode, spec.burden)
            trial = tried(composer, draft)
            if trial.arguments is None or not maker.may_fit(trial.burden, spec.burden):
                raise NotProven(f"the exchange takes {trial.burden} reads, not {spec.burden}")
            refused = objection(maker.ground, maker.ground.sandbox, person, exchange.plan.tool, trial.arguments)
            if refused is not None:
                raise NotProven(f"the write cannot be done: {refused[1]}")
            made = make_write(composer, draft, trial, maker.ground.sandbox)
            if maker.burden(made) != spec.burden:
                raise NotProven(f"burden {maker.burden(made)} instead of {spec.burden}")
            return person, [made]
        except (NoSuchRequest, NotProven) as failed:
            obstacle = str(failed)  # as in `decisions`
    raise NotProven(obstacle)


def _draft(composer: Composer, exchange: Exchange, mode: str, burden: int) -> Draft:
    """Composes the write as if something else were told, and tells the row of the search instead."""
    ground, rng, plan = composer.ground, composer.rng, exchange.plan
    draft = composer.write(plan, 0, mode)
    for name in exchange.kept:
        draft.facts.pop(draft.sources[name].fact or "", None)
        draft.sources[name] = Source(provenance="policy")
    start = _object_of(draft, exchange)
    selection = run(draft.programs, composer.facts(draft), ground.reader)
    if len(selection.picked[start]) != 1:
        raise NoSuchRequest("the words fit no row, or several")
    (row,) = selection.picked[start]
    steps, rows = _search(composer, draft, exchange, row, burden - len(selection.reads))
    used = [value for value in row[plan.object.chain.last.name].values() if isinstance(value, str)]
    order = [
        key for key in _orders(ground, exchange, used) if all(column(each, key.column) is not MISSING for each in rows)
    ]
    if not order:
        raise NoSuchRequest("nothing orders the rows")
    keys = rng.sample(order, min(len(order), 2))
    keys = [key for number, key in enumerate(keys) if all(key.column != other.column for other in keys[:number])]
    number = len(draft.programs)
    role = ground.lexicon.writes[plan.tool].roles.get(exchange.parameter, exchange.parameter)
    draft.programs.append(Program(steps=steps, order=tuple(keys), pick="first", start=start, role=role))
    bind = Bind(program=number, column=(exchange.search.row.name, exchange.column))
    draft.sources[exchange.parameter] = Source(provenance="evidence", bind=bind)
    return draft


def _object_of(draft: Draft, exchange: Exchange) -> int:
    """Returns the program that gives the object's row; one whose id the user states is the user's to tell."""
    last = exchange.plan.object.chain.last
    for number, program in enumerate(draft.programs):
        if any(step.name == last.name for step in program.steps):
            if not program.role:
                draft.programs[number] = msgspec.structs.replace(program, role=exchange.plan.object.role)
                for parameter, path in exchange.plan.object.columns.items():
                    bind = Bind(program=number, column=path)
                    draft.sources[parameter] = Source(provenance="read", bind=bind)
            return number
    raise NoSuchRequest("the object's row is not read")


def _search(
    composer: Composer, draft: Draft, exchange: Exchange, row: BindingRow, reads: int
) -> tuple[tuple[Step, ...], list[BindingRow]]:
    """Returns the steps of a search that takes so many reads, near what the row has, and the rows that it shows."""
    ground, rng, search = composer.ground, composer.rng, exchange.search
    ways = [(count, tools) for count in range(1, MOST_VALUES + 1) for tools in {search.tools[:1], search.tools}]
    ways = sorted((count, tools) for count, tools in ways if count * len(tools) == reads)
    if not ways:
        raise NoSuchRequest("no question takes so many reads")
    count, tools = ways[rng.randrange(len(ways))]
    given = {name: column(row, path) for name, path in exchange.given.items()}
    pool = values_of(ground, search.parameters[exchange.asked])
    # What is near in listing order belongs together: days that follow each other rather than any.
    first = rng.randrange(max(1, len(pool) - count - FURTHER))
    shown: dict[Json, list[BindingRow]] = {}
    for value in pool[first : first + count + FURTHER]:
        asks = [ground.reader.ask(tool, {**given, exchange.asked: value}) for tool in tools]
        answers = [ground.reader.answer(ask).value for ask in asks]
        if all(answer is not MISSING and answer for answer in answers):
            shown[value] = [{search.row.name: each} for answer in answers for each in answer]
            if len(shown) == count:
                break
    if len(shown) < count:
        raise NoSuchRequest("no search has so many answers")
    told = list(shown)
    fact = composer.fact(draft, 0, exchange.asked, told if count > 1 else told[0], tools[0])
    arguments: dict[str, Operand] = {name: At(path=path) for name, path in exchange.given.items()}
    steps: list[Step] = []
    if count > 1:
        steps.append(Each(name=exchange.asked, source=Fact(name=fact)))
        arguments[exchange.asked] = At(path=(exchange.asked,))
    else:
        arguments[exchange.asked] = Fact(name=fact)
    arguments = {name: arguments[name] for name in search.parameters}
    steps.append(Call(name=tools[0], tool=tools[0], arguments=arguments, also=tools[1:]))
    steps.append(Each(name=search.row.name, source=At(path=(tools[0],))))
    return tuple(steps), [each for value in told for each in shown[value]]


def _orders(ground: Ground, exchange: Exchange, used: Sequence[str]) -> list[OrderKey]:
    """Returns the orderings that can be said; of columns by choice (`prices.deluxe`) those of what the row has."""
    chosen = {
        str(value)
        for name in exchange.kept
        for value in ground.specs[exchange.plan.tool].parameters["properties"][name].get("enum", ())
    }
    row = exchange.search.row
    found: list[OrderKey] = []
    for column_id, words in ground.lexicon.columns.items():
        path = column_id.removeprefix(row.id + ".").split(".")
        if column_id.startswith(row.id + ".") and all(part not in chosen or part in used for part in path):
            for descending, texts in ((True, words.most), (False, words.least)):
                if texts:
                    found.append(OrderKey(column=(row.name, *path), descending=descending))
    return found
