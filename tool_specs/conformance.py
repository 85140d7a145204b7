"""Does a sandbox answer as a real backend did? Replays recorded episodes and lists every difference.

An episode is one line of JSON, played on a fresh copy of the world::

    {"episode": "7", "steps": [{"name": "get_loan", "arguments": {"loan_id": "L1"}, "error": false,
     "content": "{...}"}], "changed": {"loans": {"L1": {...}}}}

JSON contents are equal as parsed JSON (numbers as numbers, a null field as a missing one), others as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from schemas.base import Json
from schemas.world import World
from tool_specs.domain import Domain
from tool_specs.sandbox import Sandbox

_MISSING: Any = object()


class EpisodeError(ValueError):
    """A file of episodes that cannot be read; the message says which line and what is wrong."""


@dataclass(frozen=True)
class Mismatch:
    """One difference between the sandbox and a recording.

    Attributes:
        episode: Its name.
        place: `step 3 get_loan: content.reader`, or `changed: loans["L1"].reader`.
        expected: What was recorded, as JSON text.
        actual: What the sandbox gave, as JSON text.
    """

    episode: str
    place: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"episode {self.episode}, {self.place}: recorded {self.expected}, got {self.actual}"


def read_episodes(path: str | Path) -> Iterator[dict[str, Json]]:
    """Yields the episodes of a JSON Lines file.

    Raises:
        EpisodeError: the file cannot be read, or a line is no episode.
    """
    path = Path(path)
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise EpisodeError(f"{path}: cannot be read ({error.strerror}); give a JSON Lines file.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            episode = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise EpisodeError(f"{path}, line {number}: not JSON ({error.msg}); one episode per line.") from error
        problem = _episode_problem(episode)
        if problem:
            raise EpisodeError(f"{path}, line {number}: {problem}.")
        yield episode


def _episode_problem(episode: Json) -> str | None:
    if not isinstance(episode, dict) or not isinstance(episode.get("steps"), list):
        return 'an episode is an object with "steps", a list of calls'
    if not isinstance(episode.get("changed", {}), dict):
        return '"changed" must be an object of table -> row id -> row'
    for place, step in enumerate(episode["steps"]):
        kinds = {"name": str, "arguments": dict, "error": bool, "content": str}
        for key, kind in kinds.items():
            if not isinstance(step, dict) or not isinstance(step.get(key), kind):
                return f"steps[{place}].{key} is missing or of the wrong type"
    return None


def conform(domain: Domain, world: World, episodes: Iterable[Mapping[str, Json]]) -> list[Mismatch]:
    """Replays each episode on a fork of the world and returns all differences, in order."""
    start = Sandbox(domain, world)
    return [each for place, episode in enumerate(episodes) for each in _replay(start.fork(), place, episode)]


def _replay(sandbox: Sandbox, place: int, episode: Mapping[str, Json]) -> Iterator[Mismatch]:
    name = str(episode.get("episode", place))
    for number, step in enumerate(episode["steps"]):
        tool = step["name"]
        at = f"step {number} {tool}"
        result = sandbox.call(tool, step["arguments"])
        if result.error != step["error"]:
            yield Mismatch(name, f"{at}: error", _text(step["content"]), _text(result.content))
        elif not (result.error and tool in sandbox.domain.loose_errors):
            difference = _difference(_parsed(step["content"]), _parsed(result.content), "content")
            if difference:
                yield Mismatch(name, f"{at}: {difference[0]}", _text(difference[1]), _text(difference[2]))
    if "changed" in episode:
        yield from _compare_changes(name, episode["changed"], sandbox.diff())


def _compare_changes(name: str, expected: Json, actual: Json) -> Iterator[Mismatch]:
    for table in sorted(expected.keys() | actual.keys()):
        wanted, found = expected.get(table, {}), actual.get(table, {})
        for id_ in sorted(wanted.keys() | found.keys()):
            place = f'changed: {table}["{id_}"]'
            difference = _difference(wanted.get(id_, _MISSING), found.get(id_, _MISSING), place)
            if difference:
                yield Mismatch(name, difference[0], _text(difference[1]), _text(difference[2]))


def _parsed(content: str) -> Json:
    """Only rows and lists count as JSON: `7.0` and `"7.0"` are texts."""
    if content[:1] not in ("{", "["):
        return content
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content


def _difference(expected: Json, actual: Json, place: str) -> tuple[str, Json, Json] | None:
    """Returns the first place where two JSON values differ, with both values."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in [*expected, *(key for key in actual if key not in expected)]:
            one, other = expected.get(key), actual.get(key)
            difference = _difference(one, other, f"{place}.{key}")
            if difference:
                return difference
        return None
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            difference = _difference(one, other, f"{place}[{index}]")
            if difference:
                return difference
        return None
    # bool is an int to Python, but true is no 1 in JSON.
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return None if same else (place, expected, actual)


def _text(value: Json) -> str:
    return "nothing" if value is _MISSING else orjson.dumps(value).decode()
