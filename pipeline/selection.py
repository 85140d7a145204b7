"""Which rows are kept: those that their cell has room for, that repeat none and keep the balance.

Rows are decided about as they come in the run's fixed order, shard by shard. What comes when its cell is full waits for
the last round, because a cell that is given up leaves its share to others; until there is room, it counts neither as a
row that others could repeat nor in the balance. Per row a few bytes are held until then.

Where a run grows, it decides once per size: what was kept stays kept, what was surplus may fill the new room first.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.fill_cells import Filling
from pipeline.line import Line
from pipeline.run_folder import features_shard, select_shard
from pipeline.shard import read_features
from pipeline.storage import FileInfo, Manifest, read_table, write_manifest, write_shard, write_table
from schemas.base import Json, content_id, digest
from schemas.verdict import Drop, DropReason
from stages.base import Refusal

_NO_CELL = -1
_REFUSED = -2
_KEPT = -3
_WAITING = -4
"""Of the first cell; that of the second is one less, and so on."""


@dataclass
class Selection:
    """What was decided so far."""

    line: Line
    folder: Path
    filling: Filling
    kept: int = 0
    dropped: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    told: dict[str, Json] = field(default_factory=dict)
    _state: Any = None
    _places: dict[str, array[int]] = field(default_factory=dict)
    _refused: dict[tuple[str, int], Refusal] = field(default_factory=dict)
    _settled: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._state = self.line.group.start()

    def take_in(self, name: str) -> None:
        """Counts a shard's rows in their cells, and decides what the group stage refuses of those with room."""
        filling, places = self.filling, array("i")
        for position, (_, source, fields, features) in enumerate(
            read_features(features_shard(self.folder, self.line, name))
        ):
            cell = filling.cell_for(fields)
            if cell is None:
                places.append(_NO_CELL)
                continue
            place = filling.positions[cell]
            if filling.is_full(cell):
                places.append(_WAITING - place)
            elif self._is_refused(name, position, source, features):
                places.append(_REFUSED)
                continue
            else:
                places.append(place)
            filling.kept[cell] += 1
        self._places[name] = places

    def settle(self) -> bool:
        """Keeps, in the run's order, what cells have room for. What was kept before stays.

        Returns:
            Whether some that had waited for room were refused, so that their cells may be short again.
        """
        cells = list(self.filling.quota)
        room = [self.filling.quota[cell] - self._settled[place] for place, cell in enumerate(cells)]
        short = False
        for name, places in self._places.items():
            waiting = self._waiting(name, room)
            for position, place in enumerate(places):
                if place <= _WAITING and room[_WAITING - place] > 0:
                    place = _WAITING - place
                    if self._is_refused(name, position, *waiting[position]):
                        places[position], short = _REFUSED, True
                        self.filling.kept[cells[place]] -= 1
                        continue
                if place >= 0 and room[place] > 0:
                    room[place] -= 1
                    self._settled[place] += 1
                    places[position] = _KEPT
        return short

    def _is_refused(self, name: str, position: int, source: str, features: Any) -> bool:
        refused = self.line.group.accept(self._state, source, features)
        if refused is not None:
            self._refused[name, position] = refused
        return refused is not None

    def _waiting(self, name: str, room: list[int]) -> dict[int, tuple[str, Any]]:
        """Reads again what decides about the rows of a shard that wait and may have room now."""
        wanted = {at for at, place in enumerate(self._places[name]) if place <= _WAITING and room[_WAITING - place] > 0}
        every = read_features(features_shard(self.folder, self.line, name)) if wanted else ()
        return {at: (source, features) for at, (_, source, _, features) in enumerate(every) if at in wanted}

    def finish(self) -> list[str]:
        """Writes, for every shard, the positions of the kept rows and the drops; returns the shards with kept rows."""
        self.told = self.line.group.told(self._state)
        self._state = None  # the index of near-duplicates has done its work, and what follows needs the memory
        labels = [cell.label for cell in self.filling.quota]
        names = []
        for name, places in self._places.items():
            positions: list[int] = []
            drops: list[tuple[int, DropReason, str]] = []
            for position, place in enumerate(places):
                if place == _KEPT:
                    positions.append(position)
                elif place == _REFUSED:
                    drops.append((position, *self._refused[name, position]))
                else:
                    place = _WAITING - place if place <= _WAITING else place
                    what = f"{labels[place]} is full" if place >= 0 else "no cell of the recipe wants such a task"
                    drops.append((position, "surplus", what))
            self._write(name, positions, drops)
            self.kept += len(positions)
            if positions:
                names.append(name)
        return names

    def _write(self, name: str, positions: list[int], found: list[tuple[int, DropReason, str]]) -> None:
        shard = select_shard(self.folder, self.line, name)
        features = features_shard(self.folder, self.line, name)
        ids = read_table(features.records, ["id"])["id"].to_pylist() if found else []
        drops = [
            Drop(
                id=content_id("drop", "select", ids[position]),
                stage="deduplicate" if reason == "near_duplicate" else "select",
                reason=reason,
                detail=detail,
                record_id=ids[position],
            )
            for position, reason, detail in found
        ]
        self.dropped.update((drop.stage, drop.reason, "") for drop in drops)
        table = pa.table({"position": pa.array(positions, type=pa.int32())})
        files: dict[str, FileInfo] = {shard.records.name: write_table(shard.records, table)}
        if drops:
            files[shard.drops.name] = write_shard(shard.drops, drops, Drop)
        else:
            shard.drops.unlink(missing_ok=True)
        key = digest([file.digest for file in files.values()])
        write_manifest(shard.manifest, Manifest(key=key, rows=len(positions), drops=len(drops), files=files))
