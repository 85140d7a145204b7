"""How a run ended: what its commands tell, and what `kept.json` and `run.json` say.

facts_of_run(plan, filling, selection, tally, ())["unfilled"]    # cells that are short, with the reasons
"""

from __future__ import annotations

import importlib.metadata
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from pipeline.errors import PARTIAL, WHOLE
from pipeline.fill_cells import Filling
from pipeline.line import Line
from pipeline.plan import Plan
from pipeline.run_folder import Shard, features_shard, select_shard, step_shard
from pipeline.run_json import LAYOUT
from pipeline.selection import Selection
from pipeline.shard import ShardResult
from pipeline.storage import Spent
from schemas.base import Json


@dataclass
class Outcome:
    """How a run ended.

    Attributes:
        short: cells that have less than the recipe wants, with the reasons, as in `run.json`.
        larger: the folder holds a larger data set, which was left as it is.
        closed: why domains were left out, one text each.
        upto: the step after which it ended because that was asked for; nothing is kept or written then.
        poisoned: records that were given up because their work never ended well, in words.
    """

    kept: int
    wanted: int
    short: Sequence[dict[str, Json]] = ()
    nothing_to_do: bool = False
    larger: bool = False
    seconds: float = 0.0
    closed: tuple[str, ...] = ()
    upto: str = ""
    poisoned: Sequence[str] = ()

    @property
    def exit_code(self) -> int:
        """0 if all that was wanted is there and no domain was closed, else 1."""
        return WHOLE if (self.upto or self.kept >= self.wanted) and not self.closed else PARTIAL


@dataclass
class Tally:
    """What the shards of a run came to so far."""

    shards: list[str] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    drops: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    spent: dict[str, dict[str, Spent]] = field(default_factory=dict)
    again: int = 0
    poisoned: list[str] = field(default_factory=list)
    deaths: int = 0

    def take_in(self, result: ShardResult) -> None:
        """Counts what a shard came to."""
        self.shards.append(result.name)
        self.made.update(result.made)
        self.drops.update(result.drops)
        self.pay(result.spent)
        self.again += result.fresh
        self.poisoned += result.poisoned
        self.deaths += result.deaths

    def pay(self, spent: Mapping[str, Mapping[str, Spent]]) -> None:
        """Adds what a shard cost."""
        for step, roles in spent.items():
            for role, each in roles.items():
                self.spent.setdefault(step, {}).setdefault(role, Spent()).add(each)


def kept_shards_of(line: Line, names: list[str], everything: list[str]) -> dict[str, Json]:
    """Returns which shards have kept rows, which there are, and in what folders their files lie."""
    places = [step.name for step in line.steps]
    folder = Path()
    found: dict[str, Shard] = {
        "rows": step_shard(folder, line, len(places), ""),
        "judged": step_shard(folder, line, places.index(line.group_at) + 1, ""),
        "features": features_shard(folder, line, ""),
        "select": select_shard(folder, line, ""),
    }
    return {
        "layout": LAYOUT,
        "shards": names,
        "all_shards": everything,
        **{name: shard.folder.as_posix() for name, shard in found.items()},
    }


def facts_of_run(
    plan: Plan, filling: Filling, selection: Selection, tally: Tally, grown: Sequence[int]
) -> dict[str, Json]:
    """Returns what came out: the same for the same recipe, seed, worlds and sizes before."""
    cells = []
    for cell in sorted(filling.quota, key=lambda cell: (*cell[:3], cell.burden or 0, cell.split)):
        kept = min(filling.kept[cell], filling.quota[cell])
        cells.append({**cell._asdict(), "wanted": filling.wanted.get(cell, 0), "kept": kept})
    unfilled = [
        {
            "cell": cell.label,
            "wanted": wanted,
            "kept": min(filling.kept[cell], filling.quota[cell]),
            "reasons": dict(filling.reasons.get(cell, Counter()).most_common(5)),
        }
        for cell, wanted in sorted(filling.wanted.items(), key=lambda item: item[0].label)
        if min(filling.kept[cell], filling.quota[cell]) < wanted
    ]
    drops = [
        {"stage": stage, "reason": reason, "owner": owner or None, "count": count}
        for (stage, reason, owner), count in sorted(tally.drops.items())
    ]
    return {
        "layout": LAYOUT,
        "name": plan.recipe.name,
        "recipe": plan.recipe.model_dump(mode="json", by_alias=True),
        "seed": plan.recipe.seed,
        "worlds": [
            {"domain": s.domain, "origin": s.origin, "digest": s.digest, **({"closed": s.closed} if s.closed else {})}
            for s in plan.worlds
        ],
        "wanted": plan.recipe.count,
        **({"grown_from": list(grown)} if grown else {}),
        "kept": selection.kept,
        "cells": cells,
        **({"balance": selection.told} if selection.told else {}),
        "unfilled": unfilled,
        "made": dict(tally.made),
        "drops": drops,
        "rounds": filling.round,
        "shards": len(tally.shards),
    }


def circumstances(tally: Tally) -> dict[str, Json]:
    """Returns what is particular to this time."""
    return {
        "shards_found_done": tally.again,
        **({"workers_lost": tally.deaths} if tally.deaths else {}),
        **({"spent": msgspec.to_builtins(tally.spent)} if tally.spent else {}),
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in ("writ", "ray", "pyarrow", "datasets")},
        },
    }
