"""An address in an object store that is used like a path.

    path = at("s3://bucket/outputs/retail")        # a RemotePath; at("outputs/retail") is an ordinary one
    (path / "run.json").write_bytes(b"...")         # one put: whole or absent
    sorted(path.glob("stages/*/*.json"))

Credentials are found where the AWS tools find them (AWS_ACCESS_KEY_ID, ~/.aws, a role); AWS_ENDPOINT_URL names another
store that speaks S3. There are no folders, so `mkdir` only asks whether the bucket may be listed. Nothing is appended
or renamed. What the store refuses is a `StorageError` that says why, and whatever wants a file of this machine is
refused with a message (`__fspath__`), never served from a folder called `s3:`.
"""

from __future__ import annotations

import contextlib
import fnmatch
import io
import os
import posixpath
import re
from collections.abc import Generator, Iterable
from functools import cache
from pathlib import Path, PosixPath
from typing import Any

from pipeline.errors import StorageError
from pipeline.remote.hub_file import SCHEME as HUB
from pipeline.remote.hub_file import HubFile

SCHEMES = ("s3",)
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+):/")
_TIMEOUT = "WRIT_S3_TIMEOUT"
_SECONDS = 20.0
"""Seconds without a byte after which an attempt is given up, unless WRIT_S3_TIMEOUT says otherwise."""
_ATTEMPTS = 3
_REASONS = {
    "NO_SUCH_BUCKET": "there is no such bucket; make it, or name another",
    "ACCESS_DENIED": "access is denied; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or have the rights granted",
    "INVALID_ACCESS_KEY_ID": "the access key is not known there; see to AWS_ACCESS_KEY_ID",
    "SIGNATURE_DOES_NOT_MATCH": "the secret key is wrong; see to AWS_SECRET_ACCESS_KEY",
    "NETWORK_CONNECTION": f"no answer in time; see to AWS_ENDPOINT_URL and the network ({_TIMEOUT} is for slow ones)",
    "REQUEST_TIMEOUT": "no answer in time",
    "SLOW_DOWN": "the store asks for patience; run the same command again later",
}


def at(place: str | Path) -> Path:
    """Returns the path of a place: in a store, on the Hub or on this machine, as its beginning says.

    Raises:
        StorageError: it is an address of another kind, which would else be a folder called `gs:`.
    """
    if isinstance(place, RemotePath | HubFile):
        return place
    scheme = _SCHEME.match(str(place))
    if scheme is None:
        return Path(place)
    if scheme[1] in SCHEMES:
        return RemotePath(str(place)).resolve()
    if scheme[1] == HUB:
        return HubFile(str(place))
    raise StorageError(
        f"{place}: addresses that begin with {scheme[1]}: are not known; give a path of this machine, s3://bucket/key "
        "for a run, or hf://datasets/ORG/NAME/FILE for a file to be read"
    )


def beside(folder: Path, name: str) -> Path:
    """Returns the file that something in a folder names: by its path from there, or by an address."""
    found = at(name)
    return found if isinstance(found, RemotePath | HubFile) else (folder / found.expanduser()).resolve()


