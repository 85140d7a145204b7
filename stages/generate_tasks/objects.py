"""Objects: how a user tells which row a write is about.

It is told in one of four ways: *stated* (its id is said: "L7"), *looked up* (described so that one row is left: "the
book about bees"), *best* (ordered among a scope: "the longest of my loans"), *all* (every row of a stated parent).
Nothing here is proven yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.base import Path
from schemas.program import At, Call, Each, Fact, OrderKey, Program, Step
from schemas.task import Source
from stages.generate_tasks.columns import filters_for, order_keys
from stages.generate_tasks.drafts import MAX_FILTERS, Draft, Drafting, NoSuchRequest
from stages.generate_tasks.places import Selected
from tool_specs.chains import Chain
from tool_specs.columns import BindingRow, column, passing
from tool_specs.programs import rank, run

MAX_LISTED = 5
"""Rows that a user names one by one."""


class Objects(Drafting):
    """Programs and facts that tell a row.

    Attributes:
        burden: reads that the write should take (0: any number).
        further: places of the write that are found from its object, each with a read.
    """

    burden = 0
    further = 0

    def tell_object(self, draft: Draft, place: Selected, number: int, mode: str, target: Selected | None) -> None:
        """Adds the selection of a write's object, told in one way.

        Args:
            draft: gets its first program and the sources of the parameters; of a row whose id says all, sources alone.
            place: of the object.
            number: the request's position.
            mode: as in `Composer.write`, or `all`.
            target: what of the write continues the object's rows, if anything does.

        Raises:
            NoSuchRequest: the person's rows cannot be told so.
        """
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
            self.look_up(draft, place)
        else:
            self.best(draft, place.chain, place, number, stated=mode == "best_of_stated")
            self.bind(draft, place, 0, "evidence")

    def _parent(self, place: Selected, target: Selected | None) -> BindingRow:
        """Returns a row of a parent that the user names, whose rows' targets take as many reads as are wanted."""
        rows = self.fitting(place.chain, self.rows(place.chain))
        if self.burden and target is not None:
            *_, named = self._element_call(place.chain)
            following = target.chain.steps[len(place.chain.steps)]
            operands = following.arguments.values() if isinstance(following, Call) else ()
            values = [operand.path for operand in operands if isinstance(operand, At)]
            reads: dict[str, set[str]] = {}
            for row in rows:
                reads.setdefault(str(column(row, named)), set()).add(str([column(row, path) for path in values]))
            rows = [row for row in rows if len(reads[str(column(row, named))]) + 1 == self.burden]
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

    def look_up(self, draft: Draft, place: Selected, program: int = 0) -> None:
        """Adds a selection that describes a row until it alone is left.

        Raises:
            NoSuchRequest: few words do not do that.
        """
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

    def best(self, draft: Draft, chain: Chain, place: Selected, number: int, *, stated: bool = False) -> None:
        """Adds a selection that takes the first row by an ordering, of all that pass or of a `stated` list.

        Raises:
            NoSuchRequest: there is nothing to order, or to compare.
        """
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
                if self.burden:
                    count = self.burden - self.further - 1
                    if not 0 < count < MAX_LISTED or count > len(others):
                        raise NoSuchRequest("the list would be too short or too long")
                listed = sorted([row[step.name], *others[:count]])
                name = self.fact(draft, number, parameter, listed, following.tool)
                fresh = Each(name=step.name, source=Fact(name=name))
                kept = tuple(r for r in rows if r[step.name] in listed)
                return (fresh, *chain.steps[position + 1 :]), kept
        raise NoSuchRequest("no scope to list")
