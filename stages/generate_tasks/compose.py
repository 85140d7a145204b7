"""Compose: programs and facts for one request of one person. Nothing here is proven yet.

An object is told in one of four ways: *stated* (its id is said), *looked up* (described so that one row is left),
*best* (ordered among a scope), *all* (every row of a stated parent). Other places (a target, a payment, an address)
are told along with it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from schemas.base import Path
from schemas.program import At, Call, Each, Fact, Filter, OrderKey, Pick, Program, Step
from schemas.task import Source
from stages.generate_tasks.columns import filters_for, order_keys
from stages.generate_tasks.drafts import MAX_FILTERS, Draft, Drafting, NoSuchRequest, said_facts
from stages.generate_tasks.figures import Counted, Followed, count, supply
from stages.generate_tasks.places import Chosen, Selected, Told, told_values
from stages.generate_tasks.plans import Plan
from tool_specs.chains import Chain
from tool_specs.columns import BindingRow, column, passing
from tool_specs.programs import rank, run

MAX_LISTED = 5
"""Rows that a user names one by one."""


class Composer(Drafting):
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
        self._burden, self._further = burden, sum(other.continues for other in plan.selected)
        target = next((p for p in plan.selected if p.continues), None)
        if mode in ("joint", "each") and target is None:
            raise NoSuchRequest("the tool has no target")
        if mode == "joint" and target is not None:
            self._best(draft, target.chain, place, number)
            self.bind(draft, place, 0, "evidence")
            self.bind(draft, target, 0, "evidence")
            self._exclude_own(draft, place, target, 0)
        else:
            self._object(draft, place, number, mode, target)
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
        self._burden, self._further = 0, 0
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

    def _object(self, draft: Draft, place: Selected, number: int, mode: str, target: Selected | None) -> None:
        if place.chain.last.id not in self.ground.lexicon.rows:
            draft.programs.append(Program(steps=place.chain.steps, role=place.role))
            self.bind(draft, place, 0, "read")
        elif mode == "stated":
            self._stated(draft, place, number)
        elif mode == "each" or mode == "all":
            steps = self.restated(draft, place.chain, number, self._parent(place, target))
            if len(run([Program(steps=steps, pick="all")], self.facts(draft), self.ground.reader).picked[0]) < 2:
                raise NoSuchRequest("all of one is just the one")
            draft.programs.append(Program(steps=steps, pick="all", role=place.role))
            self.bind(draft, place, 0, "evidence")
        elif mode == "lookup":
            self._lookup(draft, place)
        else:
            self._best(draft, place.chain, place, number, stated=mode == "best_of_stated")
            self.bind(draft, place, 0, "evidence")

    def _parent(self, place: Selected, target: Selected | None) -> BindingRow:
        """Returns a row of a parent that the user names, whose rows' targets take as many reads as are wanted."""
        rows = self.fitting(place.chain, self.rows(place.chain))
        if self._burden and target is not None:
            *_, named = self._element_call(place.chain)
            following = target.chain.steps[len(place.chain.steps)]
            operands = following.arguments.values() if isinstance(following, Call) else ()
            values = [operand.path for operand in operands if isinstance(operand, At)]
            reads: dict[str, set[str]] = {}
            for row in rows:
                reads.setdefault(str(column(row, named)), set()).add(str([column(row, path) for path in values]))
            rows = [row for row in rows if len(reads[str(column(row, named))]) + 1 == self._burden]
        if not rows:
            raise NoSuchRequest("the person has no such row")
        return rows[self.rng.randrange(len(rows))]

    def _element_call(self, chain: Chain) -> tuple[Call, int, str, Path]:
        """Returns the last call that is given an element of a list: position, parameter, the element's path."""
        for position in range(len(chain.steps) - 1, -1, -1):
            step = chain.steps[position]
            if isinstance(step, Call) and len(step.arguments) == 1:
                ((parameter, operand),) = step.arguments.items()
                if isinstance(operand, At) and self._is_element(chain, str(operand.path[0])):
                    return step, position, parameter, operand.path
        raise NoSuchRequest("no id to state")

    def restated(self, draft: Draft, chain: Chain, number: int, row: BindingRow) -> tuple[Step, ...]:
        """Returns a chain's steps from the last call on, whose argument the user states."""
        step, position, parameter, path = self._element_call(chain)
        name = self.fact(draft, number, parameter, column(row, path), step.tool)
        call = Call(name=step.name, tool=step.tool, arguments={parameter: Fact(name=name)})
        return (call, *chain.steps[position + 1 :])

    def _stated(self, draft: Draft, place: Selected, number: int) -> None:
        row = self.pick_row(place.chain)
        steps = self.restated(draft, place.chain, number, row)
        call = steps[0]
        fact = next(iter(draft.facts))
        value = draft.facts[fact][0]
        rest = {p: path for p, path in place.columns.items() if column(row, path) != value}
        for parameter in place.columns.keys() - rest.keys():
            draft.sources[parameter] = Source(provenance="user", fact=fact)
        if not rest:
            return
        scope = [
            r
            for r in self.rows(place.chain)
            if all(column(r, p) == value for p in place.columns.values() if column(row, p) == value)
        ]
        bindings = [b for b in place.chain.bindings if any(s.name == b.name for s in steps)]
        filters = self.unique(scope, row, bindings, list(rest.values()))
        draft.programs.append(Program(steps=(call, *steps[1:]), where=filters, role=place.role))
        for parameter, path in rest.items():
            self.source(draft, parameter, 0, path, parameter in place.many, "read")

    def _lookup(self, draft: Draft, place: Selected, program: int = 0) -> None:
        chains = [place.chain, *self.extensions(place.chain)]
        labelled = [c for c in chains if self.has_labels(c)]
        if not labelled:
            raise NoSuchRequest("nothing describes the row")
        chain = labelled[0]
        rows = self.rows(chain)
        if program == 0:
            choices = self.fitting(place.chain, rows)
        else:
            # What belongs to another row is not told by way of the object's own.
            taken = run(draft.programs[:1], self.facts(draft), self.ground.reader).picked[0] if draft.programs else ()
            name = place.chain.last.name
            choices = [r for r in rows if all(r[name] != other.get(name) for other in taken)]
        if not choices:
            raise NoSuchRequest("the person has no such row")
        row = choices[self.rng.randrange(len(choices))]
        filters = self.unique(rows, row, chain.bindings, list(place.columns.values()))
        draft.programs.append(Program(steps=chain.steps, where=filters, role=place.role))
        self.bind(draft, place, program, "read")

    def _best(self, draft: Draft, chain: Chain, place: Selected, number: int, *, stated: bool = False) -> None:
        keys = order_keys(self.ground, chain)
        rows = self.rows(chain)
        if not keys or not rows:
            raise NoSuchRequest("nothing orders the rows")
        key = keys[self.rng.randrange(len(keys))]
        fitting = self.fitting(place.chain, rows)
        if not fitting:
            raise NoSuchRequest("the person has no such row")
        row = fitting[self.rng.randrange(len(fitting))]
        steps = chain.steps
        if stated:
            steps, rows = self._listed(draft, chain, number, rows, row)
        filters = filters_for(self.ground, chain.bindings, row, labels=False)
        if len(filters) > 1 and self.rng.random() < 0.5:  # nobody always says all of them
            del filters[self.rng.randrange(len(filters))]
        labels = filters_for(self.ground, [chain.last], row, labels=True)
        if labels and self.rng.random() < 0.25:
            filters.append(labels[self.rng.randrange(len(labels))])
        filters = filters[:MAX_FILTERS]
        left = passing(filters, rows)
        while len(left) < 2 and filters:  # where rows have many columns, few are alike in all of them
            filters = filters[:-1]
            left = passing(filters, rows)
        orders = (key, *self._second_key(keys, key, left))
        if len(left) < 2:
            raise NoSuchRequest("nothing to compare")
        draft.programs.append(Program(steps=steps, where=tuple(filters), order=orders, pick="first", role=place.role))

    def _second_key(self, keys: Sequence[OrderKey], key: OrderKey, rows: Sequence[BindingRow]) -> tuple[OrderKey, ...]:
        ranked = rank(Program(steps=(), order=(key,)), list(rows))
        if len(ranked) < 2 or column(ranked[0], key.column) != column(ranked[1], key.column):
            return ()
        others = [other for other in keys if other.column != key.column]
        return (others[self.rng.randrange(len(others))],) if others else ()

    def _listed(
        self, draft: Draft, chain: Chain, number: int, rows: Sequence[BindingRow], row: BindingRow
    ) -> tuple[tuple[Step, ...], tuple[BindingRow, ...]]:
        """Turns the scope into a list of ids that the user states."""
        for position, step in enumerate(chain.steps):
            if isinstance(step, Each) and position + 1 < len(chain.steps):
                following = chain.steps[position + 1]
                if not isinstance(following, Call) or len(following.arguments) != 1:
                    continue
                (parameter,) = following.arguments
                ids = list(dict.fromkeys(r[step.name] for r in rows if isinstance(r[step.name], (str, int))))
                if len(ids) < 3:
                    raise NoSuchRequest("too few ids to list")
                others = [i for i in ids if i != row[step.name]]
                self.rng.shuffle(others)
                count = self.rng.randint(1, min(MAX_LISTED, len(ids)) - 1)
                if self._burden:
                    count = self._burden - self._further - 1
                    if not 0 < count < MAX_LISTED or count > len(others):
                        raise NoSuchRequest("the list would be too short or too long")
                listed = sorted([row[step.name], *others[:count]])
                name = self.fact(draft, number, parameter, listed, following.tool)
                fresh = Each(name=step.name, source=Fact(name=name))
                kept = tuple(r for r in rows if r[step.name] in listed)
                return (fresh, *chain.steps[position + 1 :]), kept
        raise NoSuchRequest("no scope to list")

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
            self._lookup(draft, other, program)

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
