"""Plans: for each write, where the values of its parameters can come from, as executions on samples confirmed.

Parameters that are told together (one role) come from one place: a row of a chain, a choice of the tool's schema, or
the user's own words. A plan is one choice of place per role; it is kept if it ever succeeds.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.base import Json, Path
from schemas.program import Each, Program
from schemas.tool import ToolSpec
from stages.generate_tasks.columns import state_of
from stages.generate_tasks.figures import Counted, Followed, complete, count, counted, followed
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.shapes import alike
from tool_specs.chains import Chain, leaves
from tool_specs.domain import GuardContext
from tool_specs.plain_words.names import is_id
from tool_specs.programs import MISSING, BindingRow, column, run

TRIALS = 240
"""Sampled executions per plan; a plan that never succeeds is refuted."""
MAX_OPTIONS = 3
"""Chains considered per role, shortest first."""


@dataclass(frozen=True)
class Selected:
    """A role whose parameters are columns of a chain's rows (`many`: the parameter is a list).

    `continues`: the chain continues the object's chain, so its rows belong to the object's rows.
    `position`: the column belongs to the object's own row (the original of the lexicon), no chain is needed.
    """

    role: str
    chain: Chain
    columns: Mapping[str, Path]
    many: frozenset[str]
    continues: bool = False
    original: str = ""


@dataclass(frozen=True)
class Chosen:
    """A role that the user chooses from the schema's enum."""

    role: str
    parameter: str
    values: tuple[Json, ...]


@dataclass(frozen=True)
class Told:
    """A role that the user states literally: an object of values (or one), as another row has it.

    `tool` and `path` say where such objects (or the one value) stand.
    """

    role: str
    parameters: tuple[str, ...]
    tool: str
    path: Path


Place = Selected | Chosen | Told | Counted | Followed


@dataclass(frozen=True)
class Plan:
    """One way to fill a write's parameters. The first place is the object's.

    Attributes:
        states: states of the object's row (`columns.state_of`) in which the write succeeded when it was tried.
    """

    tool: str
    places: tuple[Place, ...]
    states: frozenset[tuple[tuple[str, Json], ...]] = frozenset()

    @property
    def object(self) -> Selected:
        """The place of the main role."""
        first = self.places[0]
        if not isinstance(first, Selected):
            raise TypeError(f"plan of {self.tool}: the object is not selected from rows")
        return first

    @property
    def selected(self) -> tuple[Selected, ...]:
        """The places whose values come from rows."""
        return tuple(place for place in self.places if isinstance(place, Selected))


def plans_of(ground: Ground, identity: tuple[str, ...]) -> list[Plan]:
    """Returns the confirmed plans of all writes, in listing order."""
    found: list[Plan] = []
    for spec in ground.specs.values():
        words = ground.lexicon.writes.get(spec.name)
        if spec.effect != "write" or words is None:
            continue
        roles: dict[str, list[str]] = {}
        for parameter in spec.required:
            roles.setdefault(words.roles.get(parameter, parameter), []).append(parameter)
        # What it is about comes first, also where another parameter does.
        (main, parameters), *others = sorted(roles.items(), key=lambda role: role[0] != "object")
        for head in _selected(ground, spec, main, parameters, identity, None):
            options = [
                list(_places(ground, spec, role, names, identity, head)) or _figures(spec, role, names)
                for role, names in others
            ]
            plans = [Plan(spec.name, (head, *rest)) for rest in itertools.product(*options)]
            for plan in plans:
                # However the user was found, the rows are the same: what was tried for one way holds for the other.
                key = f"states:{plan.tool}:{[_essence(place) for place in plan.places]}"
                if key not in ground.pools:
                    ground.pools[key] = _working_states(ground, plan)
                states = ground.pools[key]
                if states:
                    found.append(Plan(plan.tool, plan.places, states))
    return found


def _places(
    ground: Ground, spec: ToolSpec, role: str, parameters: list[str], identity: tuple[str, ...], head: Selected
) -> Iterator[Place]:
    following = followed(ground, spec, role, parameters)
    if following is not None:
        yield following
        return
    schemas = [spec.parameters["properties"][name] for name in parameters]
    listed = schemas[0].get("enum") or schemas[0].get("examples")
    if len(parameters) == 1 and listed:
        yield Chosen(role, parameters[0], tuple(listed))
        return
    if len(parameters) == 1 and role in ground.lexicon.facts:
        stated = _stated_list(ground, schemas[0], role, parameters[0])
        stated = stated or _stated_alone(ground, spec, role, parameters[0])
        if stated is not None:
            yield stated
            return
    yield from _originals(ground, spec, role, parameters, head)
    yield from _selected(ground, spec, role, parameters, identity, head)
    if len(parameters) > 1:
        told = _told(ground, spec, role, parameters)
        if told is not None:
            yield told


def _figures(spec: ToolSpec, role: str, parameters: Sequence[str]) -> list[Place]:
    number = counted(spec, role, parameters)
    return [number] if number is not None else []


