"""Which dialogue acts follow one another in a run, read from its judged dialogues: rows carry no acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pipeline.storage import read_table
from schemas.dialogue import Act, Role
from stages.dialogue_acts import Pair, act_of, pairs


class _Turn(msgspec.Struct):
    role: Role
    acts: tuple[Act, ...] = ()


class _Episode(msgspec.Struct):
    messages: tuple[_Turn, ...]


class _Scenario(msgspec.Struct):
    before: tuple[_Episode, ...] = ()


class _Dialogue(msgspec.Struct):
    """The part of a dialogue that is looked at; the rest is not decoded."""

    messages: tuple[_Turn, ...]
    scenario: _Scenario

    @property
    def whole(self) -> tuple[_Turn, ...]:
        return (*(turn for episode in self.scenario.before for turn in episode.messages), *self.messages)


def act_pairs(judged: Path, shards: Sequence[str], ids: set[str]) -> Counter[Pair]:
    """Counts the pairs of acts in the dialogues with these ids.

    Args:
        judged: the folder of judged dialogues.
        shards: their shards; reading stops when all ids are found.
        ids: of the dialogues.

    Raises:
        StorageError: a shard is damaged.
    """
    decode = msgspec.json.Decoder(_Dialogue).decode
    found: Counter[Pair] = Counter()
    left = set(ids)
    for shard in shards:
        if not left:
            break
        table = read_table(judged / f"{shard}.parquet", ["id", "dialogue"])
        for id_, text in zip(table["id"].to_pylist(), table["dialogue"].to_pylist(), strict=True):
            if id_ in left:
                left.discard(id_)
                turns = decode(text).whole
                found += pairs(act_of(turn.role, turn.acts) for turn in turns if turn.role != "tool")
    return found
