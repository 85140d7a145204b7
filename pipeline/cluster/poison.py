"""Poisoned records: those whose work raises, or kills its worker, every time. Each costs itself, not the run.

    {"stage": "simulate_dialogues", "reason": "poisoned", "owner": "infrastructure", "record_id": "scenario-1f...",
     "detail": "its worker died in each of 3 tries", "record": "{...}"}

A record that raises is tried again where it is. One that kills its worker is found by halving its shard
(`poisoned_among`), each part in a process of its own. Much that raises is no poison but a bug, which ends the run.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.errors import StageFailed
from schemas.base import Record, content_id, encode
from schemas.verdict import Drop

TRIES = 3
"""Times that a record may raise, or a shard's or a record's worker may die, before the record counts as poisoned."""
KILLED = f"its worker died in each of {TRIES} tries"

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_FEW = 2
_SHARE_OF_SHARD, _SHARE_OF_RUN = 8, 100


def bearable_in_shard(records: int) -> int:
    """Returns how many of a shard's records may raise before that is taken for a bug of the stage."""
    return max(_FEW, records // _SHARE_OF_SHARD)


def bear(poisoned: Sequence[str], count: int) -> None:
    """Lets a run go on that has some poisoned records.

    Args:
        poisoned: what became of them, in words.
        count: trajectories that the run shall have.

    Raises:
        StageFailed: they are too many to be the records' fault.
    """
    most = max(_FEW, count // _SHARE_OF_RUN)
    if len(poisoned) > most:
        named = "\n".join(poisoned[-_FEW:])
        raise StageFailed(
            f"{len(poisoned)} records are poisoned, and {most} are borne in such a run. The last:\n{named}"
        )


def poisoned(step: str, record: Record, detail: str) -> Drop:
    """Returns the drop of a poisoned record, which holds the record itself: it is needed to find out why."""
    id_ = str(getattr(record, "id", ""))
    return Drop(
        id=content_id("drop", step, id_),
        stage=step,
        reason="poisoned",
        owner="infrastructure",
        detail=detail,
        record_id=id_,
        record=encode(record).decode(),
    )


def raised(error: Exception) -> str:
    """Says what a record raised, and where; the same on every machine."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno}, in {frames[-1].name})" if frames else ""
    return _ADDRESS.sub("0x", f"{type(error).__name__}: {error}{place}, in each of {TRIES} tries")


def poisoned_among(suspects: Sequence[str], survives: Callable[[Sequence[str]], bool]) -> list[str]:
    """Returns the suspects that do not survive alone.

    Args:
        suspects: ids of records, in order.
        survives: works on some of them and says whether its process lived.
    """
    if not suspects or survives(suspects):
        return []
    if len(suspects) == 1:
        return list(suspects)
    middle = len(suspects) // 2
    return [
        *poisoned_among(suspects[:middle], survives),
        *poisoned_among(suspects[middle:], survives),
    ]
