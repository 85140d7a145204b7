"""Shards and manifests on disk: whole or absent, and the same bytes for the same records.

A file is written under another name in its folder and renamed when complete; a shard's manifest comes last, so its
existence means that the shard is whole. Example of a manifest::

    {"key": "5b1f...", "rows": 61, "drops": 3, "files": {"r0-00004.parquet": {"bytes": 8123, "digest": "c0de..."}}}

What is not promised: surviving a power cut (nothing is synced to the device), only a killed process.
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import StorageError
from pipeline.remote.path import RemotePath
from schemas.base import Json, Record
from schemas.parquet import from_table, mismatch, to_table

R = TypeVar("R", bound=Record)

_WRITER = {
    "compression": "zstd",
    "compression_level": 1,
    "use_dictionary": False,
    "write_statistics": False,
    "data_page_size": 1 << 20,
    "version": "2.6",
    "data_page_version": "1.0",
}
# Of Arrow's allocators the one that gives back what it no longer needs: a long run's driver stays as small as a short
# one's.
if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ and "jemalloc" in pa.supported_memory_backends():
    pa.set_memory_pool(pa.jemalloc_memory_pool())

_OWN = uuid.uuid4().hex[:8]
"""Tells temporary files of processes that have the same number on different machines apart."""
_ALLOWED: ContextVar[Callable[[], None] | None] = ContextVar("allowed", default=None)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_GIVE_BACK = 100
"""Milliseconds after which threads of `give_back_soon` return what they have freed; Arrow's own are 1,000."""


def give_back_soon() -> None:
    """Has threads that begin from now on return the memory that Arrow frees in them sooner.

    For a long stretch of large, short-lived tables: its peak would grow with what lies about. Where memory is needed
    again and again, as in workers, it only costs.
    """
    if pa.default_memory_pool().backend_name == "jemalloc":
        pa.jemalloc_set_decay_ms(_GIVE_BACK)


class Spent(msgspec.Struct):
    """What one role's engine cost; repairs and what was answered before a crash included.

    Attributes:
        cost: money, in the currency of the recipe's prices.
    """

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0

    def add(self, other: Spent) -> None:
        """Adds what another part of the run cost."""
        self.requests += other.requests
        self.prompt_tokens += other.prompt_tokens
        self.cached_tokens += other.cached_tokens
        self.completion_tokens += other.completion_tokens
        self.cost += other.cost


class FileInfo(msgspec.Struct, frozen=True):
    """A written file's size and content digest."""

    bytes: int
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a whole shard consists of, and the key it was made under.

    Attributes:
        stage: the part of the key that is the stage's: its code, its settings and the worlds.
        seconds: how long it took, to estimate what others will take.
        spent: what engines cost for it, by role.
    """

    key: str
    stage: str = ""
    seconds: float = 0.0
    rows: int
    drops: int
    files: dict[str, FileInfo]
    spent: dict[str, Spent] = {}


def write_bytes(path: Path, content: bytes) -> FileInfo:
    """Writes a file whole or not at all.

    Raises:
        StorageError: the folder cannot be written, or the disk is full.
    """
    if isinstance(path, RemotePath):
        ask_leave()
        path.write_bytes(content)
    else:
        _write_on_disk(path, content)
    return FileInfo(bytes=len(content), digest=hashlib.blake2b(content, digest_size=16).hexdigest())


def _write_on_disk(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{_OWN}-{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
        ask_leave()
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True) if os.access(path.parent, os.W_OK) else None
        raise storage_error(path, error) from error
    except StorageError:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def allowed_by(ask: Callable[[], None]) -> Iterator[None]:
    """Has every file that is written inside asked for just before it gets its name; `ask` raises `StorageError`."""
    token = _ALLOWED.set(ask)
    try:
        yield
    finally:
        _ALLOWED.reset(token)


def ask_leave() -> None:
    """Asks whoever allows files here whether that still holds; for what is written by other means than this module's.

    Raises:
        StorageError: it does not.
    """
    if (ask := _ALLOWED.get()) is not None:
        ask()


def storage_error(path: Path, error: OSError) -> StorageError:
    """Says what to do about a failed write."""
    if error.errno in _FULL:
        return StorageError(
            f"{path}: no room left on the device ({error.strerror}). Free some space, or choose another folder with "
            "--out; the same command then continues with the shards that are finished"
        )
    return StorageError(f"{path}: cannot be written ({error.strerror or error}). Choose a writable folder with --out")


def write_json(path: Path, value: Json) -> FileInfo:
    """Writes a JSON file whole or not at all."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    return write_bytes(path, orjson.dumps(value, option=option))


