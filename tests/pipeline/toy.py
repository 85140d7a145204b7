"""A line of toy stages that need no world: orders become notes, some orders are impossible, some notes are alike."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from pipeline.line import Line, Step
from pipeline.plan import Plan
from pipeline.recipe import Recipe
from schemas.base import content_id, digest, rng_of
from schemas.sft import SftRow
from schemas.task import TaskSpec
from schemas.verdict import Drop
from stages.base import GroupStage, Refusal, Services, Stage

RECIPE = {
    "name": "toy",
    "seed": 3,
    "count": 200,
    "domains": [{"name": "library"}],
    "grid": {"decisions": {1: 0.5, 2: 0.5}, "burden": {3: 0.5, 4: 0.25, 12: 0.25}},
}


@dataclass(frozen=True, kw_only=True)
class WriteNotes(Stage[TaskSpec, SftRow]):
    per_task: int = 3
    impossible: tuple[int, ...] = ()
    fail_at: int = -1  # and all after it: one alone would be poison

    async def process(self, record, services):
        if 0 <= self.fail_at <= record.number:
            raise ZeroDivisionError("a bug in a stage")
        rng = rng_of(record.id)
        if record.burden in self.impossible or rng.random() < 0.1:
            why = f"no shelf with {record.burden} books"
            return [Drop(id=content_id("drop", record.id), stage="write_notes", reason="cell_unfilled", detail=why,
                         record_id=record.id)]  # fmt: skip
        return [note(record, number, rng.randrange(10_000)) for number in range(self.per_task)]


def note(spec, number, value):
    return SftRow(
        id=content_id("note", spec.id, number), domain=spec.domain, kind=spec.kind, split=spec.split,
        num_writes=spec.num_writes, burden=spec.burden, plausible_burden=spec.burden, num_turns=2, num_tool_calls=0,
        num_read_calls=0, num_write_calls=0, max_parallel_calls=0, zero_gain_turns=0, disclosure="drip",
        register="terse", behavior="", reward=1.0, generator_model="toy/1", task_id=spec.id, num_tasks=1,
        messages=[{"role": "user", "content": f"note {value}"}, {"role": "assistant", "content": "ok"}], tools=[],
        information_gain=[None, None], metadata={"number": number},
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Polish(Stage[SftRow, SftRow]):
    word: str = "please"
    pause: float = 0.0

    async def process(self, record, services):
        if self.pause:
            import asyncio

            await asyncio.sleep(self.pause)
        if rng_of("polish", record.id).random() < 0.05:
            return [Drop(id=content_id("drop", record.id), stage="polish", reason="structure", owner="agent",
                         detail="dull", record_id=record.id)]  # fmt: skip
        first, *rest = record.messages
        return [
            msgspec.structs.replace(record, messages=[{**first, "content": self.word + " " + first["content"]}, *rest])
        ]


@dataclass(frozen=True, kw_only=True)
class SameText(GroupStage[SftRow]):
    def start(self):
        return {}

    def features(self, record):
        return digest(record.messages).encode()

    def accept(self, state, record_id, features):
        first = state.setdefault(features, record_id)
        return None if first == record_id else Refusal("near_duplicate", f"same text as {first}")


def services():
    return Services(sandboxes={})


def plan(out: Path, write: WriteNotes | None = None, polish: Polish | None = None, **changes) -> Plan:
    recipe = Recipe.model_validate({**RECIPE, **changes})
    line = Line(
        steps=(
            Step("write_notes", write or WriteNotes(per_task=recipe.behaviors_per_task), SftRow),
            Step("polish", polish or Polish(), SftRow),
        ),
        group=SameText(),
        group_at="polish",
        services=partial(services),
        world_key="library",
    )
    return Plan(recipe, line, (), out)


def files(out: Path) -> dict[str, bytes]:
    """All Parquet bytes of a run, by path."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}
