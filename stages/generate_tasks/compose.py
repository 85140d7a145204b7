"""Compose: programs and facts for one request of one person. Nothing here is proven yet.

    composer.write(plan, 0, "lookup")      # "renew the book about bees": Draft("renew_loan", programs=[...], ...)

Its object is told in one of the ways of `objects`; other places (a target, a payment, an address) are told along with
it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from schemas.program import Each, Filter, OrderKey, Pick, Program
from schemas.task import Source
from stages.generate_tasks.columns import filters_for, order_keys
from stages.generate_tasks.drafts import Draft, NoSuchRequest, said_facts
from stages.generate_tasks.figures import Counted, Followed, count, supply
from stages.generate_tasks.objects import Objects
from stages.generate_tasks.places import Chosen, Selected, Told, told_values
from stages.generate_tasks.plans import Plan
from tool_specs.columns import BindingRow, passing
from tool_specs.programs import run


class Composer(Objects):
    """Composes requests of one person; all choices come from `rng`."""

    def write(
        self,
        plan: Plan,
        number: int,
        mode: str,
        *,
        refused: bool = False,
        any_target: bool = False,
        burden: int = 0,
    ) -> Draft:
        """Composes a write (or, `refused`, one about a row in a state in which it was never seen to succeed).

        Args:
            plan: the write and where its parameters come from.
            number: the request's position; its facts are named `r<number>.<parameter>`.
            mode: `stated`, `lookup`, `best`, `best_of_stated`, `joint` (object and target ranked together), `each`
                (all rows of a stated parent, each with its best target).
            refused: look for a row in a state in which the write has not been seen to succeed.
            any_target: the target may be in a state in which the write fails.
            burden: the reads that it should take (0: any number). A hint: it decides which row, or how many, the user
                names, where that can be known beforehand.

        Raises:
            NoSuchRequest: the person's rows do not allow it.
        """
        draft = Draft(plan.tool)
        place = plan.object
        self.states, self.refused = plan.states, refused
        self.burden, self.further = burden, sum(other.continues for other in plan.selected)
        target = next((p for p in plan.selected if p.continues), None)
        if mode in ("joint", "each") and target is None:
            raise NoSuchRequest("the tool has no target")
        if mode == "joint" and target is not None:
            self.best(draft, target.chain, place, number)
            self.bind(draft, place, 0, "evidence")
            self.bind(draft, target, 0, "evidence")
            self._exclude_own(draft, place, target, 0)
        else:
            self.tell_object(draft, place, number, mode, target)
            if target is not None:
                self._target(draft, place, target, "each" if mode == "each" else None, any_target)
        self._others(draft, plan, number, target)
        return draft

    def instead(self, plan: Plan, number: int, first: Draft) -> Draft:
        """Composes a write about the very object that another request is about.

        Args:
            plan: the write; its object is the one of the other request.
            number: the request's position.
            first: the other request; its first selection, or a stated value, says which object.

        Raises:
            NoSuchRequest: the other request does not say all that this one needs of it.
        """
        draft = Draft(plan.tool, first.programs[:1])
        place = plan.object
        for parameter in place.columns:
            source = first.sources.get(parameter)
            if source is None or (source.bind is not None and source.bind.program):
                raise NoSuchRequest("it is about something else")
            draft.sources[parameter] = source
        started = {source.fact for source in draft.sources.values()} | said_facts(draft.programs)
        draft.facts.update((name, fact) for name, fact in first.facts.items() if name in started)
        self.burden, self.further = 0, 0
        target = next((p for p in plan.selected if p.continues), None)
        if target is not None:
            self._target(draft, place, target, None, any_state=False)
        self._others(draft, plan, number, target)
        return draft

    def _others(self, draft: Draft, plan: Plan, number: int, target: Selected | None) -> None:
        """Adds what a write takes besides its object and its target."""
        place = plan.object
        for other in plan.places[1:]:
            if isinstance(other, Chosen):
                value = other.values[self.rng.randrange(len(other.values))]
                self.say(draft, number, other.parameter, value)
            elif isinstance(other, Told):
                self._tell(draft, number, other)
            elif isinstance(other, Counted):
                self.say(draft, number, other.parameter, count(self.rng))
            elif isinstance(other, Followed):
                for parameter in other.parameters:
                    draft.sources[parameter] = Source(provenance="policy")
            elif other is not target:
                self._other(draft, other, place)
        supply(self.ground, plan.tool, draft.programs, draft.sources, self.facts(draft))

    def _target(self, draft: Draft, place: Selected, target: Selected, how: str | None, any_state: bool) -> None:
        steps = target.chain.steps[len(place.chain.steps) :]
        program = len(draft.programs)
        trial = [*draft.programs, Program(steps=steps, pick="all", start=0)]
        rows: Sequence[BindingRow] = run(trial, self.facts(draft), self.ground.reader).picked[program]
        base = [self._another(place, target), *([] if any_state else self._wanted_state(target, rows))]
        rows = passing(base, rows)
        if not rows:
            raise NoSuchRequest("no target is left")
        pick: Pick = "first"
        order: tuple[OrderKey, ...] = ()
        more: tuple[Filter, ...] = ()
        keys = order_keys(self.ground, target.chain)
        # Where the object is still to be found, words about the target's options would give it away.
        if how == "each":
            pick = "each"
        elif draft.programs[0].pick == "first" and keys:
            pass
        elif not keys or self.rng.random() < 0.45:
            row = rows[self.rng.randrange(len(rows))]
            labels = filters_for(self.ground, [target.chain.last], row, labels=True)
            self.rng.shuffle(labels)
            more = self.apart(labels, rows, lambda r: r is row)
            pick = "only"
        elif self.rng.random() < 0.4:
            row = rows[self.rng.randrange(len(rows))]
            labels = filters_for(self.ground, [target.chain.last], row, labels=True)
            more = (labels[self.rng.randrange(len(labels))],) if labels else ()
        if pick != "only":
            order = (keys[self.rng.randrange(len(keys))],)
        draft.programs.append(
            Program(steps=steps, where=(*base, *more), order=order, pick=pick, start=0, role=target.role)
        )
        self.bind(draft, target, program, "read" if pick == "only" else "evidence")

    def _another(self, place: Selected, target: Selected) -> Filter:
        mine = next(path for p, path in place.columns.items() if p in place.many or len(place.columns) == 1)
        (theirs,) = target.columns.values()
        return Filter(column=theirs, op="ne", other=mine)

    def _wanted_state(self, target: Selected, rows: Sequence[BindingRow]) -> list[Filter]:
        wanted: dict[tuple[str | int, ...], Filter] = {}
        for row in rows:
            for rule in filters_for(self.ground, [target.chain.last], row, labels=False):
                if rule.value is True:
                    wanted.setdefault(rule.column, rule)
        return list(wanted.values())

    def _exclude_own(self, draft: Draft, place: Selected, target: Selected, program: int) -> None:
        old = draft.programs[program]
        where = (*old.where, self._another(place, target))
        draft.programs[program] = Program(
            steps=old.steps, where=where, order=old.order, pick=old.pick, start=old.start, role=old.role
        )

    def _other(self, draft: Draft, other: Selected, place: Selected) -> None:
        program = len(draft.programs)
        if other.original:
            if not draft.programs or not any(
                s.name == next(iter(other.columns.values()))[0] for s in draft.programs[0].steps
            ):
                raise NoSuchRequest("the original is not on a row that is read")
            for parameter, path in other.columns.items():
                self.source(draft, parameter, 0, path, parameter in other.many, "read")
            return
        rows = self.rows(other.chain)
        if not rows:
            raise NoSuchRequest("the person has no such row")
        if not any(isinstance(step, Each) for step in other.chain.steps):
            draft.programs.append(Program(steps=other.chain.steps, role=other.role))
            self.bind(draft, other, program, "read")
        elif filters_for(self.ground, [other.chain.last], rows[0], labels=False) and not self.extensions(other.chain):
            row = rows[self.rng.randrange(len(rows))]
            rules = filters_for(self.ground, [other.chain.last], row, labels=False)
            rules += filters_for(self.ground, [other.chain.last], row, labels=True)
            filters = self.apart(rules, rows, lambda r: r is row)
            draft.programs.append(Program(steps=other.chain.steps, where=filters, role=other.role))
            self.bind(draft, other, program, "read")
        else:
            self.look_up(draft, other, program)

    def _tell(self, draft: Draft, number: int, told: Told) -> None:
        rows = self.ground.donors(told.tool)
        if self.ground.tables_of_tools.get(told.tool) == self.ground.sandbox.domain.principal.table:
            own = bisect_left(self._people, self.person)
            others = len(self._people) - (self._people[own : own + 1] == [self.person])
            if not others:
                raise NoSuchRequest("nobody else's values to tell")
            drawn = self.rng.randrange(others)
            donor = self.ground.donor(told.tool, self._people[drawn + (drawn >= own and others < len(self._people))])
        else:
            donor = rows[self.rng.randrange(len(rows))][1] if rows else None
        values = None if donor is None else told_values(told, donor)
        if values is None:
            raise NoSuchRequest("no values to tell")
        for parameter, value in values.items():
            self.say(draft, number, parameter, value)