def read_json(path: Path) -> Json:
    """Reads a JSON file.

    Raises:
        StorageError: it is not there or is not JSON.
    """
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from error
    except orjson.JSONDecodeError as error:
        raise StorageError(f"{path}: is not JSON ({error}); delete it and run the same command again") from error


def inside(folder: Path, *parts: str) -> Path:
    """Returns a path whose parts came from a file of the folder itself.

    Raises:
        StorageError: it leaves the folder, which nothing that WRIT writes does.
    """
    path = folder.joinpath(*parts)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise StorageError(f"{path}: leaves the folder {folder}; somebody changed its files, so nothing more is read")
    return path


def parquet_bytes(table: Any, **options: Any) -> bytes:
    """Returns a table as the bytes of a Parquet file, always the same for the same table."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **{**_WRITER, **options})
    return bytes(sink.getvalue())


def write_table(path: Path, table: Any) -> FileInfo:
    """Writes a table as a Parquet file, whole or not at all."""
    return write_bytes(path, parquet_bytes(table))


def write_shard(path: Path, records: Sequence[R], kind: type[R]) -> FileInfo:
    """Writes records as a Parquet file, whole or not at all."""
    return write_table(path, to_table(records, kind))


def read_table(path: Path, columns: Sequence[str] | None = None) -> Any:
    """Reads a Parquet file.

    Raises:
        StorageError: it is not there, was cut off or is not Parquet.
    """
    try:
        # Not `pq.read_table`, which brings the machinery for many files with it.
        # In this thread: a shard is small, and each of Arrow's threads would keep memory of its own.
        return pq.ParquetFile(pa.BufferReader(path.read_bytes())).read(columns=columns, use_threads=False)
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise damaged(path, error) from error


def source(path: Path) -> Any:
    """Opens a file of which only parts are wanted, as `pyarrow.NativeFile`."""
    return path.opened() if isinstance(path, RemotePath) else pa.OSFile(str(path))


def read_shard(path: Path, kind: type[R]) -> list[R]:
    """Reads the records of a Parquet file.

    Raises:
        StorageError: it was cut off, is not Parquet or holds other records.
    """
    table = read_table(path)
    if problem := mismatch(table.schema, kind):
        raise StorageError(f"{path}: {problem}. Give the folder of a run made by this version, or run into a new --out")
    try:
        return from_table(table, kind)
    except (msgspec.MsgspecError, TypeError) as error:
        raise _damaged(path, str(error)) from error


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Writes a shard's manifest: the last file of a shard."""
    write_json(path, msgspec.to_builtins(manifest))


def whole(path: Path, key: str | None) -> Manifest | None:
    """Returns the manifest if the shard is there, whole, and was made under this key; None if it must be made.

    Without a key, whatever it was made under will do. What somebody deleted is made again; what was changed may be
    damage, and is told.

    Raises:
        StorageError: the manifest says that the shard is whole, but a file has another size.
    """
    if not path.exists():
        return None
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.MsgspecError, OSError) as error:
        raise _damaged(path, str(error)) from error
    if key is not None and manifest.key != key:
        return None
    if path.with_suffix(".parquet").name not in manifest.files:
        raise _damaged(path, "it names no file of records")
    for name, info in manifest.files.items():
        file = inside(path.parent, name)
        if not file.exists():
            return None
        if (size := file.stat().st_size) != info.bytes:
            raise StorageError(
                f"{file}: was cut off or changed: {size} bytes instead of {info.bytes}. Delete {path} and run the same "
                "command again to make the shard anew"
            )
    return manifest


def damaged(path: Path, error: Exception) -> StorageError:
    """Says what to do about a file that cannot be read."""
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return StorageError(f"{path}: cannot be read ({error.strerror or error})")
    return _damaged(path, str(error))


def _damaged(path: Path, detail: str) -> StorageError:
    detail = detail.splitlines()[0] if detail else "unreadable"
    return StorageError(
        f"{path}: was cut off in the middle or is no Parquet file of WRIT ({detail}). Delete it together with its "
        "manifest (same name, .json) and run the same command again"
    )
