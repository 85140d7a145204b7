"""What a run gave, in numbers: read from its kept rows and its drops, so that card and report hold measured facts only.

    facts = facts_of(Path("outputs/quickstart"))
    facts.total, facts.kept[1, 6], facts.drops[0]          # trajectories, those of a cell, Drops(stage, reason, ...)

Flat columns are read for all rows; texts are measured on the first `SAMPLE` of them.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import orjson

from pipeline.acts import act_pairs
from pipeline.checklists.judgements import Judgements, judgements_in
from pipeline.engines.spoken import Spoken, spoken_in
from pipeline.kept_tables import kept_tables, kept_told
from pipeline.plan_tasks import Cell, Fields, cell_of, quotas
from pipeline.recipe import Recipe
from pipeline.run_json import read_told
from pipeline.storage import read_table
from pipeline.world_names import name_columns, names_in
from schemas.base import Json, digest
from schemas.task import Strength
from stages.dialogue_acts import Pair
from stages.realism import Realism, Talk, measure
from stages.text_statistics import TextStatistics, text_statistics

SAMPLE = 1000
"""Dialogues whose texts are measured: the first of the run."""
EXAMPLES = 3
"""Examples of a reason for dropping."""

Place = tuple[int, int]
"""A cell of the grid: decisions and burden."""
_COUNTED = (
    "kind", "split", "disclosure", "register", "behavior", "num_turns", "num_tool_calls", "zero_gain_turns",
    "generator_model",
)  # fmt: skip


@dataclass
class Drops:
    """Records of one stage that were dropped for one reason; an order that could not be carried out is one, too."""

    stage: str
    reason: str
    owner: str
    count: int = 0
    details: list[str] = field(default_factory=list)


@dataclass
class Filled:
    """A cell of the recipe: what it wanted and what it got."""

    cell: Cell
    wanted: int
    kept: int


@dataclass
class Facts:
    """See the module's text.

    Attributes:
        wanted_total: trajectories that the recipe asked for.
        grown_from: how many it asked for before, while the run was smaller.
        kept: grid cell -> kept rows.
        wanted: grid cell -> rows wanted, for cells that name their burden.
        columns: flat column -> value -> rows.
        worlds: origin and digest per domain.
        lengths: words per message of users and agents, in the sample.
        texts: statistics of the sample.
        realism: how its users compare with people.
        acts: how often one dialogue act follows another, in the sample.
        sampled: rows in the sample.
        fingerprint: what the rows depend on, as one digest.
        balance: per kind of keys, the limit and the key that comes nearest to it, where the recipe has limits.
        reported: rows that have something of a benchmark, where the recipe says `report`.
        spoken: what became of language models' words, where the recipe has any.
        judged: what became of the items of checklists that no rule decides, where the recipe asks for checklists.
    """

    name: str
    seed: int
    recipe: dict[str, Json]
    worlds: list[dict[str, Json]]
    total: int = 0
    wanted_total: int = 0
    grown_from: list[int] = field(default_factory=list)
    kept: Counter[Place] = field(default_factory=Counter)
    wanted: Counter[Place] = field(default_factory=Counter)
    cells: list[Filled] = field(default_factory=list)
    columns: dict[str, Counter[Any]] = field(default_factory=dict)
    drops: list[Drops] = field(default_factory=list)
    user_words: list[int] = field(default_factory=list)
    agent_words: list[int] = field(default_factory=list)
    texts: TextStatistics | None = None
    realism: Realism | None = None
    acts: Counter[Pair] = field(default_factory=Counter)
    sampled: int = 0
    tasks: int = 0
    fingerprint: str = ""
    reported: int = 0
    balance: dict[str, Json] = field(default_factory=dict)
    spoken: Spoken = field(default_factory=Spoken)
    judged: Judgements = field(default_factory=Judgements)

    @property
    def witnesses(self) -> Strength:
        """Which changed worlds count for the burdens of the grid."""
        found: Strength = self.recipe["grid"].get("witnesses", "logical")
        return found

    @property
    def axis(self) -> str:
        """What the grid's burden means, in words."""
        said = {"logical": "evidence burden", "plausible": "plausible burden (column plausible_burden)"}
        return f"{said[self.witnesses]}: reads that one decision needs"

    @property
    def dropped(self) -> int:
        """Records that were dropped, surplus apart."""
        return sum(each.count for each in self.drops if each.reason != "surplus")


