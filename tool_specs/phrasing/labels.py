"""How an agent names rows and values: "red mesh office chair", "order #W1", "$544.29", "gift card ending in 3546".

`Known` is what an agent has read, by id: all that it can name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.base import Json
from tool_specs.lexicon import ColumnWords, Lexicon
from tool_specs.phrasing.columns import column_words, value_json, value_texts
from tool_specs.phrasing.english import clean, duration, lower_name, moment, money, number, plural
from tool_specs.programs import MISSING, elements
from tool_specs.remember import remembered

_FIELD = re.compile(r"\{([^{}]+)\}")
_ID = re.compile(r"(^|_)id$")


class Seen(NamedTuple):
    """A row that was read, with the rows it was inside of, nearest first; whether the id is not its own."""

    id: str
    row: Mapping[str, Json]
    above: tuple[tuple[str, Mapping[str, Json]], ...] = ()
    refers: bool = False


class Known:
    """Rows that were read, by the ids that stand in them."""

    def __init__(self, words: Lexicon) -> None:
        """Starts with nothing known."""
        self.words = words
        self._rows: dict[str, list[Seen]] = {}

    def add(self, tool: str, result: Any) -> None:
        """Takes in the JSON answer of a read (or of a write that answers like this read)."""
        if isinstance(result, (dict, list)):
            for value, seen in _ids_in(self.words, result, tool):
                rows = self._rows.get(value)
                if rows is None:
                    self._rows[value] = [seen]
                else:
                    others = [one for one in rows if one.id != seen.id or one.above[:1] != seen.above[:1]]
                    self._rows[value] = [seen, *others]

    def find(self, value: Json, prefer: Sequence[str] = (), inside: Json = None) -> Seen | None:
        """Returns the row with an id, of the preferred row ids and inside the row with the id `inside` if there is one.

        Rows that merely refer to the id (an item to its product, a return to what it is refunded to) come last.
        """
        rows = self._rows.get(str(value), []) if isinstance(value, (str, int)) else []

        def rank(seen: Seen) -> tuple[bool, bool, int, bool]:
            within = inside is not None and any(inside in row.values() for _, row in seen.above)
            place = prefer.index(seen.id) if seen.id in prefer else len(prefer)
            return (seen.refers, place == len(prefer), place, not within)

        return min(rows, key=rank, default=None)


@remembered(2)
def _ids_in(words: Lexicon, result: dict[str, Json] | list[Json], tool: str) -> list[tuple[str, Seen]]:
    """Returns the ids in a read's answer, each with the row that it stands in."""
    found = [Seen(tool, result)] if isinstance(result, dict) else []
    for row_id in words.rows:
        if row_id.startswith(f"{tool}."):
            found.extend(_inside(tool, result, row_id.removeprefix(f"{tool}.").split(".")))
    pairs = ((seen, key, value) for seen in found for key, value in seen.row.items())
    return [
        (str(value), seen if column_words(words, f"{seen.id}.{key}") else Seen(seen.id, seen.row, seen.above, True))
        for seen, key, value in pairs
        if type(value) in (str, int) and _is_id(key)
    ]


@lru_cache(maxsize=256)
def _is_id(key: str) -> bool:
    return _ID.search(key) is not None


def _inside(tool: str, result: Any, parts: Sequence[str]) -> Iterator[Seen]:
    found: list[Any] = [result]
    for part in parts:
        found = [child for one in found for child in (elements(one) if part == "*" else [one.get(part)])]
        found = [one for one in found if isinstance(one, (dict, list))]
    for row in found:
        if isinstance(row, dict):
            yield Seen(".".join([tool, *parts]), row, ((tool, result),))


def agent_text(words: ColumnWords | None, column: str, value: Json) -> str:
    """Returns a value as an agent says it: `visa` -> `Visa`, `L` -> `size L`, 544.29 -> `$544.29`."""
    if value is MISSING or value is None:
        return ""
    if words is None:
        return str(value)
    if isinstance(value, (list, dict)):
        return _agent_text(words, column, value)
    return _scalar_text(words, type(value), column, value)


@remembered(2, size=4096)
def _scalar_text(words: ColumnWords, kind: type, column: str, value: Json) -> str:
    """The kind, because 1, 1.0 and True are equal."""
    return _agent_text(words, column, value)


def _agent_text(words: ColumnWords, column: str, value: Json) -> str:
    texts = _agent_texts(words, value)
    if texts is not None:
        text, key = texts[0], column.rpartition(".")[2]
        return text.replace("{value}", str(value)).replace("{key}", key).replace("{tail}", str(value)[-4:])
    if words.kind == "money":
        return money(value)
    if words.kind == "date":
        return moment(value)
    if words.kind == "minutes":
        return duration(value)
    if words.kind == "text":
        own, template = value_texts(words, value)
        return own[0] if own and not template else lower_name(str(value))
    return str(value)


def state_text(words: ColumnWords | None, value: Json, it: str, many: bool = False) -> str:
    """Returns a clause that says what a value means for `it`, where an agent has one: "order #W1 is still pending"."""
    texts = (_agent_texts(words, value) or ()) if words is not None else ()
    if len(texts) < 2:
        return ""
    verbs = {"is": "are", "has": "have", "was": "were"} if many else {"is": "is", "has": "has", "was": "was"}
    return texts[1].format(it=it, them="them" if it == "they" else it, **verbs)


