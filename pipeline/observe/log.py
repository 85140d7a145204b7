"""The event log of a run: lines of JSON in numbered files, of which the oldest go when there are too many.

    log = EventLog(Path("outputs/quickstart/events"))
    log.add([event("shard.started", shard="r0-00004")])
    for each in read_events(Path("outputs/quickstart/events")): ...

Only the driver writes. A line goes out in one write, so a killed driver leaves it whole, absent, or torn at the end;
whoever reads leaves a torn line out, and the next driver begins a new one after it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.observe.event import VERSION, Event

FILE_BYTES = 4 << 20
MOST_FILES = 16
"""64 MiB, some 250,000 events: about two million rows. What was told before is still in the sums (`state`)."""

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
        self._file: BinaryIO = self._opened(self._numbers[-1] if self._numbers else 0)

    def add(self, events: Sequence[Event]) -> None:
        """Appends events.

        Raises:
            OSError: they cannot be written.
        """
        if not events:
            return
        if self._file.tell() >= self._file_bytes:
            self._file.close()
            self._file = self._opened(self._numbers[-1] + 1)
        self._file.write(b"".join(_ENCODE(each) + b"\n" for each in events))

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _opened(self, number: int) -> BinaryIO:
        if number not in self._numbers:
            self._numbers.append(number)
        for old in self._numbers[: -self._most]:
            _file(self._folder, old).unlink(missing_ok=True)
        self._numbers = self._numbers[-self._most :]
        file = _file(self._folder, number).open("a+b", buffering=0)
        if end := file.seek(0, 2):
            file.seek(end - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")  # after a torn line
        return file


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
