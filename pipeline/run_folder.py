"""The folder of a run: where everything is, and reading it again.

    recipe.json                                      what the run is (recipe, seed, worlds); written first
    stages.json                                      what its shards are made with (`provenance`)
    stages/1_generate_tasks/r0-00004.parquet         records
    stages/1_generate_tasks/r0-00004.drops.parquet   what was rejected, with the reason (only if something was)
    stages/1_generate_tasks/r0-00004.json            manifest of the two, written after them
    ...
    stages/6_export_rows/r0-00004.parquet            rows, sorted by id
    stages/7_features/r0-00004.parquet               what deciding about the rows needs
    stages/8_select/r0-00004.parquet                 positions of the rows that are kept
    stages/8_select/r0-00004.drops.parquet           near-duplicates and surplus
    journal/r0-00004.journal                         finished turns of dialogues that are not done; gone when they are
    kept.json                                        which shards have kept rows, and where; facts of the run
    finishing.json                                   which of the following are whole; gone when all are
    dataset/, report.html                            made of the kept rows
    index.parquet                                    their flat columns, for the browser (`view.kept_rows`)
    contents.json                                    what lies here, by name and size, when all is whole (`contents`)
    sizes.json                                       the counts that it had when it was whole: [200, 1200]
    run.json                                         what came out; written last
    inputs.json                                      digests of all that it was made with (`unchanged`)
    status.json, events/00000.jsonl                  how the run is doing, and what happened when (`pipeline.observe`)

Example::

    run = RunFolder(Path("outputs/quickstart"))
    run.manifest()["kept"], next(run.rows()).id, run.judged("dialogue-1c2d...")

Rows, tables and dialogues can be read as soon as `kept.json` is there, the manifest when the run has ended.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from pipeline.errors import StorageError
from pipeline.remote.local import on_disk
from pipeline.run_json import read_told
from pipeline.storage import inside, read_json, read_shard, read_table
from schemas.base import Json
from schemas.parquet import from_table, mismatch
from schemas.sft import SftRow
from schemas.verdict import Drop, Judged

if TYPE_CHECKING:
    from pipeline.line import Line

SIZES = "sizes.json"
INDEX = "index.parquet"
NEAR = 3
"""Ids that are named for one that is not there."""


@dataclass(frozen=True)
class Shard:
    """The three files of one shard of one stage."""

    folder: Path
    name: str

    @property
    def records(self) -> Path:
        """What the stage made."""
        return self.folder / f"{self.name}.parquet"

    @property
    def drops(self) -> Path:
        """What it rejected."""
        return self.folder / f"{self.name}.drops.parquet"

    @property
    def manifest(self) -> Path:
        """Says that the others are whole."""
        return self.folder / f"{self.name}.json"


def grown_from(folder: Path, count: int) -> list[int]:
    """Returns the smaller counts that the run in a folder had before, in order.

    Raises:
        StorageError: its list of them was changed.
    """
    path = folder / SIZES
    found = read_json(path) if path.exists() else []
    if not (isinstance(found, list) and all(type(each) is int and each > 0 for each in found)):
        raise StorageError(f"{path}: is no list of counts; delete it, and rows may be chosen anew when the run grows")
    return sorted({each for each in found if each < count})


def step_shard(folder: Path, line: Line, number: int, name: str) -> Shard:
    """Returns a shard of a line's step (numbered from 1)."""
    return Shard(folder / "stages" / f"{number}_{line.steps[number - 1].name}", name)


def journal_file(folder: Path, name: str) -> Path:
    """Returns where the finished turns of a shard's open dialogues are."""
    return on_disk(folder) / "journal" / f"{name}.journal"


def features_shard(folder: Path, line: Line, name: str) -> Shard:
    """Returns a shard of features."""
    return Shard(folder / "stages" / f"{len(line.steps) + 1}_features", name)


def select_shard(folder: Path, line: Line, name: str) -> Shard:
    """Returns the shard of what the selection rejected."""
    return Shard(folder / "stages" / f"{len(line.steps) + 2}_select", name)


