"""Flaws: what a user tells wrongly first, or leaves out, so that an agent must notice it before the write.

    meant: the loan of "Dune" in hardcover       told first: "my loan of Dune, the paperback one"   conflict
    meant: the loan of "Dune" in hardcover       told first: "my loan of Dune" (there are two)      omission
    meant: cancelled for the reason "moved"      told first: no reason, until somebody asks         ask_first

The request itself is composed and proven like any other. A flaw is kept only if following what is told first does find
nothing (conflict) or several rows (omission), by execution; what an agent must ask for, no read gives.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec import structs

from schemas.base import Json
from schemas.program import Call, Fact, Filter, Program, column_id
from schemas.task import Flaw, Kind, Request
from stages.generate_tasks.claims import arguments_from
from stages.generate_tasks.columns import filters_for, order_keys
from stages.generate_tasks.compose import Composer
from stages.generate_tasks.conditions import rounded
from stages.generate_tasks.drafts import Draft, NoSuchRequest, said_facts
from stages.generate_tasks.places import Chosen, Selected, Told
from stages.generate_tasks.plans import Plan
from tool_specs.chains import Chain
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.columns import said_texts
from tool_specs.phrasing.roles import parameters_of, roles
from tool_specs.programs import BindingRow, column, run

Telling = tuple[int, Program, Program, dict[str, Json]]
"""Number of a selection, what is meant by it, how it is told first, and the facts that are stated otherwise then."""
MOST_ALIKE = 4
"""Rows that fit an incomplete description, at most: what an agent can name in one breath."""
ANYTHING: tuple[str, Json] = ("", None)
"""Stands for things by whatever name."""
MISREMEMBERED = (0.6, 0.75, 1.25, 1.5)
"""How far an amount is off that a user remembers wrongly, before it is rounded."""
NEIGHBOURS = 60
"""People whose rows show which values a thing of that name may have."""
NUMBER = 0
FLAWED: tuple[Kind, ...] = ("conflict", "omission", "ask_first")


def flawable(plan: Plan, kind: Kind) -> bool:
    """Whether requests by a plan can have such a flaw at all."""
    if kind == "ask_first":
        return any(isinstance(place, (Chosen, Told)) for place in plan.places[1:])
    return len(plan.object.chain.steps) > 1  # else the user is all that it is about


def asked_first(words: Lexicon, request: Request, rng: random.Random) -> Flaw:
    """Returns the flaw of a request of which something stays untold that only its user can know.

    Raises:
        NoSuchRequest: reads give all of it, or the rest cannot be told without it.
    """
    started = said_facts(request.programs)
    found: list[str] = []
    for role in roles(words, request):
        sources = parameters_of(words, request, role).values()
        if role != "object" and all(source.fact is not None and source.fact not in started for source in sources):
            found.append(role)
    if not found:
        raise NoSuchRequest("reads give all that it takes")
    return Flaw(kind="ask_first", role=rng.choice(found))


class FlawedComposer(Composer):
    """Composes requests of one person that are told wrongly or incompletely first."""

    def mistold(self, plan: Plan, kind: Kind) -> tuple[Draft, Flaw]:
        """Composes a write, and how it is told first: with something wrong (`conflict`) or left out (`omission`).

        Raises:
            NoSuchRequest: the person's rows do not allow it.
        """
        draft = self.write(plan, NUMBER, self.rng.choice(("stated", "lookup", "lookup")))
        ways = [self._omissions(draft)] if kind == "omission" else self._conflicts(draft, plan)
        tellings = [telling for telling in map(list, ways) if telling]
        if not tellings:
            raise NoSuchRequest("whatever is left out, one row fits" if kind == "omission" else "every word would fit")
        # Of each way to be wrong the same share: of another colour there are many, of another status few.
        number, meant, told, facts = self.rng.choice(self.rng.choice(tellings))
        draft.programs[number] = meant
        programs = (*draft.programs[:number], told, *draft.programs[number + 1 :])
        flaw: Literal["conflict", "omission"] = "omission" if kind == "omission" else "conflict"
        return draft, Flaw(kind=flaw, role=told.role, programs=programs, facts=facts)

    def _omissions(self, draft: Draft) -> Iterator[Telling]:
        """Yields incomplete tellings: what a thing is called stays, something that tells it apart is left out."""
        for number, whole in enumerate(draft.programs):
            words = [rule for rule in whole.where if isinstance(rule.value, str) and rule.op == "eq"]
            if whole.pick != "only" or len(words) < 2:
                continue
            for left_out in words[1:] if not number else words:
                told = structs.replace(whole, where=tuple(rule for rule in whole.where if rule is not left_out))
                rows = self._finds(draft, number, told, {})
                if rows is not None and 2 <= len(rows) <= MOST_ALIKE:
                    yield number, whole, told, {}

    def _conflicts(self, draft: Draft, plan: Plan) -> list[Iterator[Telling]]:
        """Returns wrong tellings, by what is wrong: the thing itself, what holds it, its state, an amount, the rest."""
        found = [self._wrong_elsewhere(draft, plan)]
        place, whole = plan.object, draft.programs[0] if draft.programs else None
        if whole is None or whole.role != place.role or not whole.where:
            return found  # nothing is told about it that could be wrong
        picked = run([whole], self.facts(draft), self.ground.reader).picked[0]
        chains = [place.chain, *self.extensions(place.chain)]
        chain = next((each for each in chains if each.steps[-1] == whole.steps[-1]), None)
        if not picked or chain is None:
            return found
        values = self._wrong_values(draft, chain, whole, picked[0])
        rows = self._wrong_rows(draft, place, whole, picked[0])
        told = [
            (
                (0, structs.replace(whole, where=rules), structs.replace(whole, where=wrong), {})
                for rules, wrong in values
            ),
            ((0, whole, other, facts) for other, facts in rows),
            ((0, whole, claim, {}) for claim in self._wrong_states(chain, whole, picked[0])),
            ((0, whole, claim, {}) for claim in self._wrong_amounts(chain, whole, picked[0])),
        ]
        return [*found, *(self._leading_nowhere(draft, each) for each in told)]

    def _leading_nowhere(self, draft: Draft, tellings: Iterable[Telling]) -> Iterator[Telling]:
        """Yields those of some tellings that find nothing."""
        for telling in tellings:
            if self._finds(draft, telling[0], telling[2], telling[3]) == []:
                yield telling

    def _wrong_states(self, chain: Chain, whole: Program, row: BindingRow) -> Iterator[Program]:
        """Yields what is told with a wrong claim about a state: "that has been delivered", and it is pending."""
        here = {step.name for step in whole.steps}
        bindings = [binding for binding in chain.bindings if binding.name in here]
        for rule in filters_for(self.ground, bindings, row, labels=False):
            words = self.ground.words(column_id((whole,), 0, rule.column))
            rest = tuple(one for one in whole.where if one.column != rule.column)
            for text in words.values if words is not None and isinstance(rule.value, str) else ():
                value = json.loads(text)
                if isinstance(value, str) and value != rule.value and rest:
                    yield structs.replace(whole, where=(*rest, Filter(column=rule.column, value=value)))

    def _wrong_amounts(self, chain: Chain, whole: Program, row: BindingRow) -> Iterator[Program]:
        """Yields what is told with a wrong amount: "with a price of $95", and it is $80."""
        for path in dict.fromkeys(key.column for key in order_keys(self.ground, chain)):
            words = self.ground.words(column_id((whole,), 0, path))
            number = column(row, path)
            if words is None or words.kind not in ("money", "number") or not isinstance(number, (int, float)):
                continue
            claim = rounded(number * self.rng.choice(MISREMEMBERED))
            if claim > 0 and claim != number and said_texts(words, claim)[0]:
                yield structs.replace(whole, where=(*whole.where, Filter(column=path, value=claim)))

    def _wrong_elsewhere(self, draft: Draft, plan: Plan) -> Iterator[Telling]:
        """Yields wrong tellings of something beside the object: a card that the user does not have."""
        for place in plan.selected[1:]:
            for number, whole in enumerate(draft.programs):
                told = [rule for rule in whole.where if rule.op == "eq" and isinstance(rule.value, str)]
                last = place.chain.steps[-1]
                if whole.role != place.role or whole.pick != "only" or whole.start is not None or not told:
                    continue
                if whole.steps[-1] != last or not number:
                    continue
                pool = self._states_of(place.chain).get(str(told[0].column), ())
                wrong = (structs.replace(told[0], value=value) for value in pool if value != told[0].value)
                tellings: list[Telling] = [(number, whole, structs.replace(whole, where=(rule,)), {}) for rule in wrong]
                yield from self._leading_nowhere(draft, tellings)

    def _states_of(self, chain: Chain) -> dict[str, list[str]]:
        """Returns column -> the values that its words are about, or that neighbours' rows have."""
        found: dict[str, set[str]] = {}
        for person in self._people[:NEIGHBOURS]:
            known = self.ground.known(person, self.identity)
            for row in run([Program(steps=chain.steps, pick="all")], known, self.ground.reader).picked[0]:
                for labels in (True, False):
                    for rule in filters_for(self.ground, [chain.last], row, labels=labels):
                        if isinstance(rule.value, str):
                            found.setdefault(str(rule.column), set()).add(rule.value)
        return {name: sorted(values) for name, values in found.items()}

    def _wrong_values(
        self, draft: Draft, chain: Chain, whole: Program, row: BindingRow
    ) -> Iterator[tuple[tuple[Filter, ...], tuple[Filter, ...]]]:
        """Yields (what is meant, what is told): one word about the thing is another that such things may have.

        What it is called is told wrongly where little else is said of it, and few things could be meant.
        """
        labels = filters_for(self.ground, [chain.last], row, labels=True)
        sayable = [rule for rule in labels if rule.column != whole.where[0].column]
        self.rng.shuffle(sayable)
        values = self._values(chain).get((str(whole.where[0].column), whole.where[0].value), {})
        scope = [structs.replace(whole, where=(), pick="all")]
        few = len(run(scope, self.facts(draft), self.ground.reader).picked[0]) <= MOST_ALIKE + 1
        if not sayable and len(whole.where) == 1 and few:
            sayable, values = list(whole.where), self._values(chain).get(ANYTHING, {})
        for rule in sayable:
            others = sorted(values.get(str(rule.column), set()) - {str(rule.value)})
            if others:
                meant = tuple(one for one in whole.where if one.column != rule.column)
                wrong = structs.replace(rule, value=self.rng.choice(others))
                yield (*meant, rule), (*meant, wrong)

    def _values(self, chain: Chain) -> dict[tuple[str, Json], dict[str, set[str]]]:
        """Returns which values things have, by what a thing is called: (column, value) -> column -> values."""
        key = f"flaws:{chain.steps}:{self._people[:1]}"
        if key not in self.ground.pools:
            found: dict[tuple[str, Json], dict[str, set[str]]] = {}
            for person in self._people[:NEIGHBOURS]:
                known = self.ground.known(person, self.identity)
                program = Program(steps=chain.steps, pick="all")
                for row in run([program], known, self.ground.reader).picked[0]:
                    rules = filters_for(self.ground, [chain.last], row, labels=True)
                    for name in (ANYTHING, *((str(rule.column), rule.value) for rule in rules)):
                        values = found.setdefault(name, {})
                        for rule in rules:
                            if isinstance(rule.value, str):
                                values.setdefault(str(rule.column), set()).add(rule.value)
            self.ground.pools[key] = found
        pool: dict[tuple[str, Json], dict[str, set[str]]] = self.ground.pools[key]
        return pool

    def _wrong_rows(
        self, draft: Draft, place: Selected, whole: Program, row: BindingRow
    ) -> Iterator[tuple[Program, dict[str, Json]]]:
        """Yields tellings that name another row of the user's than the one that holds the thing."""
        step, position, parameter, path = self._element_call(place.chain)
        if place.chain.steps[-1].name == step.name:
            return  # whoever names the row says nothing else of it
        names = {each.name for each in place.chain.steps[position:]} | {whole.steps[-1].name}
        columns = [rule.column for rule in whole.where]
        columns += [source.bind.column for source in draft.sources.values() if source.bind and not source.bind.program]
        if not all(each[0] in names for each in columns):
            return
        ids = {str(column(each, path)): column(each, path) for each in self.rows(place.chain)}
        first = whole.steps[0]
        stated = first if isinstance(first, Call) and isinstance(first.arguments.get(parameter), Fact) else None
        for _, value in sorted(ids.items()):
            if stated is not None:
                operand: Any = stated.arguments[parameter]
                if draft.facts[operand.name][0] != value:
                    yield whole, {operand.name: value}
            elif value != column(row, path):
                name = f"r{NUMBER}.{parameter}"
                call = Call(name=step.name, tool=step.tool, arguments={parameter: Fact(name=name)})
                yield structs.replace(whole, steps=(call, *whole.steps[position + 1 :])), {name: value}

    def _finds(self, draft: Draft, number: int, told: Program, facts: dict[str, Json]) -> list[BindingRow] | None:
        """Returns the rows that a telling leaves; None if it determines the write all the same."""
        programs = (*draft.programs[:number], told, *draft.programs[number + 1 :])
        known = {**self.facts(draft), **facts}
        selection = run(programs, known, self.ground.reader)
        if arguments_from(draft.sources, programs, known, selection, self.ground.follows(draft.tool)) is not None:
            return None
        return list(selection.picked[number])
