"""Deduplicate: drop dialogues that a trainer would call the same.

Two dialogues are the same if one task, word for word or re-drawn, is told in the same manner (an exact hash of what is
wanted by whom and how it is told), or if their texts are near-duplicates: Jaccard similarity of word shingles of what
user and agent say, in lower case, at or above a threshold. Values stay in: other ids and amounts make another dialogue,
and what tools answer stays out: two tellings of one task read the same rows without being the same.

Three more views can be asked for, each with a threshold of its own: the *task text* (all told at once) and the *calls*
with their arguments, of other tasks, and what *users* say, of any other dialogue. A dialogue is dropped for the first
view in which it repeats a kept one.

A dialogue's features are 17 integers: a MinHash of 128 permutations, one byte each, in 16 bands of 8, and the exact
hash. Bands are both the keys of the look-up and all that is kept for the comparison::

    >>> index = NearDuplicates(0.8)
    >>> index.accept("dialogue-1", features), index.accept("dialogue-2", features)
    (None, 'same text as dialogue-1 (similarity 0.93)')

Not promised: exactness near the threshold. At 0.8, half of the pairs of 0.8 are found, 97 in 100 of 0.85, nearly all
of 0.9, and 1 in 500 of 0.7 (`benchmarks/near_duplicates.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from schemas.base import Json, canonical, plain
from schemas.task import Task
from schemas.verdict import Judged
from stages.base import GroupStage, Refusal
from tool_specs.remember import remembered

BANDS = 16
ROWS = 8
PERMUTATIONS = BANDS * ROWS
SHINGLE = 3
SEED = 20
CHUNK = 1 << 14
ID_BYTES = 40
LEAST = 0.7
"""Least similarity that the bands find."""
_WORD = re.compile(r"[\w#@$.,'-]*\w")
_MARKS = "#@$.,'-"
# All of ASCII, because a character that is missing costs an exception.
_BLANKED = "".join(letter if letter.isalnum() or letter in "_" + _MARKS else " " for letter in map(chr, range(128)))
_MIX = np.uint64(0x9E3779B97F4A7C15)
_COLUMNS = BANDS + 1
_CHANCE = 1 / 256

Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True)
class Deduplicate(GroupStage[Judged]):
    """Keeps the first of any dialogues that are the same.

    Attributes:
        threshold: estimated Jaccard similarity from which two texts are near-duplicates, 0.7 to 1: the bands do not
            find less similar ones.
        task_text, user_turns, calls: the same for these alone; None does not look at them.
    """

    threshold: float = 0.8
    task_text: float | None = None
    user_turns: float | None = None
    calls: float | None = None

    def __post_init__(self) -> None:
        for threshold in (self.threshold, *self._views.values()):
            if not LEAST <= threshold <= 1:
                raise ValueError(f"deduplicate: a threshold of {threshold} cannot be; choose one from {LEAST} to 1")

    @property
    def _views(self) -> dict[str, float]:
        found = {"task_text": self.task_text, "user_turns": self.user_turns, "calls": self.calls}
        return {name: threshold for name, threshold in found.items() if threshold is not None}

    def start(self) -> dict[str, NearDuplicates]:
        """Returns the empty indexes: that of whole texts, and one per view."""
        views = {name: NearDuplicates(threshold) for name, threshold in self._views.items()}
        return {"": NearDuplicates(self.threshold), **views}

    def features(self, record: Judged) -> dict[str, bytes]:
        """Returns, per index, 16 bands of MinHash bytes and an exact hash: 136 bytes; and the task's id for views."""
        messages = record.dialogue.whole
        texts = [message.content for message in messages if message.role != "tool" and message.content]
        found = {"": signature(shingles("\n".join(texts))) + _exact(record)}
        for view in self._views:
            runs = _VIEWS[view](record)
            found[view] = signature(runs) + hashlib.blake2b("\n".join(runs).encode(), digest_size=8).digest()
        if self._views:
            found["task"] = record.dialogue.scenario.task.id.encode()
        return found

    def accept(self, state: dict[str, NearDuplicates], record_id: str, features: dict[str, bytes]) -> Refusal | None:
        """Keeps the record (None), or says which one it repeats."""
        named = {view: record_id if view in ("", "user_turns") else features["task"].decode() for view in state}
        for view, index in state.items():
            repeated = index.repeated(features[view], named[view] if view else "")
            if repeated is not None:
                return Refusal("near_duplicate", f"{view.replace('_', ' ')}: {repeated}" if view else repeated)
        for view, index in state.items():
            index.add(named[view], features[view])
        return None


