"""What every noun is: a frozen, typed record that is JSON, JSON Schema and a Parquet row at once.

Example row (any record)::

    {"id": "task-5f0c3a...", "kind": "read_heavy", ...}

Ids and digests are derived from content, never from time, worker or Python's salted `hash`.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any, TypeVar, dataclass_transform

import msgspec
import orjson

Json = Any
"""A value that JSON can hold: None, bool, int, float, str, list or dict with string keys."""

Path = tuple[str | int, ...]
"""Where a value is inside JSON: object keys and list positions, outermost first."""

R = TypeVar("R", bound="Record")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all nouns. Subclasses declare typed fields and nothing else."""


def canonical(value: Json) -> bytes:
    """Returns the one byte string of a JSON value: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Json) -> str:
    """Returns the 32-hex-digit BLAKE2b digest of a JSON value's canonical bytes."""
    return hashlib.blake2b(canonical(value), digest_size=16).hexdigest()


def content_id(prefix: str, *parts: Json) -> str:
    """Returns an id like `task-3f9a0c1d2e4b5f60` that depends on the parts alone."""
    return f"{prefix}-{digest(list(parts))[:16]}"


def rng_of(*parts: Json) -> random.Random:
    """Returns a random generator seeded by the parts' content (and by nothing else)."""
    return random.Random(hashlib.blake2b(canonical(list(parts)), digest_size=8).digest())


def encode(record: Record) -> bytes:
    """Returns the record as JSON bytes."""
    return msgspec.json.encode(record)


def decode(data: bytes | str, kind: type[R]) -> R:
    """Reads a record from JSON.

    Raises:
        msgspec.ValidationError: the JSON does not have the record's form (the message names the field).
    """
    return msgspec.json.decode(data, type=kind)


def plain(record: Record) -> Json:
    """Returns the record as plain JSON values (dicts and lists)."""
    return msgspec.to_builtins(record)
