"""Space: the behaviours that users are drawn from, read from a file and checked.

    >>> by_name(SPACE)["slip"].axis
    'memory'

WRIT's own file lies beside this one. A file of the same form may add axes and behaviours, or replace playbooks under
their names (`joined`). Every mistake is told with its line::

    mine.yaml:7: behaviors.0.axis: there is no axis `moods`; did you mean `mood`?
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from schemas.base import Json
from schemas.behavior import Axis, Behavior, BehaviorSpace, Playbook
from tool_specs.remember import remembered
from tool_specs.yaml_text import line_of, parsed

DISCLOSURE, REGISTER = "disclosure", "register"
COLUMNS = (DISCLOSURE, REGISTER)
"""Axes of which one behaviour holds for every user; data sets have a column for each."""
FILE = Path(__file__).parent / "behaviors.yaml"
_TOLERANCE = 1e-6
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
Place = tuple[str | int, ...]
Names = Mapping[str, Collection[str]]
"""What playbooks may name: predicates under `fits`, `rule`s, `detector`s. A key that is missing is not checked."""


class SpaceError(ValueError):
    """A file of behaviours that cannot be used; the message has one line per mistake, each with its place."""


def read_space(path: Path, names: Names, base: BehaviorSpace | None = None) -> BehaviorSpace:
    """Reads a file and joins it to the space that it adds to.

    Args:
        path: a YAML file.
        names: what playbooks may name.
        base: the space that the file adds to; None: it stands alone.

    Raises:
        SpaceError: it cannot be read, has another form, or contradicts itself.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tree, value = parsed(text, _LOADER)
    except (OSError, UnicodeDecodeError) as error:
        raise SpaceError(f"{path}: cannot be read as text ({error}); name a YAML file of behaviours") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise SpaceError(f"{place}: is not YAML: {getattr(error, 'problem', error)}") from error
    own, problems = _parsed(value)
    if not problems:
        found = joined(base, own) if base is not None else own
        problems = [*contradictions(found, own, names)]
    if problems:
        raise SpaceError("\n".join(f"{path}:{line_of(tree, place)}: {_where(place)}{what}" for place, what in problems))
    return found


def joined(base: BehaviorSpace, own: BehaviorSpace) -> BehaviorSpace:
    """Returns a space with another one's axes and playbooks in it; those of the same name stand in the place of its."""
    axes = {axis.name: axis for axis in (*base.axes, *own.axes)}
    playbooks = {each.behavior: each for each in (*base.behaviors, *own.behaviors)}
    return BehaviorSpace(axes=tuple(axes.values()), behaviors=tuple(playbooks.values()))


def weighted(space: BehaviorSpace, weights: Mapping[str, Mapping[str, float]]) -> BehaviorSpace:
    """Returns a space with other weights.

    Args:
        space: the space.
        weights: axis -> behaviour -> weight, and `traits` for all axes but disclosure and register. What an axis that
            is given does not name has the weight 0.
    """
    rest = weights.get("traits")
    playbooks = []
    for each in space.behaviors:
        given = weights.get(each.axis, None if each.axis in COLUMNS else rest)
        playbooks.append(each if given is None else msgspec.structs.replace(each, weight=given.get(each.behavior, 0.0)))
    return msgspec.structs.replace(space, behaviors=tuple(playbooks))


def _parsed(value: Json) -> tuple[BehaviorSpace, list[tuple[Place, str]]]:
    """Returns what a file says, and what is wrong with its form."""
    empty = BehaviorSpace(axes=(), behaviors=())
    if not isinstance(value, dict):
        return empty, [((), "a file of behaviours has the keys `axes` and `behaviors`")]
    problems: list[tuple[Place, str]] = []
    parts: dict[str, list[Any]] = {"axes": [], "behaviors": []}
    for key, kind in (("axes", Axis), ("behaviors", Playbook)):
        entries = value.get(key) or []
        if not isinstance(entries, list):
            problems.append(((key,), "must be a list"))
            continue
        for number, entry in enumerate(entries):
            found = _entry(entry, kind)
            if isinstance(found, tuple):
                problems.append(((key, number, *found[0]), found[1]))
            else:
                parts[key].append(found)
    unknown = [key for key in value if key not in parts]
    problems += [((key,), f"unknown key{suggestion(str(key), parts)}") for key in unknown]
    return BehaviorSpace(axes=tuple(parts["axes"]), behaviors=tuple(parts["behaviors"])), problems