def _selected(
    ground: Ground,
    spec: ToolSpec,
    role: str,
    parameters: Sequence[str],
    identity: tuple[str, ...],
    head: Selected | None,
) -> Iterator[Selected]:
    found: list[Selected] = []
    for chain in ground.chains(identity):
        if identity and not set(identity) & _facts(chain):
            continue
        columns = _columns(ground, spec, chain, parameters, main=head is None)
        nameless = chain.last.id not in ground.lexicon.rows
        if columns is None or (nameless and (len(chain.steps) > 2 or _is_collection(chain))):
            continue
        # What belongs to one row of a collection is not looked for further down; a single object may lead on, but
        # then it is an alternative only where the main role has not found its object yet.
        if any(chain.starts_with(s.chain) and (_is_collection(s.chain) or head is None) for s in found):
            continue
        many = frozenset(p for p in parameters if spec.parameters["properties"][p].get("type") == "array")
        continues = (
            head is not None
            and head.chain.last.id in ground.lexicon.rows
            and chain.starts_with(head.chain)
            and chain != head.chain
        )
        if head is not None and chain == head.chain and role != head.role and many:
            continue
        found.append(Selected(role, chain, columns, many, continues))
    # A role that can belong to the object's own rows does: mixing it with unrelated rows would lose the coupling.
    coupled = [place for place in found if place.continues]
    yield from (coupled or found)[:MAX_OPTIONS]


def _is_collection(chain: Chain) -> bool:
    return any(isinstance(step, Each) for step in chain.steps)


def _facts(chain: Chain) -> set[str]:
    first = chain.steps[0]
    return {operand.name for operand in getattr(first, "arguments", {}).values() if hasattr(operand, "name")}


def _columns(
    ground: Ground, spec: ToolSpec, chain: Chain, parameters: Sequence[str], *, main: bool
) -> dict[str, Path] | None:
    """Returns a column for each parameter, the one nearest to the chain's row that is named or typed like it."""
    order = {binding.name: number for number, binding in enumerate(chain.bindings)}
    chosen: dict[str, Path] = {}
    # A number is no name of anything: that it stands in some row does not make it the one that is meant.
    kinds = {name: spec.parameters["properties"][name].get("type") for name in parameters}
    if any(kind in ("integer", "number") and not is_id(name) for name, kind in kinds.items()):
        return None
    for parameter in parameters:
        fits = [
            (order[str(path[0])], _closeness(parameter, column_id), column_id, path)
            for column_id, path in chain.columns.items()
            if (spec.name, parameter) in ground.feeds.get(column_id, ()) and (main or _is_named(ground, column_id))
        ]
        if not fits:
            return None
        chosen[parameter] = max(fits, key=lambda fit: (fit[0], fit[1]))[3]
    # A chain is for its last row: one of the parameters must come from there (or from the object it is part of).
    return chosen if any(order[str(path[0])] >= len(chain.bindings) - 1 for path in chosen.values()) else None


def _is_named(ground: Ground, column_id: str) -> bool:
    """Whether words for a row tell this column of it: they do not if the column only refers to something else."""
    parent = column_id.rpartition(".")[0]
    originals = ground.lexicon.originals
    return not parent or ground.words(column_id) is not None or column_id in originals or parent in originals


def _closeness(parameter: str, column_id: str) -> float:
    leaf = column_id.rsplit(".", 1)[-1]
    if leaf == parameter or leaf + "s" == parameter:
        return 3
    return 2 if parameter.endswith(leaf) or parameter.endswith(leaf + "s") else -len(leaf) / 100


def _originals(ground: Ground, spec: ToolSpec, role: str, parameters: list[str], head: Selected) -> Iterator[Selected]:
    if len(parameters) != 1:
        return
    for column_id in ground.lexicon.originals:
        for binding in head.chain.bindings:
            if column_id.startswith(binding.id + ".") and _feeds_through(ground, column_id, spec.name, parameters[0]):
                rest = tuple(
                    int(part) if part.isdigit() else part for part in column_id[len(binding.id) + 1 :].split(".")
                )
                if "*" in rest:
                    continue
                path: Path = (binding.name, *rest)
                yield Selected(role, head.chain, {parameters[0]: path}, frozenset(), False, column_id)


def _feeds_through(ground: Ground, column_id: str, tool: str, parameter: str) -> bool:
    general = ".".join("*" if part.isdigit() else part for part in column_id.split("."))
    return (tool, parameter) in ground.feeds.get(general, ())


def _told(ground: Ground, spec: ToolSpec, role: str, parameters: list[str]) -> Told | None:
    """Finds an object in a read's result that has a leaf for each parameter: where such values come from."""
    for source in ground.specs.values():
        if source.effect != "read":
            continue
        for path in leaves(source.returns or {}):
            parent = path[:-1]
            if not parent or len(source.required) != 1:
                continue
            columns = [".".join([source.name, *parent, name]) for name in parameters]
            if all((spec.name, name) in ground.feeds.get(c, ()) for name, c in zip(parameters, columns, strict=True)):
                return Told(role, tuple(parameters), source.name, parent)
    return None


