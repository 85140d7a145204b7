"""The Parquet form of any record: plain values become columns, everything else becomes JSON text.

Example::

    >>> print(arrow_schema(Drop).field("reason"))
    reason: string not null

JSON text, because Arrow would union the keys of unlike objects and fill in nulls that nobody wrote. The schema names
its record and version, so that a shard of another kind is noticed before it is read.
"""

from __future__ import annotations

import types
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import UNSET

from schemas.base import Record

VERSION = 1
"""Version of all records' forms. A changed field needs a new number (and new files in `schemas/json/`)."""

R = TypeVar("R", bound=Record)

Encoder = Callable[[Any], bytes]
_JSON: Encoder = msgspec.json.Encoder().encode
_HELD = 128
"""Values of a field whose JSON is held: more than a shard has rows."""

_NATIVE: dict[type, Any] = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}

_CODES = {pa.int64(): "q", pa.float64(): "d"}


@cache
def arrow_schema(kind: type[Record]) -> Any:
    """Returns the `pyarrow.Schema` of a record type."""
    fields = []
    for field in msgspec.structs.fields(kind):
        native, nullable = _native(field.type)
        fields.append(pa.field(field.encode_name, native if native is not None else pa.string(), nullable=nullable))
    return pa.schema(fields, metadata={"writ.record": kind.__name__, "writ.version": str(VERSION)})


def to_table(records: Sequence[R], kind: type[R]) -> Any:
    """Returns the records as a `pyarrow.Table`."""
    schema = arrow_schema(kind)
    columns = []
    for field, (name, encoder) in zip(schema, _encoders(kind), strict=True):
        values = [getattr(record, name) for record in records]
        if encoder is not None:
            columns.append(packed(_encoded(values, encoder), field.type))
        elif field.type == pa.string():
            columns.append(packed([None if value is None else value.encode() for value in values], field.type))
        elif field.type in _CODES and None not in values:
            columns.append(pa.Array.from_buffers(field.type, len(values), [None, _buffer(_CODES[field.type], values)]))
        else:
            columns.append(pa.array(values, type=field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def packed(values: Sequence[bytes | None], kind: Any) -> Any:
    """Returns texts or bytes as a `pyarrow.Array`, without `pyarrow.array`: that imports pandas where there is one."""
    ends = accumulate(0 if value is None else len(value) for value in values)
    nulls = None
    if None in values:
        nulls = pa.py_buffer(np.packbits([value is not None for value in values], bitorder="little"))
    data = pa.py_buffer(b"".join(value for value in values if value is not None))
    return pa.Array.from_buffers(kind, len(values), [nulls, _buffer("i", (0, *ends)), data])


def _buffer(code: str, values: Iterable[Any]) -> Any:
    return pa.py_buffer(array(code, values))


def _encoded(values: Iterable[Any], encoder: Encoder) -> list[bytes]:
    """Returns the values as JSON; the same object as before is not encoded again: rows share their tools."""
    found: list[bytes] = []
    last: Any = None
    for value in values:
        found.append(found[-1] if found and value is last else encoder(value))
        last = value
    return found


def from_table(table: Any, kind: type[R]) -> list[R]:
    """Returns the records of a table that has the record's schema.

    Raises:
        msgspec.ValidationError: a JSON column holds something else than the field's type.
    """
    names, columns = [], []
    for field in msgspec.structs.fields(kind):
        values = table.column(field.encode_name).to_pylist()
        if _native(field.type)[0] is None:
            decode = msgspec.json.Decoder(field.type).decode
            values = [decode(value) for value in values]
        names.append(field.name)
        columns.append(values)
    return [kind(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def mismatch(schema: Any, kind: type[Record]) -> str:
    """Says in words how a file's schema differs from the record's, or returns an empty string."""
    metadata = schema.metadata or {}
    found = metadata.get(b"writ.record", b"no record of WRIT").decode()
    if found != kind.__name__:
        return f"holds {found}, not {kind.__name__}"
    version = metadata.get(b"writ.version", b"?").decode()
    if version != str(VERSION):
        return f"holds {found} in version {version}, this program reads version {VERSION}"
    if not schema.equals(arrow_schema(kind), check_metadata=False):
        missing = sorted(set(arrow_schema(kind).names) - set(schema.names))
        return f"has other columns than {found}" + (f" (missing: {', '.join(missing)})" if missing else "")
    return ""


@cache
def _encoders(kind: type[Record]) -> tuple[tuple[str, Encoder | None], ...]:
    """Returns a record type's fields, each with what encodes its column; None for one that is no JSON text."""
    return tuple(
        (field.name, None if _native(field.type)[0] is not None else _encoder(field.type))
        for field in msgspec.structs.fields(kind)
    )


def _encoder(annotation: Any) -> Encoder:
    """Returns what encodes values of a type; what cannot change is encoded once, wherever it stands."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return _Once(_joined(annotation))
    return _Once(_JSON) if get_origin(annotation) is tuple else _JSON


def _joined(kind: type[Record]) -> Encoder:
    """Returns what puts a record's JSON together from that of its fields, which most often has been made before."""
    config = kind.__struct_config__
    if config.tag is not None or config.omit_defaults or config.array_like:
        return _JSON
    heads = [f'"{field.encode_name}":'.encode() for field in msgspec.structs.fields(kind)]
    fields = [(head, name, encoder or _JSON) for head, (name, encoder) in zip(heads, _encoders(kind), strict=True)]

    def encode(record: Any) -> bytes:
        values = ((head, getattr(record, name), encoder) for head, name, encoder in fields)
        return b"{%b}" % b",".join([head + encoder(value) for head, value, encoder in values if value is not UNSET])

    return encode


class _Once:
    """Encodes a value once while it is among the last ones: a dialogue is stored as it is, then as it was judged."""

    def __init__(self, encode: Encoder) -> None:
        self._encode = encode
        self._held: dict[int, tuple[Any, bytes]] = {}

    def __call__(self, value: Any) -> bytes:
        found = self._held.get(id(value))
        if found is None:
            if len(self._held) >= _HELD:
                del self._held[next(iter(self._held))]
            found = self._held[id(value)] = value, self._encode(value)
        return found[1]


def _native(annotation: Any) -> tuple[Any, bool]:
    """Returns the Arrow type of a field that has its own column (else None), and whether nulls may occur."""
    if annotation in _NATIVE:
        return _NATIVE[annotation], False
    origin, options = get_origin(annotation), get_args(annotation)
    if origin is Literal and all(isinstance(option, str) for option in options):
        return pa.string(), False
    if origin in (Union, types.UnionType) and len(options) == 2 and type(None) in options:
        native, _ = _native(options[0] if options[1] is type(None) else options[1])
        return native, native is not None
    return None, False