def _user_turns(record: Judged) -> list[str]:
    return shingles("\n".join(each.content for each in record.dialogue.whole if each.role == "user"))


def _calls(record: Judged) -> list[str]:
    """Returns the calls, each with its arguments, and each two that follow one another."""
    calls = [canonical([c.name, c.arguments]).decode() for m in record.dialogue.whole for c in m.tool_calls]
    return [*calls, *(f"{one} {two}" for one, two in pairwise(calls))] or [""]


_VIEWS: dict[str, Callable[[Judged], list[str]]] = {
    "task_text": lambda record: shingles(record.dialogue.scenario.task.text),
    "user_turns": _user_turns,
    "calls": _calls,
}


def shingles(text: str) -> list[str]:
    """Returns the overlapping runs of words of a text, in lower case."""
    low = text.lower()
    # Most texts are ASCII, and splitting is faster than matching.
    words = _ascii_words(low) if low.isascii() else _WORD.findall(low)
    if len(words) < SHINGLE:
        return [" ".join(words)]
    return [f"{one} {two} {three}" for one, two, three in zip(words, words[1:], words[2:], strict=False)]


def _ascii_words(low: str) -> list[str]:
    """Returns what `_WORD` finds."""
    found = [word.rstrip(_MARKS) if word[-1] in _MARKS else word for word in low.translate(_BLANKED).split()]
    return [word for word in found if word] if "" in found else found


def signature(runs: list[str]) -> bytes:
    """Returns the MinHash of shingles, one byte per permutation."""
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    minhash.update(runs)
    values = np.array(minhash.digest(), dtype=np.uint32)
    return ((values * np.uint32(0x9E3779B1)) >> np.uint32(24)).astype(np.uint8).tobytes()


def _exact(record: Judged) -> bytes:
    """Hash of what is wanted, by whom, and how it is told; not of the numbers under which it was drawn."""
    scenario = record.dialogue.scenario
    task, behavior = scenario.task, scenario.behavior
    manner = [behavior.disclosure, behavior.register, sorted(behavior.traits)]
    before = [wanted for each in scenario.tasks[:-1] for wanted in _wanted(each)]
    value = [task.domain, task.world_digest, task.principal, *before, *_wanted(task), manner]
    return hashlib.blake2b(canonical(value), digest_size=8).digest()


@remembered(1, size=64)
def _wanted(task: Task) -> tuple[Json, Json]:
    wanted = [[r.kind, r.tool, r.arguments, [plain(program) for program in r.programs]] for r in task.requests]
    return wanted, [plain(r.refusal) for r in task.requests if r.refusal is not None]


