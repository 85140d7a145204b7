"""Rows of files that others made: JSON, JSONL and Parquet, each row with its place.

    for place, value in json_rows(Path("exam.jsonl")): ...        # "exam.jsonl:12", {"messages": [...]}

and the two things that are read from dialogues in OpenAI form: what is said, and what is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import UserError
from schemas.base import Json

Call = tuple[str, dict[str, Json]]


class FormError(ValueError):
    """A row is not in the form that it must have; says what is wrong, without the place."""


def json_rows(path: Path, what: str = "tasks") -> Iterator[tuple[str, dict[str, Json]]]:
    """Yields a file's rows with their places.

    Args:
        path: a JSON list (or an object with the list under the name `what`), JSONL, or Parquet.
        what: name of the rows.

    Raises:
        UserError: it cannot be read, or is none of these.
    """
    try:
        found = _READERS[path.suffix.lower()](path, what)
    except KeyError:
        raise UserError(f"{path}: is no .json, .jsonl or .parquet file; give one of these") from None
    try:
        for place, value in found:
            if not isinstance(value, dict):
                raise UserError(f"{place}: is no JSON object; every one of the {what} is an object")
            yield place, value
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error})") from error


def json_file(path: Path) -> Json:
    """Returns what a JSON file holds.

    Raises:
        UserError: it cannot be read, or is not JSON.
    """
    try:
        return _loads(path.read_bytes(), str(path))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error})") from error


def _json(path: Path, what: str) -> Iterator[tuple[str, Json]]:
    value = json_file(path)
    if isinstance(value, dict) and isinstance(value.get(what), list):
        value = value[what]
    if not isinstance(value, list):
        raise UserError(f'{path}: is no list; give a JSON list of {what}, or an object with "{what}": [...]')
    for number, each in enumerate(value):
        yield f"{path}: [{number}]", each


def _jsonl(path: Path, what: str) -> Iterator[tuple[str, Json]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield f"{path}:{number}", _loads(line, f"{path}:{number}")


def _loads(text: bytes, place: str) -> Json:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        where = f"{place}:{error.lineno}" if text.count(b"\n") > 1 else place
        raise UserError(f"{where}: is not JSON ({error.msg})") from error


def _parquet(path: Path, what: str) -> Iterator[tuple[str, Json]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        number = 0
        for batch in pq.ParquetFile(path).iter_batches(256):
            for row in batch.to_pylist():
                number += 1
                yield f"{path}: row {number}", {key: value for key, value in row.items() if value is not None}
    except (pa.ArrowException, ValueError) as error:
        raise UserError(f"{path}: is no Parquet file, or was cut off ({str(error).splitlines()[0]})") from error


_READERS: dict[str, Any] = {".json": _json, ".jsonl": _jsonl, ".ndjson": _jsonl, ".parquet": _parquet}


def said(message: dict[str, Json]) -> str:
    """Returns the words of a message in OpenAI form.

    Raises:
        FormError: its content is no text.
    """
    content = message.get("content")
    if isinstance(content, list):
        content = "\n".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    if content is not None and not isinstance(content, str):
        raise FormError(f"`content` is {type(content).__name__}, not text")
    return content or ""


def called(message: dict[str, Json]) -> list[Call]:
    """Returns the calls of a message in OpenAI form; arguments may be objects or JSON text.

    Raises:
        FormError: a call has no name, or its arguments are no object.
    """
    found = []
    for each in message.get("tool_calls") or ():
        function = each.get("function", each) if isinstance(each, dict) else {}
        found.append(call_of(function))
    return found


def call_of(value: dict[str, Json]) -> Call:
    """Returns a call given as `{"name": ..., "arguments": {...}}`; arguments may be JSON text.

    Raises:
        FormError: it has no name, or its arguments are no object.
    """
    name = value.get("name")
    arguments = value.get("arguments", value.get("kwargs", {}))
    if isinstance(arguments, str):
        try:
            arguments = orjson.loads(arguments)
        except orjson.JSONDecodeError:
            arguments = None
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise FormError('a call is no {"name": ..., "arguments": {...}}')
    return name, arguments


def messages_of(value: dict[str, Json], key: str = "messages") -> list[dict[str, Json]]:
    """Returns the messages of a row, be they a list or its JSON text, or a list of JSON texts as in our Parquet.

    Raises:
        FormError: they are no list of objects with a role.
    """
    found = value.get(key)
    if isinstance(found, str) or (isinstance(found, list) and found and all(isinstance(each, str) for each in found)):
        try:
            found = orjson.loads(found if isinstance(found, str) else f"[{','.join(found)}]")
        except orjson.JSONDecodeError as error:
            raise FormError(f"`{key}` is text that is not JSON") from error
    if not isinstance(found, list) or not found:
        raise FormError(f"`{key}` is no list of messages")
    for number, message in enumerate(found):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise FormError(f"{key}[{number}] is no object with a `role`")
    return found