def fingerprint(run: Path, rows: int) -> str:
    """Returns what a run's rows depend on, as one digest: recipe, worlds, each step's settings and code, how many.

    Where the run grew, how many there were before counts, too.

    Two runs with the same fingerprint have the same rows, wherever they were made, if scripts speak.
    """
    made = read_told(run, "stages.json")["steps"] if (run / "stages.json").is_file() else {}
    recipe = read_told(run, "recipe.json")
    said = {name: value for name, value in recipe.items() if name not in ("domains", "licences")}
    worlds = {each["name"]: [each["share"], each["world"]["digest"]] for each in recipe["domains"]}
    grown = kept_told(run).get("facts", {}).get("grown_from", [])
    return digest([said, worlds, {name: step["key"] for name, step in made.items()}, rows, *grown])


def facts_of(run: Path) -> Facts:
    """Measures a run.

    Raises:
        StorageError: this is no folder of a run, or a file in it is damaged.
    """
    kept_told(run)
    return _facts_of(run, (run / "kept.json").read_bytes(), (run / "run.json").is_file())


@lru_cache(maxsize=1)
def _facts_of(run: Path, kept: bytes, ended: bool) -> Facts:
    """Card and report are made of the same facts, one after the other."""
    identity = read_told(run, "recipe.json")
    worlds = [{"domain": each["name"], **each["world"]} for each in identity["domains"]]
    facts = Facts(identity["name"], identity["seed"], identity, worlds)
    facts.columns = {name: Counter() for name in _COUNTED}
    fields: Counter[Fields] = Counter()
    tasks: set[str] = set()
    for table in kept_tables(run, [*_COUNTED, "domain", "num_writes", "burden", "plausible_burden", "task_id"]):
        values = {name: table.column(name).to_pylist() for name in table.column_names}
        for name in _COUNTED:
            facts.columns[name].update(values[name])
        fields.update(Fields(*row) for row in zip(*(values[name] for name in Fields._fields), strict=True))
        tasks.update(values["task_id"])
        facts.total += table.num_rows
    facts.tasks = len(tasks)
    facts.fingerprint = fingerprint(run, facts.total)
    manifest = _manifest(run)
    facts.balance = manifest.get("balance", {})
    _fill_grid(facts, fields, manifest)
    facts.drops = _drops(run)
    _measure_texts(facts, run)
    if (identity.get("contamination") or {}).get("action") == "report":
        facts.reported = _reported(run)
    if identity.get("engines"):
        facts.spoken = spoken_in(_column(run, "metadata"))
    if identity.get("checklists") or "judge" in (identity.get("engines") or {}):
        facts.judged = judgements_in(_column(run, "checklist"), _column(run, "judgement"))
    return facts


def _manifest(run: Path) -> dict[str, Json]:
    """Returns what the runner says about the run, as far as it has said it: data set and report come before its end."""
    if (run / "run.json").is_file():
        return read_told(run, "run.json")
    found: dict[str, Json] = kept_told(run).get("facts", {})
    return found


