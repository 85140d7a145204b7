"""Seeking: requests about a row of a search, told outright or as the best of several questions.

"the newest copy at either branch, today or tomorrow": every branch on every day is a read, for each way to search.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import is_

from schemas.base import Json, canonical
from schemas.program import At, Bind, Call, Each, Fact, Filter, Operand, OrderKey, Pick, Program, Step
from schemas.task import Provenance, Source
from stages.generate_tasks.columns import filters_for
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.drafts import Draft, NoSuchRequest
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.searches import SearchPlan, values_of
from tool_specs.programs import MISSING, BindingRow, column, passes

MAX_COUNT = 3
"""How many of something the user may ask for."""
MOST_VALUES = 4
"""Values that the user gives for one parameter of a search."""
PLACES_TRIED = 25
NEIGHBOURS = 4


@dataclass(frozen=True)
class Scope:
    """What is asked of a search: per parameter the values that will do, and with which of its tools.

    Attributes:
        values: parameter -> values; the reads are all combinations.
    """

    values: Mapping[str, tuple[Json, ...]]
    tools: tuple[str, ...]

    @property
    def reads(self) -> int:
        """How many reads that takes."""
        count = len(self.tools)
        for values in self.values.values():
            count *= len(values)
        return count

    def asks(self) -> Iterator[tuple[str, dict[str, Json]]]:
        """Yields the reads."""
        for combination in itertools.product(*self.values.values()):
            for tool in self.tools:
                yield tool, dict(zip(self.values, combination, strict=True))


@dataclass(frozen=True)
class Details:
    """What the user decides besides: choices and counts, by parameter, and the rows that what follows rests on."""

    said: Mapping[str, Json]
    further: Mapping[str, tuple[Filter, ...]]


class Seeker:
    """Composes requests about rows of a search for one person."""

    def __init__(self, composer: Composer, plan: SearchPlan) -> None:
        self._composer = composer
        self._ground = composer.ground
        self._plan = plan

    def details(self) -> Details:
        """Returns random details.

        Raises:
            NoSuchRequest: no words tell a row apart that is needed.
        """
        rng, plan = self._composer.rng, self._plan
        said: dict[str, Json] = {name: values[rng.randrange(len(values))] for name, values in plan.chosen.items()}
        said.update({name: rng.randrange(MAX_COUNT + 1) for name in plan.counted})
        further: dict[str, tuple[Filter, ...]] = {}
        for row_id, chain in plan.further.items():
            rows = self._composer.rows(chain)
            if not rows:
                raise NoSuchRequest("the person has no such row")
            row = rows[rng.randrange(len(rows))]
            rules = filters_for(self._ground, [chain.last], row, labels=False)
            rules += filters_for(self._ground, [chain.last], row, labels=True)
            further[row_id] = self._composer.apart(rules, rows, partial(is_, row))
        return Details(said, further)

    def draft(
        self, number: int, scope: Scope, details: Details, where: Sequence[Filter] = (), order: Sequence[OrderKey] = ()
    ) -> Draft:
        """Composes a request: the best by `order`, or the one row that `where` leaves."""
        plan, composer = self._plan, self._composer
        draft = Draft(plan.tool)
        steps = self._steps(draft, number, scope)
        pick: Pick = "first" if order else "only"
        draft.programs.append(Program(steps=steps, where=tuple(where), order=tuple(order), pick=pick))
        spec = self._ground.specs[plan.tool]
        places: dict[str, int] = {}
        for own in plan.owns.values():
            if own.chain.last.id not in places:
                places[own.chain.last.id] = len(draft.programs)
                draft.programs.append(Program(steps=own.chain.steps, role=""))
        for row_id, filters in details.further.items():
            places[row_id] = len(draft.programs)
            steps = plan.further[row_id].steps
            draft.programs.append(Program(steps=steps, where=filters, role=self._role(row_id)))
        for name in spec.required:
            if name in plan.follows:
                draft.sources[name] = Source(provenance="policy", bind=self._told_by(name, places))
            elif name in plan.principal:
                draft.sources[name] = Source(provenance="user", fact=plan.principal[name])
            elif name in plan.columns:
                provenance: Provenance = "evidence" if order else "read"
                draft.sources[name] = Source(
                    provenance=provenance, bind=Bind(program=0, column=plan.columns[name], many=False)
                )
            elif name in plan.owns:
                own = plan.owns[name]
                place = places[own.chain.last.id]
                draft.sources[name] = Source(provenance="read", bind=Bind(program=place, column=own.column))
            else:
                composer.say(draft, number, name, details.said[name])
        return draft

    def outright(self, number: int, scope: Scope, details: Details, wanted: Json) -> Draft:
        """Composes a request that names a row (as the search shows it) outright.

        Raises:
            NoSuchRequest: nothing names it.
        """
        for tool, arguments in scope.asks():
            rows = self._ground.reader.answer(self._ground.reader.ask(tool, arguments)).value
            if wanted in rows:
                entry = self._plan.search.row.name
                named = naming(self._ground, self._plan, {entry: wanted}, [{entry: row} for row in rows])
                if named is not None:
                    one = Scope({name: (value,) for name, value in arguments.items()}, (tool,))
                    return self.draft(number, one, details, where=named)
        raise NoSuchRequest("no word names the row")

    def _steps(self, draft: Draft, number: int, scope: Scope) -> tuple[Step, ...]:
        tool, *also = scope.tools
        steps: list[Step] = []
        arguments: dict[str, Operand] = {}
        for name, values in scope.values.items():
            value: Json = list(values) if len(values) > 1 else values[0]
            fact = self._composer.fact(draft, number, name, value, tool)
            if len(values) > 1:
                steps.append(Each(name=name, source=Fact(name=fact)))
                arguments[name] = At(path=(name,))
            else:
                arguments[name] = Fact(name=fact)
        steps.append(Call(name=tool, tool=tool, arguments=arguments, also=tuple(also)))
        steps.append(Each(name=self._plan.search.row.name, source=At(path=(tool,))))
        return tuple(steps)

    def _role(self, row_id: str) -> str:
        rules = self._ground.follows(self._plan.tool).values()
        return next((rule.role for rule in rules if rule.role and rule.rows[-1] == row_id), "")

    def _told_by(self, name: str, places: Mapping[str, int]) -> Bind | None:
        """Returns the selection that the user tells an argument by which follows from it."""
        rule = self._ground.follows(self._plan.tool)[name]
        if not rule.role or rule.rows[-1] not in places:
            return None
        chain = self._plan.further[rule.rows[-1]]
        return Bind(program=places[rule.rows[-1]], column=(chain.last.name,))

    def scope(self, sizes: Mapping[str, int], tools: Sequence[str]) -> Scope:
        """Returns a random scope of these sizes in which every read shows something.

        Raises:
            NoSuchRequest: none was found.
        """
        rng = self._composer.rng
        for _ in range(PLACES_TRIED):
            base = self._place(rng, tools)
            if base is None:
                continue
            values = {name: self._widened(rng, base, name, sizes.get(name, 1), tools) for name in base}
            scope = Scope(values, tuple(tools))
            whole = all(len(values[name]) == size for name, size in sizes.items())
            if whole and all(self._shows(tool, arguments) for tool, arguments in scope.asks()) and self._apart(scope):
                return scope
        raise NoSuchRequest("no search has so many answers")

    def _place(self, rng: random.Random, tools: Sequence[str]) -> dict[str, Json] | None:
        place: dict[str, Json] = {}
        for name, kind in self._plan.search.parameters.items():
            pool = [value for value in values_of(self._ground, kind) if value not in place.values()]
            if not pool:
                return None
            place[name] = pool[rng.randrange(len(pool))]
        return place if all(self._shows(tool, place) for tool in tools) else None

    def _widened(
        self, rng: random.Random, base: Mapping[str, Json], name: str, size: int, tools: Sequence[str]
    ) -> tuple[Json, ...]:
        if size == 1:
            return (base[name],)
        pool = values_of(self._ground, self._plan.search.parameters[name])
        here = pool.index(base[name])
        # What is near in listing order mostly belongs together: the next days rather than any.
        near = sorted(
            (value for value in pool if value not in base.values()), key=lambda value: abs(pool.index(value) - here)
        )
        fitting = (value for value in near if all(self._shows(tool, {**base, name: value}) for tool in tools))
        others = list(itertools.islice(fitting, max(NEIGHBOURS, size)))
        rng.shuffle(others)
        return tuple(sorted([base[name], *others[: size - 1]], key=str))

    def _apart(self, scope: Scope) -> bool:
        """Whether no read of a scope shows a whole row of another one, which could then be left out."""
        parts = [path[1] for path in self._plan.columns.values() if len(path) == 2]
        shown: list[list[frozenset[bytes]]] = []
        for tool, arguments in scope.asks():
            rows = self._ground.reader.answer(self._ground.reader.ask(tool, arguments)).value
            shown.append([frozenset(self._elements(row, parts)) for row in rows])
        together = [frozenset(each for row in rows for each in row) for rows in shown]
        return not any(
            row <= other
            for place, rows in enumerate(shown)
            for row in rows
            for number, other in enumerate(together)
            if number != place
        )

    def _elements(self, row: Json, parts: Sequence[str | int]) -> Iterator[bytes]:
        for part in parts:
            if isinstance(row.get(part), list):
                yield from (canonical(each) for each in row[part])

    def _shows(self, tool: str, arguments: Mapping[str, Json]) -> bool:
        value = self._ground.reader.answer(self._ground.reader.ask(tool, dict(arguments))).value
        return value is not MISSING and bool(value)


def sizes_for(plan: SearchPlan, reads: int) -> list[tuple[dict[str, int], tuple[str, ...]]]:
    """Returns the ways to ask so that it takes this many reads: how many values per parameter, and which tools."""
    names = list(plan.search.parameters)
    found: list[tuple[dict[str, int], tuple[str, ...]]] = []
    for tools in {plan.search.tools[:1], plan.search.tools}:
        for counts in itertools.product(range(1, MOST_VALUES + 1), repeat=len(names)):
            if math.prod(counts) * len(tools) == reads and counts.count(1) >= len(names) - 2:
                found.append((dict(zip(names, counts, strict=True)), tools))
    return sorted(found, key=str)


def orders_of(ground: Ground, plan: SearchPlan, said: Mapping[str, Json]) -> list[OrderKey]:
    """Returns the orderings of a search's rows that can be said and agree with what was chosen.

    A column whose path names a choice (`prices.deluxe`) is for who has made it.
    """
    row = plan.search.row
    prefix = row.id + "."
    possible = {value for values in plan.chosen.values() for value in values}
    chosen = set(said.values())
    found: list[OrderKey] = []
    for column_id, words in ground.lexicon.columns.items():
        if not column_id.startswith(prefix):
            continue
        path = column_id.removeprefix(prefix).split(".")
        if any(part in possible and part not in chosen for part in path):
            continue
        for descending, texts in ((True, words.most), (False, words.least)):
            if texts:
                found.append(OrderKey(column=(row.name, *path), descending=descending))
    return found


def naming(ground: Ground, plan: SearchPlan, row: BindingRow, rows: Sequence[BindingRow]) -> tuple[Filter, ...] | None:
    """Returns the filter that names a row outright, or None where no one does."""
    prefix = plan.search.row.id + "."
    for column_id, words in ground.lexicon.columns.items():
        if column_id.startswith(prefix) and words.any_value:
            path = tuple(int(p) if p.isdigit() else p for p in column_id.removeprefix(prefix).split("."))
            rule = Filter(column=(plan.search.row.name, *path), value=column(row, (plan.search.row.name, *path)))
            if rule.value is not MISSING and [each for each in rows if passes(rule, each)] == [row]:
                return (rule,)
    return None