def _stated_alone(ground: Ground, spec: ToolSpec, role: str, parameter: str) -> Told | None:
    """Finds a column in a read's result whose values can be said for a parameter: a new date, as another row has it."""
    for source in ground.specs.values():
        for path in leaves(source.returns or {}) if source.effect == "read" and len(source.required) == 1 else ():
            fits = (spec.name, parameter) in ground.feeds.get(".".join((source.name, *path)), ())
            if path and fits and ground.donors(source.name):
                return Told(role, (parameter,), source.name, path)
    return None


def _stated_list(ground: Ground, schema: Json, role: str, parameter: str) -> Told | None:
    """Finds lists of such objects as a parameter takes in a read's results: another row's can be said for it."""
    for source in ground.specs.values():
        if source.effect == "read" and len(source.required) == 1:
            for column in alike(source.returns or {}, schema):
                if ground.donors(source.name):
                    return Told(role, (parameter,), source.name, (column,))
    return None


def told_values(place: Told, donor: Json) -> dict[str, Json] | None:
    """Returns the values that another row has for the parameters of a place, or None where it lacks some."""
    value: Json = column(donor, place.path)
    if len(place.parameters) == 1:
        return None if value is MISSING else {place.parameters[0]: value}
    if not isinstance(value, dict) or any(parameter not in value for parameter in place.parameters):
        return None
    return {parameter: value[parameter] for parameter in place.parameters}


def _essence(place: Place) -> str:
    """Says what a place is, apart from how the user was found."""
    if isinstance(place, Selected):
        last = [binding.id for binding in place.chain.bindings[1:]]
        columns = [path[1:] for path in place.columns.values()]
        return f"{place.role}:{last}:{columns}:{place.continues}:{place.original}"
    return repr(place)


def _working_states(ground: Ground, plan: Plan) -> frozenset[tuple[tuple[str, Json], ...]]:
    """Tries a plan on random rows of random people; returns the states of the objects for which it succeeded."""
    rng = random.Random(len(plan.tool))
    people = ground.beginning(plan.object.chain, ground.people("train", 0.0))
    states: set[tuple[tuple[str, Json], ...]] = set()
    for _ in range(TRIALS):
        person = people[rng.randrange(len(people))]
        rows = rows_of(ground, plan.object.chain, ground.facts_of(person))
        if not rows:
            continue
        row = rows[rng.randrange(len(rows))]
        state = state_of(ground, plan.object.chain.bindings, row)
        if state in states:
            continue
        arguments = sample_arguments(ground, plan, person, row, rng)
        if arguments is not None and succeeds(ground, plan.tool, arguments, person):
            states.add(state)
    return frozenset(states)


def succeeds(ground: Ground, tool: str, arguments: Mapping[str, Json], person: str) -> bool:
    """Whether a write, alone on the initial world, breaks no rule of state, succeeds and changes something."""
    context = GuardContext(
        sandbox=ground.sandbox, principal_id=ground.principal_id(person), confirmed=True, history=False
    )
    if ground.sandbox.domain.violations(context, tool, arguments):
        return False
    fork = ground.sandbox.fork()
    return not fork.call(tool, arguments).error and fork.digest() != ground.initial_digest


def sample_arguments(
    ground: Ground, plan: Plan, person: str, row: BindingRow, rng: random.Random
) -> dict[str, Json] | None:
    """Returns arguments for an object's row and random rows of the other chains, or None where there are none."""
    facts = ground.facts_of(person)
    arguments: dict[str, Json] = {}
    for place in plan.places:
        if isinstance(place, Chosen):
            arguments[place.parameter] = place.values[rng.randrange(len(place.values))]
        elif isinstance(place, Told):
            donors = ground.donors(place.tool)
            if not donors:
                return None
            told = told_values(place, donors[rng.randrange(len(donors))][1])
            if told is None:
                return None
            arguments.update(told)
        elif isinstance(place, Counted):
            arguments[place.parameter] = count(rng)
        elif isinstance(place, Selected):
            if place is plan.object or place.original:
                picked = row
            else:
                known = row if place.continues else None
                rows = rows_of(ground, place.chain, facts, known, plan.object.chain if known else None)
                if not rows:
                    return None
                picked = rows[rng.randrange(len(rows))]
            for parameter, path in place.columns.items():
                found = column(picked, path)
                if found is MISSING:
                    return None
                arguments[parameter] = [found] if parameter in place.many else found
    return complete(ground, plan.tool, arguments, plan.object.chain, row, facts)


def rows_of(
    ground: Ground, chain: Chain, facts: Mapping[str, Json], row: BindingRow | None = None, head: Chain | None = None
) -> tuple[BindingRow, ...]:
    """Returns all rows of a chain (or, with `row` of the chain `head`, those that continue it)."""
    if row is None or head is None:
        return run([Program(steps=chain.steps, pick="all")], facts, ground.reader).picked[0]
    rest = Program(steps=chain.steps[len(head.steps) :], pick="all")
    return run([rest], facts, ground.reader, seeds=[row]).picked[0]