def _fill_grid(facts: Facts, fields: Counter[Fields], manifest: dict[str, Json]) -> None:
    for row, count in fields.items():
        facts.kept[row.num_writes, row.counted(facts.witnesses)] += count
    facts.wanted_total = manifest.get("wanted", facts.total)
    facts.grown_from = manifest.get("grown_from", [])
    if "cells" in manifest:
        wanted = {_cell(each): int(each["wanted"]) for each in manifest["cells"]}
    else:
        domains = [{"name": each["name"], "share": each["share"]} for each in facts.recipe["domains"]]
        recipe = {
            name: value for name, value in facts.recipe.items() if name not in ("engines", "licences", "contamination")
        }
        wanted = quotas(Recipe.model_validate({**recipe, "domains": domains, "count": max(facts.total, 1)}))
    got: Counter[Cell] = Counter()
    for row, count in fields.items():
        cell = cell_of(row, wanted, facts.witnesses)
        if cell is not None:
            got[cell] += count
    facts.cells = [Filled(cell, number, got[cell]) for cell, number in sorted(wanted.items(), key=lambda w: w[0].label)]
    for cell, number in wanted.items():
        if cell.burden is not None:
            facts.wanted[cell.num_writes, cell.burden] += number


def _cell(each: dict[str, Json]) -> Cell:
    return Cell(*(each[name] for name in Cell._fields))


def _drops(run: Path) -> list[Drops]:
    found: dict[tuple[str, str, str], Drops] = {}
    shards = set(kept_told(run)["all_shards"])
    for path in sorted((run / "stages").glob("*/*.drops.parquet")):
        if path.name.removesuffix(".drops.parquet") not in shards:
            continue
        table = read_table(path, ["stage", "reason", "owner", "detail", "record_id"])
        for row in table.to_pylist():
            key = (row["stage"], row["reason"], row["owner"] or "")
            drops = found.setdefault(key, Drops(*key))
            drops.count += 1
            if row["detail"] and len(drops.details) < EXAMPLES and row["detail"] not in drops.details:
                drops.details.append(row["detail"])
    return sorted(found.values(), key=lambda drops: (drops.stage, -drops.count, drops.reason, drops.owner))


def _column(run: Path, name: str) -> Iterator[str]:
    return (text for table in kept_tables(run, [name]) for text in table.column(name).to_pylist())


def _reported(run: Path) -> int:
    verdicts = (verdict for text in _column(run, "metadata") for verdict in orjson.loads(text)["verdicts"])
    return sum(verdict["check"] == "contamination" and bool(verdict["detail"]) for verdict in verdicts)


def _measure_texts(facts: Facts, run: Path) -> None:
    dialogues: list[tuple[list[str], list[str]]] = []
    talks: list[Talk] = []
    names: set[str] = set()
    columns = {name: name_columns(name) for name in {world["domain"] for world in facts.worlds}}
    sample: list[tuple[str, str, str]] = []
    for table in kept_tables(run, ["id", "domain", "messages"]):
        sample.extend(zip(*(table.column(name).to_pylist() for name in ("id", "domain", "messages")), strict=True))
        if len(sample) >= SAMPLE:
            break
    for _, domain, text in sample[:SAMPLE]:
        users: list[str] = []
        agents: list[str] = []
        turns: list[tuple[Literal["user", "agent"], str]] = []
        for message in orjson.loads(text):
            if message["role"] == "user":
                users.append(message["content"])
                turns.append(("user", message["content"]))
            elif message["role"] == "assistant" and message["content"]:
                agents.append(message["content"])
                turns.append(("agent", message["content"]))
            elif message["role"] == "tool":
                names.update(names_in(message, columns[domain]))
        dialogues.append((users, agents))
        talks.append(Talk(tuple(turns)))
        facts.user_words.extend(len(each.split()) for each in users)
        facts.agent_words.extend(len(each.split()) for each in agents)
    facts.sampled = len(dialogues)
    facts.texts = text_statistics(dialogues, sorted(names))
    facts.realism = measure(talks)
    kept = kept_told(run)
    facts.acts = act_pairs(run / kept["judged"], kept["shards"], {id_ for id_, _, _ in sample[:SAMPLE]})


def quantiles(values: Sequence[int]) -> tuple[int, int, int]:
    """Returns the 10th, 50th and 90th percentile (zeros for no values)."""
    if not values:
        return 0, 0, 0
    if len(values) == 1:
        return values[0], values[0], values[0]
    cuts = statistics.quantiles(values, n=10, method="inclusive")
    return round(cuts[0]), round(cuts[4]), round(cuts[8])
