"""Places: where the values of parameters that are told together can come from.

A row of a chain, a choice of the tool's schema, the user's own words, or a figure that follows from the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.base import Json, Path
from schemas.program import Each
from schemas.tool import ToolSpec
from stages.generate_tasks.figures import Counted, Followed, counted, followed
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.shapes import alike
from tool_specs.chains import Chain, leaves
from tool_specs.plain_words.names import is_id
from tool_specs.programs import MISSING, column

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


def places(
    ground: Ground, spec: ToolSpec, role: str, parameters: list[str], identity: tuple[str, ...], head: Selected
) -> Iterator[Place]:
    """Yields where the values of one role can come from.

    Args:
        ground: the world.
        spec: the write.
        role: the role.
        parameters: the parameters that it tells.
        identity: the facts by which the user is found.
        head: the place of the write's object.
    """
    following = followed(ground, spec, role, parameters)
    if following is not None:
        yield following
        if not all(ground.follows(spec.name)[name].unless_told for name in parameters):
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
    yield from selected(ground, spec, role, parameters, identity, head)
    if len(parameters) > 1:
        told = _told(ground, spec, role, parameters)
        if told is not None:
            yield told


def figures(spec: ToolSpec, role: str, parameters: Sequence[str]) -> list[Place]:
    """Returns the number of things that a role may be, where it is a count."""
    number = counted(spec, role, parameters)
    return [number] if number is not None else []


def selected(
    ground: Ground,
    spec: ToolSpec,
    role: str,
    parameters: Sequence[str],
    identity: tuple[str, ...],
    head: Selected | None,
) -> Iterator[Selected]:
    """Yields the chains whose rows have a column for each of these parameters (`head`: None for the object itself)."""
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