class RemotePath(PosixPath):
    """See the module's text."""

    def __str__(self) -> str:
        scheme, *rest = self.parts
        return f"{scheme}//{'/'.join(rest)}"

    def __repr__(self) -> str:
        return f"RemotePath({str(self)!r})"

    def __fspath__(self) -> str:
        raise StorageError(f"{self}: this needs files on a disk; give a folder of this machine")

    @property
    def key(self) -> str:
        """Bucket and key."""
        return "/".join(self.parts[1:])

    @property
    def store(self) -> Any:
        """The store, as `pyarrow.fs.FileSystem`."""
        return _store(self.parts[0].removesuffix(":"))

    def absolute(self) -> RemotePath:
        """Returns the path."""
        return self

    def resolve(self, strict: bool = False) -> RemotePath:
        """Returns the path without `..`."""
        return type(self)(self.parts[0], *posixpath.normpath(f"/{self.key}").split("/")[1:])

    def relative_to(self, *other: Any, **_: Any) -> Path:  # type: ignore[override]
        """Returns what leads from another address to this one."""
        return Path(*super().relative_to(*other).parts)

    def exists(self, **_: Any) -> bool:
        """Whether there is an object of this name, or one below it."""
        return bool(self._info().type != _types().NotFound)

    def is_file(self, **_: Any) -> bool:
        """Whether there is an object of this name."""
        return bool(self._info().type == _types().File)

    def is_dir(self, **_: Any) -> bool:
        """Whether there are objects below."""
        return bool(self._info().type == _types().Directory)

    def is_symlink(self) -> bool:
        """There are no links."""
        return False

    def stat(self, **_: Any) -> os.stat_result:
        """Returns size and time of an object.

        Raises:
            FileNotFoundError: there is none.
        """
        info = self._info()
        if info.type != _types().File:
            raise FileNotFoundError(2, "No such object", str(self))
        when = (info.mtime_ns or 0) / 1e9
        return os.stat_result((0o100644, 0, 0, 1, 0, 0, info.size, when, when, when))

    def read_bytes(self) -> bytes:
        """Returns an object's content."""
        try:
            with self.store.open_input_file(self.key) as file:
                return bytes(file.read())
        except OSError as error:
            raise _plain(self, error) from error

    def opened(self) -> Any:
        """Returns an object as a file that is read where it is asked for, as `pyarrow.NativeFile`."""
        try:
            return self.store.open_input_file(self.key)
        except OSError as error:
            raise _plain(self, error) from error

    def read_text(self, encoding: str | None = None, errors: str | None = None, **_: Any) -> str:
        """Returns an object's text."""
        return self.read_bytes().decode(encoding or "utf-8", errors or "strict")

    def open(self, mode: str = "r", *_: Any, encoding: str | None = None, **__: Any) -> Any:
        """Opens an object for reading.

        Raises:
            StorageError: it shall be written piece by piece.
        """
        if mode in ("r", "rt"):
            return io.StringIO(self.read_text(encoding))
        return io.BytesIO(self.read_bytes()) if mode == "rb" else self.__fspath__()

    def write_bytes(self, data: Any) -> int:
        """Puts an object; see `put`."""
        self.put([data])
        return len(data)

    def put(self, pieces: Iterable[bytes]) -> None:
        """Puts an object, whole or not at all (one of many megabytes that is cut off may stay without its end).

        Raises:
            StorageError: the store refuses, or does not answer.
        """
        try:
            stream = self.store.open_output_stream(self.key)
            for piece in pieces:
                stream.write(piece)
            stream.close()
        except OSError as error:
            raise _plain(self, error) from error

    def write_text(self, data: str, encoding: str | None = None, *_: Any, **__: Any) -> int:
        """Puts a text."""
        return self.write_bytes(data.encode(encoding or "utf-8"))

    def unlink(self, missing_ok: bool = False) -> None:
        """Removes an object."""
        try:
            self.store.delete_file(self.key)
        except FileNotFoundError:
            if not missing_ok:
                raise
        except OSError as error:
            raise _plain(self, error) from error

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        """Asks whether the bucket is there and may be listed.

        Raises:
            StorageError: it is not.
        """
        with contextlib.suppress(FileNotFoundError):
            self._list(recursive=False, anew=False)

    def iterdir(self) -> Generator[RemotePath, None, None]:
        """Yields what is directly below, folders included."""
        for info in self._list(recursive=False):
            yield self / info.base_name

    def sizes(self) -> dict[str, int]:
        """Returns the bytes of the objects directly below by their names, of which it asks for all at once."""
        return {info.base_name: info.size for info in self._list(recursive=False) if info.type == _types().File}

    def glob(self, pattern: str) -> Generator[RemotePath, None, None]:
        """Yields objects below whose parts fit those of a pattern."""
        wanted = pattern.split("/")
        for info in self._list(recursive=len(wanted) > 1):
            parts = info.path[len(self.key) + 1 :].split("/")
            fits = len(parts) == len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))
            if fits and info.type == _types().File:
                yield self.joinpath(*parts)

    def rglob(self, pattern: str) -> Generator[RemotePath, None, None]:
        """Yields objects anywhere below whose last part fits a pattern."""
        for info in self._list(recursive=True):
            if info.type == _types().File and fnmatch.fnmatchcase(info.base_name, pattern):
                yield self.joinpath(*info.path[len(self.key) + 1 :].split("/"))

    def _info(self) -> Any:
        try:
            return self.store.get_file_info(self.key)
        except OSError as error:
            raise _plain(self, error) from error

    def _list(self, recursive: bool, anew: bool = True) -> list[Any]:
        from pyarrow.fs import FileSelector

        try:
            selector = FileSelector(self.key, recursive=recursive, allow_not_found=anew)
            found: list[Any] = self.store.get_file_info(selector)
        except OSError as error:
            raise _plain(self, error) from error
        return found


def _plain(path: RemotePath, error: OSError) -> Exception:
    """Returns what is raised in place of an error of the store: it says what to do."""
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(2, "No such object", str(path))
    said = str(error)
    code = next((code for code in _REASONS if f"AWS Error {code}" in said), "")
    if not code and "HTTP response code: 403" in said:
        code = "ACCESS_DENIED"
    reason = _REASONS.get(code) or said.splitlines()[0]
    return StorageError(f"{path}: {reason}. What is finished is kept, and the same command goes on")


@cache
def _types() -> Any:
    from pyarrow.fs import FileType

    return FileType


@cache
def _store(scheme: str) -> Any:
    """Returns the store of a scheme: one connection pool per process."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    text = os.environ.get(_TIMEOUT, "")
    try:
        seconds = float(text or _SECONDS)
        return S3FileSystem(
            endpoint_override=endpoint,
            connect_timeout=min(seconds, 5.0),
            request_timeout=seconds,
            retry_strategy=AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
            # Small objects travel in one put, which is whole or absent.
            allow_delayed_open=True,
            background_writes=False,
        )
    except ValueError as error:
        raise StorageError(f"{scheme}: cannot be opened ({error}); see to {_TIMEOUT} and AWS_ENDPOINT_URL") from error
