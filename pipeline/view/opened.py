"""A run that is looked at: its index, its dialogues one by one, what it dropped. It is read, never written.

    run = Opened(Path("outputs/quickstart"), 1)
    run.kept.page({"kind": "mixed"}).rows, run.judged("dialogue-1c2d..."), run.drop("drop-0a1b...")

A run that has not ended can be looked at, too: what was dropped as soon as a shard is there, what is kept as soon as
`kept.json` is.
"""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import msgspec
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import StorageError
from pipeline.run_folder import RunFolder
from pipeline.run_json import read_told
from pipeline.storage import inside, read_table
from pipeline.view.index import Index, read_columns
from pipeline.view.kept_rows import read_kept
from schemas.base import Json
from schemas.dialogue import Dialogue
from schemas.verdict import Drop, Judged

KEPT = {
    "kind": "kind",
    "cell": "cell",
    "disclosure": "disclosure",
    "register": "register",
    "happens": "behavior",
    "engine": "generator_model",
    "domain": "domain",
    "split": "split",
}
"""Filters of kept rows, and their columns."""
DROPPED = {"stage": "stage", "reason": "reason", "owner": "owner"}
"""Filters of dropped records, and their columns."""
NOTHING = "nothing of these"
NOBODY = "nobody"
_DROP_COLUMNS = ("id", "stage", "reason", "owner", "detail", "record_id")

Place = tuple[int, int]
Reason = tuple[str, str, str]
"""Stage, reason and owner."""


def happens(behavior: str) -> tuple[str, ...]:
    """Returns what happens in a dialogue, of its behaviour `drip+terse+slip`: all but disclosure and register."""
    return tuple(behavior.split("+")[2:]) or (NOTHING,)


