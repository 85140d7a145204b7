"""The event log of a run: lines of JSON in numbered files, of which the oldest go when there are too many.

    log = EventLog(Path("outputs/quickstart/events"))
    log.add([event("shard.started", shard="r0-00004")])
    for each in read_events(Path("outputs/quickstart/events")): ...

Only the driver writes. A line goes out in one write, so a killed driver leaves it whole, absent, or torn at the end;
whoever reads leaves a torn line out, and the next driver begins a new one after it. In a store nothing grows: there the
last file is put anew with each `flush`, and a killed driver loses what it told since the one before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from pipeline.observe.event import VERSION, Event
from pipeline.remote.path import RemotePath
from pipeline.storage import ask_leave

FILE_BYTES = 4 << 20
STORE_FILE_BYTES = 1 << 20
MOST_FILES = 16
"""64 MiB, some 400,000 events (in a store 16 MiB); what was told before is still in the sums (`state`)."""

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Event).decode


class EventLog:
    """See the module's text."""

    def __init__(self, folder: Path, file_bytes: int = FILE_BYTES, most: int = MOST_FILES) -> None:
        """Goes on after what is there.

        Raises:
            OSError: the folder cannot be written.
        """
        self._folder, self._file_bytes, self._most = folder, file_bytes, most
        folder.mkdir(parents=True, exist_ok=True)
        self._numbers = [int(path.stem) for path in _files(folder)]
        self._file = self._opened(self._numbers[-1] if self._numbers else 0)

    def add(self, events: Sequence[Event]) -> None:
        """Appends events.

        Raises:
            OSError: they cannot be written.
            StorageError: another driver has the run.
        """
        if not events:
            return
        ask_leave()
        if self._file.size >= self._file_bytes:
            self._file.flush()
            self._file.close()
            self._file = self._opened(self._numbers[-1] + 1)
        self._file.append(b"".join(_ENCODE(each) + b"\n" for each in events))

    def flush(self) -> None:
        """Writes what waits, if anything does.

        Raises:
            StorageError: the store refuses.
        """
        self._file.flush()

    def close(self) -> None:
        """Closes the file; what was not flushed into a store is lost."""
        self._file.close()

    def _opened(self, number: int) -> _Growing | _Put:
        if number not in self._numbers:
            self._numbers.append(number)
        for old in self._numbers[: -self._most]:
            _file(self._folder, old).unlink(missing_ok=True)
        self._numbers = self._numbers[-self._most :]
        path = _file(self._folder, number)
        return _Put(path) if isinstance(path, RemotePath) else _Growing(path)


class _Growing:
    """A file on a disk, to which one write appends."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b", buffering=0)
        if end := self._file.seek(0, 2):
            self._file.seek(end - 1)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")  # after a torn line

    @property
    def size(self) -> int:
        return self._file.tell()

    def append(self, lines: bytes) -> None:
        self._file.write(lines)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self._file.close()


class _Put:
    """An object in a store, held here and put whole."""

    def __init__(self, path: RemotePath) -> None:
        self._path = path
        self._content = bytearray(path.read_bytes() if path.is_file() else b"")
        self._put = len(self._content)

    @property
    def size(self) -> int:
        return len(self._content)

    def append(self, lines: bytes) -> None:
        self._content += lines

    def flush(self) -> None:
        if len(self._content) > self._put:
            ask_leave()
            self._path.write_bytes(bytes(self._content))
            self._put = len(self._content)

    def close(self) -> None:
        """Nothing is open."""


def read_events(folder: Path) -> Iterator[Event]:
    """Yields the events that are still there, oldest first; what is no event of a known version is left out."""
    for path in _files(folder):
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(msgspec.MsgspecError):
                found = _DECODE(line)
                if found.v == VERSION:
                    yield found


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.jsonl"


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.glob("*.jsonl") if path.stem.isdigit())