class NearDuplicates:
    """The features of what was kept, by band: at most about 400 bytes a row.

    Every band has a table of chains: `heads[band, slot]` is the last row whose key falls into the slot, `after[row,
    band]` the one before it. Rows are kept in chunks, so that only `heads` is ever copied.
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.count = 0
        self._bits = 10
        self._heads = self._empty_heads()
        self._keys: list[Keys] = []
        self._after: list[npt.NDArray[np.int32]] = []
        self._ids: list[npt.NDArray[np.bytes_]] = []

    def __len__(self) -> int:
        """Returns how many rows were kept."""
        return self.count

    @property
    def nbytes(self) -> int:
        """The memory of all arrays."""
        chunks: list[npt.NDArray[Any]] = [*self._keys, *self._after, *self._ids, self._heads]
        return sum(chunk.nbytes for chunk in chunks)

    def accept(self, record_id: str, features: bytes) -> str | None:
        """Keeps a row (None), or says which kept row it repeats."""
        found = self.repeated(features)
        if found is None:
            self.add(record_id, features)
        return found

    def repeated(self, features: bytes, own: str = "") -> str | None:
        """Says which kept row features repeat, rows with the id `own` apart."""
        keys = np.frombuffer(features, dtype=np.uint64)
        return self._match(keys, self._slots(keys), own)

    def add(self, record_id: str, features: bytes) -> None:
        """Keeps a row."""
        keys = np.frombuffer(features, dtype=np.uint64)
        slots = self._slots(keys)
        if self.count >= 1 << self._bits:
            self._grow()
            slots = self._slots(keys)
        chunk, row = divmod(self.count, CHUNK)
        if chunk == len(self._keys):
            self._keys.append(np.zeros((CHUNK, _COLUMNS), dtype=np.uint64))
            self._after.append(np.full((CHUNK, _COLUMNS), -1, dtype=np.int32))
            self._ids.append(np.zeros(CHUNK, dtype=f"S{ID_BYTES}"))
        self._keys[chunk][row] = keys
        self._ids[chunk][row] = record_id.encode()[:ID_BYTES]
        self._after[chunk][row] = self._heads[_EVERY, slots]
        self._heads[_EVERY, slots] = self.count
        self.count += 1

    def _match(self, keys: Keys, slots: npt.NDArray[np.intp], own: str) -> str | None:
        compared: set[int] = set()
        chains = [(band, row) for band, row in enumerate(self._heads[_EVERY, slots].tolist()) if row >= 0]
        best: tuple[float, int] | None = None
        exact: int | None = None
        while chains:
            following = []
            for band, number in chains:
                chunk, row = divmod(number, CHUNK)
                other = self._keys[chunk][row]
                if other[band] == keys[band] and not (own and self._id(number) == own):
                    if band == BANDS:
                        exact = number
                    elif number not in compared:
                        compared.add(number)
                        similar = _similarity(keys, other)
                        if similar >= self.threshold and (best is None or (similar, -number) > (best[0], -best[1])):
                            best = similar, number
                after = int(self._after[chunk][row, band])
                if after >= 0:
                    following.append((band, after))
            chains = following
        if best is not None:
            return f"same text as {self._id(best[1])} (similarity {best[0]:.2f})"
        return None if exact is None else f"same task and manner as {self._id(exact)}"

    def _id(self, number: int) -> str:
        chunk, row = divmod(number, CHUNK)
        return bytes(self._ids[chunk][row]).decode(errors="replace")

    def _slots(self, keys: Keys) -> npt.NDArray[np.intp]:
        return ((keys * _MIX) >> np.uint64(64 - self._bits)).astype(np.intp)

    def _empty_heads(self) -> npt.NDArray[np.int32]:
        return np.full((_COLUMNS, 1 << self._bits), -1, dtype=np.int32)

    def _grow(self) -> None:
        """Twice as many slots; all chains are linked anew, in the same order."""
        self._bits += 1
        self._heads = self._empty_heads()
        for chunk, keys in enumerate(self._keys):
            used = min(CHUNK, self.count - chunk * CHUNK)
            rows = np.arange(chunk * CHUNK, chunk * CHUNK + used, dtype=np.int32)
            for band in range(_COLUMNS):
                slots = self._slots(keys[:used, band])
                order = np.argsort(slots, kind="stable")
                sorted_slots, sorted_rows = slots[order], rows[order]
                first = np.ones(used, dtype=bool)
                first[1:] = sorted_slots[1:] != sorted_slots[:-1]
                before = np.empty(used, dtype=np.int32)
                before[1:] = sorted_rows[:-1]
                before[first] = self._heads[band, sorted_slots[first]]
                self._after[chunk][order, band] = before
                last = np.ones(used, dtype=bool)
                last[:-1] = first[1:]
                self._heads[band, sorted_slots[last]] = sorted_rows[last]


_EVERY = np.arange(_COLUMNS)


def _similarity(one: Keys, other: Keys) -> float:
    """Estimates the Jaccard similarity from signatures of one byte per permutation."""
    same = np.count_nonzero(one[:BANDS].view(np.uint8) == other[:BANDS].view(np.uint8)) / PERMUTATIONS
    return float((same - _CHANCE) / (1 - _CHANCE))