@dataclass
class Opened:
    """See the module's text.

    Attributes:
        number: 1, or 2 for the run that is shown beside the first.
        ended: whether it has come to its end.
        worlds: where its worlds come from, in words.
        domains: their names.
        asked: rows that the recipe asks for, if that is known yet.
        wanted: the same per cell of the grid that names its burden.
        reasons: dropped records by stage, reason and owner; None where the run has not counted them yet.
        kept: the index of the kept rows.
        limit: how many rows lists have at most, evenly spread over all; None: all.
    """

    path: Path
    number: int
    limit: int | None = None

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        if not (self.path / "recipe.json").is_file():
            raise StorageError(f"{self.path}: is no folder of a run; give one that `writ run` made")
        self.recipe = recipe = read_told(self.path, "recipe.json")
        self._kept: dict[str, Json] = self._json("kept.json")
        ended = self._json("run.json")
        self.ended = bool(ended) and bool(self._kept)
        facts: dict[str, Json] = ended or self._kept.get("facts", {})
        try:
            self.worlds = "; ".join(f"{each['name']}, {each['world']['origin']}" for each in recipe["domains"])
            self.domains = [str(each["name"]) for each in recipe["domains"]]
            self.asked = int(facts["wanted"]) if "wanted" in facts else None
            self.wanted = _wanted(facts)
            self.reasons = _reasons(facts) if facts else None
            self.kept = self._read_kept()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StorageError(
                f"{self.path}: what its JSON files say of the run is no longer what `writ run` wrote ({error!r}); make "
                "it anew with the same command into a new --out"
            ) from error

    @property
    def name(self) -> str:
        """The run's folder, as a person calls it."""
        return self.path.resolve().name

    @property
    def plausible(self) -> bool:
        """Whether the grid's burden is the plausible one."""
        return (self.recipe.get("grid") or {}).get("witnesses") == "plausible"

    @property
    def cells(self) -> dict[Place, int]:
        """What is kept, per cell of the grid."""
        counted = self.kept.counts({}, "cell")
        return {(int(cell.split("x")[0]), int(cell.split("x")[1])): count for cell, count in counted.items()}

    def shown(self, page: str) -> Index:
        """Returns the index of a list, `kept` or `dropped`, as far as it is shown."""
        index = self.kept if page == "kept" else self.dropped
        return index if self.limit is None else index.spread(self.limit)

    def counted(self) -> Counter[Reason]:
        """Returns dropped records by stage, reason and owner: as the run counted them, or by its files."""
        if self.reasons is not None:
            return self.reasons
        return Counter(zip(*(self.dropped.table[name].to_pylist() for name in DROPPED), strict=True))

    @cached_property
    def dropped(self) -> Index:
        """What was dropped; read when it is asked for first."""
        with self._lock:
            return self._read_dropped()

    def judged(self, row_id: str) -> Judged | None:
        """Returns a kept dialogue by its whole id; None if there is none.

        Raises:
            StorageError: its shard is damaged.
        """
        row = self.kept.find(row_id)
        return _judged(self.path, row["shard"], row_id) if row else None

    def drop(self, drop_id: str) -> tuple[Drop, Dialogue | None] | None:
        """Returns a dropped record and the dialogue that it is or was about, if any; None if there is none.

        Raises:
            StorageError: its shard is damaged.
        """
        row = self.dropped.find(drop_id)
        if row is None:
            return None
        path = self.path / row["shard"]
        table = read_table(path)
        found = table.filter(pc.equal(table["id"], drop_id)).to_pylist()
        if not found:
            return None
        drop = msgspec.convert(found[0], Drop)
        shard = path.name.removesuffix(".drops.parquet")
        return drop, _dialogue(drop.record) or self._dialogue_of(drop.record_id, shard)

    def tools(self, domain: str) -> list[Json]:
        """Returns the tools of a domain in OpenAI form, as the first row of it that has the most of them lists them."""
        row = self.kept.find(domain, "domain")
        if row is None:
            return []
        table = read_table(inside(self.path, self._kept["rows"], f"{row['shard']}.parquet"), ["domain", "tools"])
        texts = table.filter(pc.equal(table["domain"], domain))["tools"].to_pylist()
        found: list[Json] = max((orjson.loads(text) for text in set(texts)), key=len, default=[])
        return found

    def _dialogue_of(self, record_id: str, shard: str) -> Dialogue | None:
        """Returns the dialogue that passed its checks, and was dropped by a choice among dialogues (surplus)."""
        if "judged" not in self._kept or not record_id.startswith(("dialogue-", "judged-")):
            return None
        try:
            return _judged(self.path, shard, record_id).dialogue
        except StorageError:  # dropped earlier: a try that was not needed is not written down
            return None

    def _json(self, name: Literal["kept.json", "run.json"]) -> dict[str, Json]:
        return read_told(self.path, name) if (self.path / name).is_file() else {}

    def _read_kept(self) -> Index:
        table = read_kept(self.path, self._kept)
        counted = table["plausible_burden" if self.plausible else "burden"]
        cell = pc.binary_join_element_wise(table["num_writes"].cast("string"), counted.cast("string"), "x")
        return Index(table.append_column("cell", cell), KEPT, ("id", "task_id"), {"happens": happens})

    def _read_dropped(self) -> Index:
        shards = set(self._kept.get("all_shards", ()))
        paths = [
            inside(self.path, path.relative_to(self.path).as_posix())
            for path in sorted((self.path / "stages").glob("*/*.drops.parquet"))
            if not shards or path.name.removesuffix(".drops.parquet") in shards
        ]
        parts = []
        for path, table in zip(paths, read_columns(paths, _DROP_COLUMNS), strict=True):
            place = path.relative_to(self.path).as_posix()
            parts.append(table.append_column("shard", pa.array([place] * table.num_rows, pa.string())))
        empty = pa.schema([(name, pa.string()) for name in (*_DROP_COLUMNS, "shard")])
        table = pa.concat_tables(parts) if parts else empty.empty_table()
        owner = pc.fill_null(table["owner"], NOBODY)
        table = table.set_column(table.schema.get_field_index("owner"), "owner", owner)
        return Index(table, DROPPED, ("id", "record_id", "detail"))


def _wanted(facts: dict[str, Json]) -> dict[Place, int]:
    found: Counter[Place] = Counter()
    for each in facts.get("cells", ()):
        if each["burden"] is not None:
            found[each["num_writes"], each["burden"]] += each["wanted"]
    return found


def _reasons(facts: dict[str, Json]) -> Counter[Reason]:
    found: Counter[Reason] = Counter()
    for each in facts.get("drops", ()):
        found[each["stage"], each["reason"], each["owner"] or NOBODY] += each["count"]
    return found


@lru_cache(maxsize=4)
def _shard(run: Path, shard: str) -> dict[str, Judged]:
    """Returns a shard's judged dialogues by their ids: neighbours in a list lie in one shard."""
    folder = RunFolder(run)
    found: dict[str, Judged] = {}
    for judged in folder.all_judged(shard):
        found[judged.dialogue.id] = judged
        found[judged.id] = judged
    return found


def _judged(run: Path, shard: str, row_id: str) -> Judged:
    found = _shard(run, shard).get(row_id)
    if found is None:
        raise StorageError(f"{run}: the dialogue of {row_id} is gone; delete {shard}.json of that stage, run again")
    return found


def _dialogue(record: str) -> Dialogue | None:
    """Returns the dialogue that a dropped record is or holds."""
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(record, type=Dialogue)
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(record, type=Judged).dialogue
    return None
