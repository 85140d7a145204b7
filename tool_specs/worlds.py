"""Worlds for a domain: read from a file, or generated from a seed.

A world file is JSON of tables, `{"loans": {"L1": {...}}, ...}`. A file that is no sound world is refused whole,
with its place and what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from schemas.base import Json
from schemas.world import World

if TYPE_CHECKING:
    from tool_specs.domain import Domain


class WorldError(ValueError):
    """A world file that cannot be used; the message names file, place and what to do."""


def generate_world(domain: Domain, seed: int, size: int) -> World:
    """Returns the domain's generated world of a seed and size.

    Raises:
        WorldError: the size is not positive.
    """
    if size < 1:
        raise WorldError(f"a world of size {size} has nobody in it; ask for a size of 1 or more")
    return World.of(domain.name, f"generated:seed={seed},size={size}", domain.generate(seed, size))


def load_world(domain: Domain, path: str | Path) -> World:
    """Reads a world file and checks it.

    Raises:
        WorldError: the file is missing, cut off, not JSON, lacks a table, or has a wrong type or a broken reference.
    """
    path = path if isinstance(path, Path) else Path(path)
    tables = _read(path)
    if not isinstance(tables, dict):
        raise WorldError(f"{path}: the file holds {_kind(tables)}, not tables; write {{table: {{id: row}}}}.")
    for table, row_type in domain.rows.items():
        if table not in tables:
            raise WorldError(
                f"{path}: table {table!r} is missing; a {domain.name} world has {', '.join(domain.rows)}. "
                f'Add it, or `"{table}": {{}}` if it is empty.'
            )
        _check_types(path, table, tables[table], row_type)
    for table in tables:
        if table not in domain.rows:
            raise WorldError(
                f"{path}: {table!r} is no table of a {domain.name} world; remove it, or correct its name to one of "
                f"{', '.join(domain.rows)}."
            )
    problems = domain.check_tables(tables)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise WorldError(f"{path}: {problems[0]}{more}; correct the rows, or leave out those that refer to them.")
    return World.of(domain.name, f"file:{path.name}", tables)


def _read(path: Path) -> Json:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WorldError(f"{path}: cannot be read ({error.strerror}); give the path of a JSON world file.") from error
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        if error.pos >= len(error.doc.rstrip()) - 1:
            raise WorldError(f"{path}: the file ends in the middle, at {place}; copy or download it again.") from error
        raise WorldError(f"{path}: not JSON at {place}: {error.msg}; correct it, or export it again.") from error


def _check_types(path: Path, table: str, rows: Json, row_type: Any) -> None:
    if not isinstance(rows, dict):
        raise WorldError(f"{path}: table {table!r} is {_kind(rows)}; write an object from row id to row.")
    for id_, row in rows.items():
        try:
            msgspec.convert(row, row_type)
        except msgspec.ValidationError as error:
            message, _, inner = str(error).partition(" - at ")
            place = f'{table}["{id_}"]' + inner.strip("`").removeprefix("$")
            raise WorldError(f"{path}: {place}: {message}; correct that value.") from error


def _kind(value: Json) -> str:
    return {list: "a list", dict: "an object", str: "a string", type(None): "null"}.get(type(value), "a number")