@dataclass(frozen=True)
class RunFolder:
    """A run on disk, for reading."""

    path: Path

    def manifest(self) -> dict[str, Json]:
        """Returns what came out of the run.

        Raises:
            StorageError: this is no folder of a finished run.
        """
        if not (self.path / "run.json").is_file():
            if not (self.path / "recipe.json").is_file():
                raise StorageError(f"{self.path}: is no folder of a run; give one that `writ run` made")
            raise StorageError(f"{self.path}: this run has not ended; continue it with the same `writ run` command")
        return read_told(self.path, "run.json")

    def tables(self) -> Iterator[Any]:
        """Yields the kept rows shard by shard, in order, as `pyarrow.Table` (form: `schemas.parquet` of SftRow)."""
        for name in self._kept()["shards"]:
            yield self._table(name)

    def rows(self) -> Iterator[SftRow]:
        """Yields the kept rows, in order."""
        for table in self.tables():
            yield from from_table(table, SftRow)

    def row(self, row_id: str) -> SftRow:
        """Returns one kept row; the beginning of an id is enough if no other id begins so.

        Raises:
            StorageError: there is none, or more than one.
        """
        shard, found = self._place(row_id)
        table = self._table(shard)
        return from_table(table.filter(pc.equal(table["id"], found)), SftRow)[0]

    def judged(self, row_id: str, shard: str = "") -> Judged:
        """Returns the judged dialogue of a kept row: the task with its proof, the behaviour, the verdicts.

        Args:
            row_id: the row's id, or its beginning.
            shard: where it is, if that is known; the id must then be whole.

        Raises:
            StorageError: there is none.
        """
        shard, found = (shard, row_id) if shard else self._place(row_id)
        for judged in self.all_judged(shard):
            if found in (judged.id, judged.dialogue.id):
                return judged
        raise StorageError(
            f"{self.path}: the dialogue of {found} is gone; delete {shard}.json of that stage, run again"
        )

    def all_judged(self, shard: str) -> list[Judged]:
        """Returns all judged dialogues of a shard, kept or not."""
        return read_shard(inside(self.path, self._kept()["judged"], f"{shard}.parquet"), Judged)

    def drops(self) -> Iterator[Drop]:
        """Yields all that was rejected, stage by stage."""
        shards = set(self._kept()["all_shards"])
        for path in sorted((self.path / "stages").glob("*/*.drops.parquet")):
            if path.name.removesuffix(".drops.parquet") in shards:
                yield from read_shard(path, Drop)

    def _kept(self) -> dict[str, Json]:
        if not (self.path / "kept.json").is_file():
            self.manifest()
        return read_told(self.path, "kept.json")

    def _table(self, name: str, columns: Sequence[str] | None = None) -> Any:
        kept = self._kept()
        path = inside(self.path, kept["rows"], f"{name}.parquet")
        table = read_table(path, columns)
        if columns is None and (problem := mismatch(table.schema, SftRow)):
            raise StorageError(f"{path}: {problem}. Run it again into a new --out with this version")
        return table.take(read_table(inside(self.path, kept["select"], f"{name}.parquet"))["position"])

    def _place(self, row_id: str) -> tuple[str, str]:
        """Returns the shard and the whole id of the row whose id begins so."""
        found: list[tuple[str, str]] = []
        known: list[str] = []
        for name in self._kept()["shards"]:
            ids = self._table(name, ["id"])["id"].to_pylist()
            known += ids
            found.extend((name, each) for each in ids if each.startswith(row_id))
        if len(found) != 1:
            raise StorageError(f"{self.path}: {_which(row_id, [each for _, each in found], known)}")
        return found[0]


def _which(wanted: str, found: Sequence[str], known: Sequence[str]) -> str:
    """Says which ids there are, where a beginning fits none or several."""
    if found:
        return f"{len(found):,} rows begin with {wanted!r}, for example {', '.join(found[:NEAR])}; give more of the id"
    beginnings = {each[: len(wanted)]: each for each in known}
    near = [beginnings[each] for each in difflib.get_close_matches(wanted, beginnings, n=NEAR, cutoff=0.6)]
    hint = f"the nearest of its {len(known):,} rows: {', '.join(near)}" if near else f"it has {len(known):,} rows"
    return f"no kept row begins with {wanted!r}; {hint}. `writ show` without an id lists some of each kind"
