"""Decontaminate: find tasks and dialogues that a benchmark has, too; drop them, or say so.

Two things count, both by rule:

* text: 13 words in a row, case and punctuation apart (the rule of GPT-3's authors, arXiv 2005.14165, appendix C), of
  the task's text or of what user and agent say. What tools answer and the policy do not count: a world is no secret.
* calls: a write of the task that is in a benchmark's answer with the same arguments, in whatever order lists are.

Example::

    >>> benchmark = index_of([Item("exam.json: 7", (), (("renew_loan", {"loan_id": "L3", "days": 14}),))])
    >>> benchmark.known_call([("renew_loan", {"days": 14.0, "loan_id": "L3"})])
    'renew_loan(days=14, loan_id=L3) is a call of exam.json: 7'

Not promised: paraphrases are not found, nor are texts of fewer than 13 words.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from schemas.base import Json, canonical, content_id, encode
from schemas.task import Task
from schemas.verdict import Drop, Judged, Verdict, WhenKnown
from stages.base import Services, Stage

GRAM = 13
"""Words in a row that two texts do not share by chance."""
Call = tuple[str, Mapping[str, Json]]
Keys = npt.NDArray[np.uint64]

_WORD = re.compile(r"[^\W_]+")
_BLANKED = "".join(letter if letter.isalnum() else " " for letter in map(chr, range(128)))
_BASE = 0x9E3779B97F4A7C15
_POWERS = {width: np.uint64(pow(_BASE, width, 1 << 64)) for width in (1, 2, 4)}
_SHORTEST = 2 * GRAM - 1
"""Characters of the shortest text that has so many words."""
_END = "\0"
"""Stands between two texts: no benchmark has it, so no run of words across them is found."""
_ROOM = 16
"""Places per run of words in the table that says which runs are worth a search."""


class Item(NamedTuple):
    """One item of a benchmark: its name, what it says, and the calls of its answer."""

    name: str
    texts: tuple[str, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """What is looked for, as numbers: small enough to be a stage's setting.

    Attributes:
        names: of the items.
        grams: hashes of all runs of 13 words, ascending, as the bytes of 64-bit integers.
        owners: the item of each run, as the bytes of 32-bit integers.
        calls: hash of a call -> its item.
    """

    names: tuple[str, ...]
    grams: bytes
    owners: bytes
    calls: Mapping[str, int]

    @cached_property
    def _sorted(self) -> Keys:
        return np.frombuffer(self.grams, dtype=np.uint64)

    @cached_property
    def _table(self) -> tuple[np.uint64, npt.NDArray[np.bool_]]:
        bits = max(10, (_ROOM * len(self._sorted)).bit_length())
        table = np.zeros(1 << bits, dtype=np.bool_)
        table[self._sorted >> np.uint64(64 - bits)] = True
        return np.uint64(64 - bits), table

    def known_text(self, texts: Iterable[str]) -> str | None:
        """Returns which 13 words of the texts are an item's, in words, or None."""
        found: list[str] = []
        for text in texts:
            words = words_of(text) if len(text) >= _SHORTEST else ()
            if len(words) >= GRAM:
                found += words
                found.append(_END)
        grams = hashes(found)
        shift, table = self._table
        for place in np.flatnonzero(table[grams >> shift]).tolist():
            at = int(np.searchsorted(self._sorted, grams[place]))
            if at < len(self._sorted) and self._sorted[at] == grams[place]:
                item = self.names[int(np.frombuffer(self.owners, dtype=np.int32)[at])]
                return f"{' '.join(found[place : place + GRAM])!r} stands in {item}"
        return None

    def known_call(self, calls: Iterable[Call]) -> str | None:
        """Returns which of the calls is an item's, in words, or None."""
        for name, arguments in calls:
            item = self.calls.get(call_key(name, arguments)) if self.calls else None
            if item is not None:
                told = ", ".join(f"{key}={_whole(value)}" for key, value in sorted(arguments.items()))
                return f"{name}({told}) is a call of {self.names[item]}"
        return None

    def known(self, task: Task, texts: Iterable[str] = ()) -> str | None:
        """Returns what of a task, or of further texts, is an item's, in words, or None."""
        calls = [(request.tool, request.arguments) for request in task.writes if request.tool]
        return self.known_call(calls) or self.known_text((task.text, *texts))


