"""Call templates: a call with typed slots becomes a tool of its own, and an answer is read as it is meant.

>>> rendered({"query": "SELECT * FROM loans WHERE reader = {reader:sql}"}, {"reader": "O'Neil"})
{'query': "SELECT * FROM loans WHERE reader = 'O''Neil'"}
>>> rendered({"limit": "{days}"}, {"days": 3})
{'limit': 3}

So a tool that takes code (SQL) or free text is used without anybody inventing code or text. What a slot's value may be
is its parameter's JSON Schema; quoting is the slot's form.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from schemas.base import Json

SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::(sql|json))?\}")


class AnswerError(ValueError):
    """An answer that is not what the template says it is."""


class NotFound(LookupError):
    """There is no such row: for an agent, an error."""


def slots_in(value: Json) -> Iterator[str]:
    """Yields the names of the slots in a template's arguments."""
    if isinstance(value, str):
        yield from (match.group(1) for match in SLOT.finditer(value))
    elif isinstance(value, (dict, list, tuple)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from slots_in(each)


def rendered(template: Json, values: Mapping[str, Json]) -> Any:
    """Returns a template's arguments with values in place of its slots."""
    if isinstance(template, dict):
        return {name: rendered(each, values) for name, each in template.items()}
    if isinstance(template, (list, tuple)):
        return [rendered(each, values) for each in template]
    if not isinstance(template, str):
        return template
    whole = SLOT.fullmatch(template)
    if whole is not None and whole.group(2) is None:
        return values[whole.group(1)]
    return SLOT.sub(lambda match: _written(values[match.group(1)], match.group(2)), template)


def _written(value: Json, form: str | None) -> str:
    if form == "json":
        return orjson.dumps(value).decode()
    if form == "sql":
        return _sql(value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _sql(value: Json) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list):
        return "(" + ", ".join(_sql(each) for each in value) + ")"
    raise AnswerError(f"{value!r} has no form in SQL; use a text, a number or a list of them")


def parsed(value: Json, how: str, line: str | None) -> Json:
    """Returns what an answer says, by the template's `parse`.

    Raises:
        AnswerError: it cannot be read so.
    """
    if how == "text" or (how == "auto" and not isinstance(value, str)):
        return value
    if how == "lines":
        pattern = re.compile(line or "")
        lines = str(value).splitlines()
        return [match.groupdict() for each in lines if (match := pattern.search(each)) is not None]
    if not isinstance(value, str):
        return value
    try:
        if how == "python":
            return _plain(ast.literal_eval(value))
        return orjson.loads(value)
    except (ValueError, SyntaxError, orjson.JSONDecodeError) as error:
        if how == "auto":
            return value
        raise AnswerError(
            f"the answer is no {'Python literal' if how == 'python' else 'JSON'}: {value[:120]!r}"
        ) from error


def _plain(value: Any) -> Json:
    """Returns a Python literal as JSON."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def at_path(value: Json, path: Sequence[str]) -> Json:
    """Returns the value at a path.

    Raises:
        AnswerError: there is none.
    """
    for key in path:
        if not isinstance(value, dict) or key not in value:
            raise AnswerError(f"the answer has no {'.'.join(path)}")
        value = value[key]
    return value


def shaped(value: Json, shape: str, name: str, missing: str) -> Json:
    """Returns an answer in the template's `shape`.

    Raises:
        NotFound: `row` or `value` is wanted and there is none.
        AnswerError: there is more than one, or no list.
    """
    if shape == "whole":
        return value
    if not isinstance(value, list):
        raise AnswerError(f"the answer is no list of rows; with shape {shape!r} it must be one")
    if shape == "rows":
        return {name: value}
    if not value:
        raise NotFound(missing)
    if len(value) > 1:
        raise AnswerError(f"the answer has {len(value)} rows where one is promised")
    (row,) = value
    if shape == "row":
        return row
    if not isinstance(row, dict) or len(row) != 1:
        raise AnswerError("the row has more than one column where one value is promised")
    return next(iter(row.values()))