def _agent_texts(words: ColumnWords, value: Json) -> tuple[str, ...] | None:
    if isinstance(value, (str, int, float, bool)):
        exact = words.agent_values.get(value_json(value))
        if exact is not None:
            return exact
    for pattern, texts in words.agent_values.items():
        if "*" in pattern and fnmatchcase(str(value), pattern):
            return texts
    return None


@lru_cache(maxsize=256)
def _fields(template: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Returns (text before, alternatives) of each field, and the text after the last one."""
    parts = _FIELD.split(template)
    fields = [tuple(name.split("|")) for name in parts[1::2]] + [()]
    return tuple(zip(parts[::2], fields, strict=True))


_labels: dict[Any, tuple[Any, str]] = {}
"""By the identity of the rows, which are kept alive: the same row is named again and again."""
_MOST_LABELS = 1024


def label(
    words: Lexicon, row_id: str, row: Mapping[str, Json], above: Sequence[tuple[str, Mapping[str, Json]]] = ()
) -> str:
    """Returns the name of a row: the lexicon's format over its keys; a field that the row lacks is left out.

    Args:
        words: the domain's words.
        row_id: what kind of row it is.
        row: the row, as a tool showed it.
        above: the rows it stands in, with their row ids: a variant has its product's name.
    """
    key = (id(words), row_id, id(row), *((id_, id(outer)) for id_, outer in above))
    found = _labels.get(key)
    if found is None:
        if len(_labels) >= _MOST_LABELS:
            _labels.clear()
        found = _labels[key] = (words, row, tuple(above)), _label(words, row_id, row, above)
    return found[1]


def _label(
    words: Lexicon, row_id: str, row: Mapping[str, Json], above: Sequence[tuple[str, Mapping[str, Json]]]
) -> str:
    form = words.rows[row_id].label if row_id in words.rows else ""
    said = []
    for before, names in _fields(form):
        said.append(before)
        for name in names:
            text = _field(words, row_id, row, name)
            for id_, outer in above:
                text = text or _field(words, id_, outer, name)
            if text:
                said.append(text)
                break
    return clean("".join(said)) or (words.rows[row_id].singular if row_id in words.rows else "entry")


def _field(words: Lexicon, row_id: str, row: Mapping[str, Json], name: str) -> str:
    value: Any = row
    for part in name.split("."):
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    column = f"{row_id}.{name}"
    return agent_text(column_words(words, column), column, value)


def details(words: Lexicon, row_id: str, row: Mapping[str, Json], keys: Sequence[str] | None = None) -> list[str]:
    """Returns the values of a row's inner objects that its label does not name: `size 10`, `fixed armrests`."""
    form = words.rows[row_id].label if row_id in words.rows else ""
    named = {name for _, names in _fields(form) for name in names}
    found: list[str] = []
    for key, value in row.items():
        if isinstance(value, dict):
            for name, inner in value.items():
                path = f"{key}.{name}"
                if path not in named and not isinstance(inner, (dict, list)) and (keys is None or path in keys):
                    found.append(_field(words, row_id, row, path))
    return [text for text in found if text]


def labels(words: Lexicon, seen: Sequence[Seen]) -> list[str]:
    """Returns names that tell the rows apart: what differs between rows of one name is added."""
    plain = [label(words, one.id, one.row, one.above) for one in seen]
    if len(set(plain)) == len(plain):
        return plain
    result: list[str] = []
    for one, text in zip(seen, plain, strict=True):
        twins = [other for other, name in zip(seen, plain, strict=True) if name == text and other is not one]
        keys = _differing(one.row, [twin.row for twin in twins])
        extra = details(words, one.id, one.row, keys) if keys else []
        result.append(f"{text} ({', '.join(extra)})" if extra else text)
    return result


def _differing(row: Mapping[str, Json], others: Sequence[Mapping[str, Json]]) -> list[str]:
    found = []
    for key, value in row.items():
        if isinstance(value, dict):
            for name, inner in value.items():
                if any((other.get(key) or {}).get(name) != inner for other in others):
                    found.append(f"{key}.{name}")
    return found


def changed_label(words: Lexicon, seen: Seen, *before: Seen) -> str:
    """Returns a row's name with the details that another row, or one of several, has otherwise: what a swap changes."""
    keys = _differing(seen.row, [one.row for one in before])
    extra = details(words, seen.id, seen.row, keys) if keys else []
    name = label(words, seen.id, seen.row, seen.above)
    return f"{name} ({', '.join(extra)})" if extra else name


def full_label(words: Lexicon, seen: Seen, *more: str) -> str:
    """Returns a row's name with all its details (and `more`): `black polyester T-Shirt (size M, crew neck)`."""
    extra = [*details(words, seen.id, seen.row), *more]
    name = label(words, seen.id, seen.row, seen.above)
    return f"{name} ({', '.join(extra)})" if extra else name


def contents(words: Lexicon, seen: Seen) -> list[str]:
    """Returns the names of the rows inside a row, those of one name counted: what is in an order."""
    found: list[Seen] = []
    for row_id in words.rows:
        if row_id.startswith(f"{seen.id}."):
            found.extend(_inside(seen.id, seen.row, row_id.removeprefix(f"{seen.id}.").split(".")))
    names = Counter(label(words, one.id, one.row, one.above) for one in found)
    return [name if count == 1 else f"{number(count)} {plural(name)}" for name, count in names.items()]


def price(words: Lexicon, seen: Seen) -> float | None:
    """Returns the row's amount of money, if it has one of its own."""
    for key, value in seen.row.items():
        own = column_words(words, f"{seen.id}.{key}")
        if own is not None and own.kind == "money" and isinstance(value, (int, float)):
            return float(value)
    return None