def _entry(entry: Json, kind: type[Axis] | type[Playbook]) -> Axis | Playbook | tuple[Place, str]:
    if not isinstance(entry, dict):
        return (), f"must be a mapping with {', '.join(kind.__struct_fields__)}"
    unknown = next((key for key in entry if key not in kind.__struct_fields__), None)
    if unknown is not None:
        return (unknown,), f"unknown key{suggestion(str(unknown), kind.__struct_fields__)}"
    needed = [field.name for field in msgspec.structs.fields(kind) if field.required]
    missing = next((name for name in needed if not entry.get(name)), None)
    if missing is not None:
        hint = "; say what finds it in a finished dialogue" if missing == "detector" else ""
        return (missing,), f"is missing; add it{hint}"
    try:
        return msgspec.convert(entry, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$.")
        return tuple(place.strip("`").split(".")[:1]), message


def contradictions(space: BehaviorSpace, own: BehaviorSpace, names: Names) -> Iterator[tuple[Place, str]]:
    """Yields what does not go together, with its place in the file that `own` was read from."""
    axes = {axis.name: axis for axis in space.axes}
    known = {each.behavior: each for each in space.behaviors}
    yield from _doubles("axes", [axis.name for axis in own.axes])
    yield from _doubles("behaviors", [each.behavior for each in own.behaviors])
    for number, each in enumerate(own.behaviors):
        place: Place = ("behaviors", number)
        if not _NAME.fullmatch(each.behavior):
            yield (*place, "behavior"), f"{each.behavior!r} is no name; write small letters, digits and _"
        if each.axis not in axes:
            yield (*place, "axis"), f"there is no axis `{each.axis}`{suggestion(each.axis, axes)}"
        for field in ("fits", "rule", "detector"):
            name = getattr(each, field)
            if name and field in names and name not in names[field]:
                yield (*place, field), f"there is no {_KINDS[field]} `{name}`{suggestion(name, names[field])}"
        if each.detector == "words" and not _matches_something(each.pattern):
            yield (*place, "pattern"), "the detector `words` needs a regular expression that is not empty"
        if each.rule == "remark" and not each.words:
            yield (*place, "words"), "the rule `remark` says one of these; list some"
        if not 0 <= each.weight <= 1:
            yield (*place, "weight"), f"{each.weight:g} is no weight; give a number from 0 to 1"
        for other in each.excludes:
            if other not in known:
                yield (*place, "excludes"), f"there is no behaviour `{other}`{suggestion(other, known)}"
            elif other == each.behavior:
                yield (*place, "excludes"), "excludes itself"
        for axis in space.axes:
            every = {other.behavior for other in space.behaviors if other.axis == axis.name}
            if axis.pick == "one" and axis.name != each.axis and every and every <= set(each.excludes):
                yield (*place, "excludes"), f"leaves nothing of the axis `{axis.name}`, of which one must hold"
    yield from _sums(space, own)


_KINDS = {"fits": "predicate", "rule": "rule", "detector": "detector"}


def _sums(space: BehaviorSpace, own: BehaviorSpace) -> Iterator[tuple[Place, str]]:
    places = {each.axis: number for number, each in enumerate(own.behaviors)}
    for axis, number in places.items():
        found = next((each for each in space.axes if each.name == axis), None)
        if found is None:
            continue
        total = sum(each.weight for each in space.behaviors if each.axis == axis)
        problem = sum_problem(found, total)
        if problem:
            yield ("behaviors", number, "weight"), problem


def sum_problem(axis: Axis, total: float) -> str:
    """Says what is wrong with the sum of an axis' weights; "" if nothing is."""
    if axis.pick == "one" and abs(total - 1) > _TOLERANCE:
        return f"the weights on the axis `{axis.name}` sum to {total:.6g}; one holds for every user: make them sum to 1"
    if axis.pick == "most_one" and total > 1 + _TOLERANCE:
        return f"the weights on the axis `{axis.name}` sum to {total:.6g}; at most one holds: make them 1 or less"
    return ""


def _doubles(key: str, names: list[str]) -> Iterator[tuple[Place, str]]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield (key, number), f"`{name}` stands here twice; remove one of them"


def _matches_something(pattern: str) -> bool:
    try:
        return bool(pattern) and re.compile(pattern).search("") is None
    except re.error:
        return False


def suggestion(name: str, known: Collection[str]) -> str:
    """Returns what to write instead of a name that is not known."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(sorted(known))}"


def _where(place: Place) -> str:
    return f"{'.'.join(map(str, place))}: " if place else ""


SPACE = read_space(FILE, {})
"""WRIT's own space. A test checks what its playbooks name."""


@remembered(1, size=16)
def by_name(space: BehaviorSpace) -> dict[str, Playbook]:
    """Returns a space's playbooks by the names of their behaviours."""
    return {each.behavior: each for each in space.behaviors}


def is_known(playbook: Playbook) -> bool:
    """Whether a playbook is WRIT's own, whatever its weight."""
    known = by_name(SPACE).get(playbook.behavior)
    return known is playbook or (known is not None and msgspec.structs.replace(playbook, weight=known.weight) == known)


@remembered(1, size=64)
def playbooks_of(behavior: Behavior) -> dict[str, Playbook]:
    """Returns the playbooks of a user's behaviours, by name: disclosure, register, and what else holds."""
    own = {each.behavior: each for each in behavior.own}
    known = by_name(SPACE)
    return {name: own.get(name) or known[name] for name in (behavior.disclosure, behavior.register, *behavior.traits)}