def index_of(items: Iterable[Item]) -> Benchmark:
    """Returns what the stages look things up in. A run or call of several items counts for the first one."""
    names: list[str] = []
    calls: dict[str, int] = {}
    grams: list[Keys] = []
    for number, item in enumerate(items):
        names.append(item.name)
        grams.append(np.concatenate([hashes(()), *(hashes(words_of(text)) for text in item.texts)]))
        for name, arguments in item.calls:
            calls.setdefault(call_key(name, arguments), number)
    owners = np.repeat(np.arange(len(grams), dtype=np.int32), [len(each) for each in grams])
    found, first = np.unique(np.concatenate([hashes(()), *grams]), return_index=True)
    return Benchmark(names=tuple(names), grams=found.tobytes(), owners=owners[first].tobytes(), calls=calls)


def words_of(text: str) -> list[str]:
    """Returns the words of a text: runs of letters and digits, in lower case."""
    low = text.lower()
    # Most texts are ASCII, and splitting is faster than matching.
    return low.translate(_BLANKED).split() if low.isascii() else _WORD.findall(low)


def hashes(words: Sequence[str]) -> Keys:
    """Returns the hash of every run of 13 words: a polynomial of the words' hashes, from runs of 2, 4 and 8."""
    if len(words) < GRAM:
        return np.zeros(0, dtype=np.uint64)
    one = np.fromiter(map(_hash, words), dtype=np.uint64, count=len(words))
    two = one[:-1] * _POWERS[1] + one[1:]
    four = two[:-2] * _POWERS[2] + two[2:]
    eight = four[:-4] * _POWERS[4] + four[4:]
    twelve = eight[:-4] * _POWERS[4] + four[8:]
    found: Keys = twelve[:-1] * _POWERS[1] + one[12:]
    return found


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def call_key(name: str, arguments: Mapping[str, Json]) -> str:
    """Returns the hash of a call: equal for equal arguments, whole numbers with and without a point, lists re-ordered.

    Lists of one length may belong together, place by place (what goes, and what comes for it), so they are re-ordered
    together or not at all.
    """
    same: dict[int, list[str]] = defaultdict(list)
    plain = {key: _whole(value) for key, value in sorted(arguments.items())}
    for key, value in plain.items():
        if isinstance(value, list):
            same[len(value)].append(key)
    for keys in same.values():
        rows = sorted(zip(*(plain[key] for key in keys), strict=True), key=canonical)
        for key, column in zip(keys, zip(*rows, strict=True), strict=bool(rows)):
            plain[key] = list(column)
    return hashlib.blake2b(canonical([name, plain]), digest_size=8).hexdigest()


def _whole(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    return value


@dataclass(frozen=True, kw_only=True)
class DecontaminateTasks(Stage[Task, Task]):
    """Drops tasks that a benchmark has, before anybody talks about them: dialogues cost more than tasks."""

    benchmark: Benchmark = field(repr=False)

    async def process(self, record: Task, services: Services) -> Sequence[Task | Drop]:
        """Returns the task, or its drop."""
        known = self.benchmark.known(record)
        return [record if known is None else _drop("decontaminate_tasks", record, known)]


@dataclass(frozen=True, kw_only=True)
class DecontaminateDialogues(Stage[Judged, Judged]):
    """Drops dialogues that a benchmark has in part, or reports them in their verdicts.

    Attributes:
        action: what happens to a dialogue that has something of a benchmark.
    """

    benchmark: Benchmark = field(repr=False)
    action: WhenKnown = "drop"

    async def process(self, record: Judged, services: Services) -> Sequence[Judged | Drop]:
        """Returns the dialogue with one more verdict, or its drop."""
        dialogue = record.dialogue
        texts = [message.content for message in dialogue.whole if message.role != "tool"]
        found = (self.benchmark.known(task, texts) for task in dialogue.scenario.tasks)
        known = next((each for each in found if each is not None), None)
        if known is not None and self.action == "drop":
            return [_drop("decontaminate_dialogues", record, known)]
        verdict = Verdict(check="contamination", passed=True, detail=known or "")
        return [msgspec.structs.replace(record, verdicts=(*record.verdicts, verdict))]


def _drop(stage: str, record: Task | Judged, known: str) -> Drop:
    return Drop(
        id=content_id("drop", record.id, stage),
        stage=stage,
        reason="contamination",
        detail=known,
        record_id=record.id,
        record=encode(record).decode(),
    )
