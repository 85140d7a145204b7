"""Strangers: users who are nobody in the world, and what they may begin by stating.

    strangers_of(...).tools  -> {"": "", "about.shelf_id": "get_shelf"}
    strangers_of(...).facts  -> {"": {}, "about.shelf_id=S1": {"about.shelf_id": "S1"}, ...}

A stranger states nothing and begins with a read that needs nothing, or names one row that such a read lists and that
holds others. A stranger's key stands where a person's row id stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.base import Json, digest
from schemas.program import Program
from schemas.tool import ToolSpec
from tool_specs.chains import Feeds, collections
from tool_specs.lexicon import Lexicon
from tool_specs.programs import MISSING, Selection
from tool_specs.reading import Reader, walk

MOST = 400
"""Rows that strangers may begin with, per read."""


@dataclass(frozen=True)
class Strangers:
    """See the module's text.

    Attributes:
        tools: fact -> the read that it is the argument of; "" for those who state nothing. Empty: nobody is a stranger.
        facts: a stranger's key -> what that stranger states.
    """

    tools: Mapping[str, str]
    facts: Mapping[str, dict[str, Json]]

    def states(self, tool: str) -> bool:
        """Whether strangers may begin by naming a row of this read."""
        return tool in self.tools.values()


NONE = Strangers({}, {})


def strangers_of(specs: Mapping[str, ToolSpec], feeds: Feeds, lexicon: Lexicon, reader: Reader) -> Strangers:
    """Returns the strangers of a world."""
    tools: dict[str, str] = {"": ""}
    facts: dict[str, dict[str, Json]] = {"": {}}
    for spec in specs.values():
        holds_rows = any(True for _ in collections(spec.returns or {}))
        if spec.effect == "read" and len(spec.required) == 1 and spec.name in lexicon.rows and holds_rows:
            fact = f"about.{spec.required[0]}"
            for value in _listed(specs, feeds, reader, spec)[:MOST]:
                tools.setdefault(fact, spec.name)
                if tools[fact] == spec.name:
                    facts[f"{fact}={value}"] = {fact: value}
    return Strangers(tools, facts)


def _listed(specs: Mapping[str, ToolSpec], feeds: Feeds, reader: Reader, wanted: ToolSpec) -> list[Json]:
    """Returns the arguments for a read that reads without parameters list, in their order."""
    found: dict[str, Json] = {}
    for column, targets in feeds.items():
        tool, *path = column.split(".")
        if (wanted.name, wanted.required[0]) in targets and not specs[tool].required:
            value = reader(reader.ask(tool, {}))
            if value is not MISSING:
                found.update((str(each), each) for each in walk(value, path))
    return list(found.values())


def about(programs: tuple[Program, ...], selection: Selection, facts: Mapping[str, Json]) -> str:
    """Returns what a question is about: the row that it picks, or all of it where it picks several."""
    rows = selection.picked[-1] if selection.picked else ()
    if len(rows) == 1 and programs[-1].steps:
        return digest(rows[0].get(programs[-1].steps[-1].name))
    return digest([repr(programs), dict(facts)])
