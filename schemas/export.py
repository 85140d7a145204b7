"""The nouns' JSON Schemas as files: `schemas/json/<record>.v<version>.json`, one per noun.

    python -m schemas.export        # rewrites the files; a test says when that is due

A schema describes a record's JSON form (`schemas.base.encode`), for readers in other languages.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import orjson

from schemas.base import Json, Record
from schemas.behavior import Behavior, Scenario
from schemas.checklist import Checklist
from schemas.dialogue import Dialogue
from schemas.graph import ApiGraph
from schemas.judgement import Judgement
from schemas.parquet import VERSION
from schemas.profile import Profile
from schemas.sft import SftRow
from schemas.task import Task, TaskSpec
from schemas.tool import ToolSpec
from schemas.verdict import Drop, Judged, Verdict
from schemas.world import World

NOUNS: tuple[type[Record], ...] = (
    ToolSpec,
    ApiGraph,
    World,
    TaskSpec,
    Task,
    Profile,
    Behavior,
    Scenario,
    Dialogue,
    Verdict,
    Judgement,
    Judged,
    Checklist,
    Drop,
    SftRow,
)
FOLDER = Path(__file__).parent / "json"


def json_schema(kind: type[Record]) -> Json:
    """Returns the JSON Schema 2020-12 of a record, with its name and version."""
    body = msgspec.json.schema(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"writ:{file_name(kind)}",
        "version": VERSION,
        **body,
    }


def file_name(kind: type[Record]) -> str:
    """Returns a record's file name: `task_spec.v1.json` for `TaskSpec`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower() + f".v{VERSION}.json"


def files() -> dict[str, bytes]:
    """Returns every file's name and content."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return {file_name(kind): orjson.dumps(json_schema(kind), option=option) for kind in NOUNS}


def main() -> None:
    """Rewrites the folder."""
    FOLDER.mkdir(exist_ok=True)
    wanted = files()
    for path in FOLDER.glob(f"*.v{VERSION}.json"):
        if path.name not in wanted:
            path.unlink()
    for name, content in wanted.items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
