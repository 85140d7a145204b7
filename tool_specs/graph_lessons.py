"""What reads of the initial world show, as far as the edges of an API graph ask for it.

    lessons = Lessons(sandbox, ["get_reader.loans.*"])
    lessons.read("get_reader", {"reader_id": "r1"}, key)
        -> Lesson(touched={"r1", "L7", ...}, columns=(("get_reader.loans.*", (("L7", b'"L7"', {...}), ...)),))

Each call is made once, whoever asks: the same world answers all people alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.base import Json, canonical
from tool_specs.graph_person import Words
from tool_specs.reading import at_path, strings
from tool_specs.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a read shows: its strings, and (value, as text, strings beside it in its row) by column."""

    touched: Words
    columns: tuple[tuple[str, tuple[tuple[Json, bytes, Words], ...]], ...]


class Lessons:
    """Reads of one world, remembered."""

    def __init__(self, sandbox: Sandbox, columns: Iterable[str]) -> None:
        """Takes the world, and the columns of results (`tool.path`) that are wanted."""
        self._sandbox = sandbox
        self._paths: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for column in columns:
            tool, *path = column.split(".")
            self._paths[tool].append(tuple(path))
        self._read: dict[tuple[str, bytes], Lesson | None] = {}

    def read(self, tool: str, arguments: dict[str, Json], key: bytes) -> Lesson | None:
        """Returns what a read shows; None where it finds nothing. `key` is the canonical form of the arguments."""
        if (tool, key) not in self._read:
            result = self._sandbox.call(tool, arguments)
            found = not result.error and result.value not in (None, [], {}, "")
            self._read[tool, key] = self._lesson(tool, result.value) if found else None
        return self._read[tool, key]

    def _lesson(self, tool: str, value: Json) -> Lesson:
        rows: dict[int, Words] = {}
        columns = []
        for path in self._paths[tool]:
            values = []
            for each, beside in at_path(value, path):
                if each is not None:
                    if id(beside) not in rows:  # the result keeps its objects, so no id is given out again
                        rows[id(beside)] = frozenset(text for text in (beside or {}).values() if isinstance(text, str))
                    values.append((each, canonical(each), rows[id(beside)]))
            columns.append((".".join((tool, *path)), tuple(values)))
        return Lesson(frozenset(strings(value)), tuple(columns))
