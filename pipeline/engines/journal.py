"""A journal: the finished turns of a shard's open dialogues, so that no crash makes anybody ask for them twice.

    0c3f9a1e {"key": "scenario-1c2d.../0/agent 3 5f0c3a...", "completion": {"content": "", "tool_calls": [...], ...}}
    b10a77f2 {"key": "scenario-77ab...", "scenario": {"id": "scenario-77ab...", "task": {...}, ...}}

One line per turn, appended as it comes: a checksum, and what was answered to which request (session, turn, digest of
its body). Dialogues begin anew after a crash, but every turn that is in here is answered from here, so the sandbox
comes to where it was. A torn last line is left out, and the turn is asked for again. When the shard's dialogues are
written, the journal goes. What is not promised: surviving a power cut, only a killed process.

A scenario that a stage makes on the way and no stage's output holds (a further task of a session) is noted too, for a
scripted server that is asked to speak for it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.storage import storage_error
from schemas.base import Record
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest


class _Entry(Record):
    key: str
    completion: Completion | None = None
    scenario: Scenario | None = None


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(_Entry).decode


class Journal:
    """See the module's text; one process writes to one."""

    def __init__(self, path: Path) -> None:
        """Reads what is there, cuts a torn tail off, and is ready to append.

        Raises:
            StorageError: the file cannot be read or written.
        """
        self._path = path
        self._found: dict[str, Completion] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b", buffering=0)
            self._file.seek(0)
            whole = self._load(self._file.read())
            self._file.truncate(whole)
        except OSError as error:
            raise storage_error(path, error) from error

    @property
    def found(self) -> int:
        """How many turns were there."""
        return len(self._found)

    def answer(self, key: str) -> Completion | None:
        """Returns what was answered to a request before, if it was."""
        return self._found.get(key)

    def add(self, key: str, completion: Completion) -> None:
        """Notes a finished turn.

        Raises:
            StorageError: the disk is full.
        """
        self._append(_Entry(key=key, completion=completion))

    def announce(self, scenario: Scenario) -> None:
        """Notes a scenario that somebody will speak for next.

        Raises:
            StorageError: the disk is full.
        """
        self._append(_Entry(key=scenario.id, scenario=scenario))

    def _append(self, entry: _Entry) -> None:
        line = _ENCODE(entry)
        try:
            # One write: a killed process leaves a line whole, absent, or torn at the end.
            self._file.write(b"%08x %b\n" % (zlib.crc32(line), line))
        except OSError as error:
            raise storage_error(self._path, error) from error

    def close(self) -> None:
        """Closes the file, to be read again later."""
        self._file.close()

    def remove(self) -> None:
        """Removes the file: what it held is written elsewhere."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _load(self, content: bytes) -> int:
        """Takes whole lines in and returns where they end."""
        end = 0
        for entry, upto in _whole(content):
            if entry.completion is not None:
                self._found[entry.key] = entry.completion
            end = upto
        return end


def announced(path: Path) -> Iterator[Scenario]:
    """Yields the scenarios that a journal holds so far, which may be written to meanwhile."""
    return (entry.scenario for entry, _ in _whole(path.read_bytes()) if entry.scenario is not None)


def _whole(content: bytes) -> Iterator[tuple[_Entry, int]]:
    """Yields the lines up to the first that is torn, each with where it ends."""
    end = 0
    while (newline := content.find(b"\n", end)) >= 0:
        sum_, _, line = content[end:newline].partition(b" ")
        try:
            if int(sum_, 16) != zlib.crc32(line):
                return
            entry = _DECODE(line)
        except (ValueError, msgspec.MsgspecError):
            return
        end = newline + 1
        yield entry, end


def key_of(request: CompletionRequest, body: bytes, engine: str) -> str:
    """Returns what a turn is known by: its place, and the digest of all that decides its answer."""
    digest = hashlib.blake2b(body, digest_size=16, key=engine.encode()[:64]).hexdigest()
    return f"{request.session} {request.turn} {digest}"
