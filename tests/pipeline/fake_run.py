"""A run folder of hand-made records from a toy library, written the way the runner writes one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from pipeline.storage import write_json, write_shard, write_table
from schemas.base import Json, content_id, encode, plain
from schemas.behavior import Behavior, Scenario
from schemas.dialogue import Dialogue, Message, ToolCall
from schemas.program import At, Bind, Call, Each, Fact, Filter, OrderKey, Program
from schemas.sft import SftRow
from schemas.task import Clause, Distractor, Edit, Knowledge, Proof, Read, Request, Source, Task, TaskSpec, Witness
from schemas.verdict import Drop, Judged, Verdict

TOOLS: list[dict[str, Json]] = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": f"Does {name}.",
            "parameters": {"type": "object", "properties": {key: {"type": "string"}}, "required": [key]},
        },
    }
    for name, key in (
        ("find_reader", "email"),
        ("get_reader", "reader_id"),
        ("get_loan", "loan_id"),
        ("renew", "loan_id"),
    )
]

READS = (
    Read(tool="find_reader", arguments={"email": "ann@example.com"}),
    Read(tool="get_reader", arguments={"reader_id": "ann"}),
    Read(tool="get_loan", arguments={"loan_id": "L1"}),
    Read(tool="get_loan", arguments={"loan_id": "L2"}),
    Read(tool="get_loan", arguments={"loan_id": "L3"}),
)


def witness(loan: str) -> Witness:
    return Witness(
        strength="plausible",
        edits=(Edit(table="loans", key=loan, values=((("status",), "open"), (("due",), "2024-01-01"))),),
        answer={"loan_id": loan},
    )


def proof() -> Proof:
    return Proof(
        reads=(0, 1, 2, 3, 4),
        reachable=READS,
        clauses=(
            Clause(reads=(0,), why="policy"),
            Clause(reads=(0,), why="instrumental", value="ann"),
            Clause(reads=(1,), why="instrumental", value="L1"),
            Clause(
                reads=(2,),
                why="witness",
                witness=Witness(strength="logical", edits=witness("L1").edits, answer={"loan_id": "L3"}),
            ),
            Clause(reads=(3,), why="witness", witness=witness("L2")),
            Clause(reads=(4,), why="witness", witness=witness("L3")),
        ),
        lower=5,
        upper=5,
        plausible=4,
        policy_reads=1,
        search_cost=5,
        search_worst=5,
        candidates=3,
        distractors=(Distractor(mistake="reversed order", arguments={"loan_id": "L3"}, digest="d3"),),
    )


PROGRAM = Program(
    steps=(
        Call(name="reader_id", tool="find_reader", arguments={"email": Fact(name="email")}),
        Call(name="reader", tool="get_reader", arguments={"reader_id": At(path=("reader_id",))}),
        Each(name="loan_id", source=At(path=("reader", "loans"))),
        Call(name="loan", tool="get_loan", arguments={"loan_id": At(path=("loan_id",))}),
    ),
    where=(Filter(column=("loan", "status"), value="open"),),
    order=(OrderKey(column=("loan", "due")),),
    pick="first",
)


def request() -> Request:
    return Request(
        kind="write",
        tool="renew",
        arguments={"loan_id": "L1", "note": "please"},
        sources={
            "loan_id": Source(provenance="evidence", bind=Bind(program=0, column=("loan_id",))),
            "note": Source(provenance="user", fact="note"),
        },
        programs=(PROGRAM,),
        proof=proof(),
    )


def judged(number: int) -> Judged:
    split = "validation" if number % 5 == 4 else "train"
    decisions, burden = number % 3, 2 + number % 6
    spec = TaskSpec(
        id=f"order-{number}",
        domain="library",
        kind="read_heavy",
        num_writes=decisions,
        burden=burden,
        seed=7,
        number=number,
        split=split,  # type: ignore[arg-type]
    )
    task = Task(
        id=content_id("task", number),
        spec=spec,
        domain="library",
        world_digest="w0",
        kind="read_heavy",
        split=split,  # type: ignore[arg-type]
        principal="ann",
        knowledge=(
            Knowledge(name="email", value="ann@example.com", type="email", identity=True),
            Knowledge(name="note", value="please", type="note"),
        ),
        requests=(request(),),
        precedence=(),
        num_writes=decisions,
        burden=burden,
        plausible_burden=burden - 1,
        union_reads=5,
        initial_digest="d0",
        goal_digest="d1",
        text="renew what is due first",
    )
    behavior = Behavior(
        id=content_id("behavior", number),
        task_id=task.id,
        seed=number,
        disclosure="drip",
        register="terse",
        traits=("slip",) if number % 2 else (),
    )
    calls = [("find_reader", "email", "ann@example.com"), ("get_loan", "loan_id", "L1"), ("renew", "loan_id", "L1")]
    messages = [
        Message(role="user", content=f"hi <b>there</b>, renew the one that is due first, number {number}"),
        *(
            each
            for place, (tool, key, value) in enumerate(calls, 1)
            for each in (
                Message(
                    role="assistant",
                    content="",
                    tool_calls=(
                        ToolCall(id=f"call_{place}", name=tool, arguments={key: value, "rate": 0.1, "gap": None}),
                    ),
                ),
                Message(
                    role="tool",
                    content='{"due":"Friday","fine":1e-12,"note":null}' if place > 1 else "ann",
                    tool_call_id=f"call_{place}",
                    name=tool,
                ),
            )
        ),
        Message(role="assistant", content="It is renewed."),
        Message(role="user", content="ok bye"),
        Message(role="assistant", content="Good-bye."),
    ]
    dialogue = Dialogue(
        id=content_id("dialogue", number),
        scenario=Scenario(id=content_id("scenario", number), task=task, behavior=behavior),
        messages=tuple(messages),
        ended="user_done",
        initial_digest="d0",
        final_digest="d1",
        engines={"agent": "scripted/1", "user": "scripted/1"},
    )
    return Judged(id=dialogue.id, dialogue=dialogue, verdicts=(Verdict(check="replay", passed=True),))


def openai(message: Message) -> dict[str, Json]:
    found: dict[str, Json] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        found["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for c in message.tool_calls
        ]
    if message.role == "tool":
        found |= {"tool_call_id": message.tool_call_id, "name": message.name}
    return found


def row(record: Judged) -> SftRow:
    dialogue = record.dialogue
    task, behavior = dialogue.scenario.task, dialogue.scenario.behavior
    return SftRow(
        id=dialogue.id,
        domain=task.domain,
        kind=task.kind,
        split=task.split,
        num_writes=task.num_writes,
        burden=task.burden,
        plausible_burden=task.plausible_burden,
        num_turns=2,
        num_tool_calls=3,
        num_read_calls=2,
        num_write_calls=1,
        max_parallel_calls=1,
        zero_gain_turns=1,
        disclosure=behavior.disclosure,
        register=behavior.register,
        behavior="+".join(("drip", "terse", *behavior.traits)),
        reward=1.0,
        generator_model="scripted/1",
        task_id=task.id,
        num_tasks=1,
        messages=[{"role": "system", "content": "Policy."}, *(openai(message) for message in dialogue.messages)],
        tools=TOOLS,
        information_gain=[None] * (len(dialogue.messages) + 1),
        metadata={
            "task": plain(task),
            "behavior": plain(behavior),
            "engines": dialogue.engines,
            "price": 84.55,
            "nothing": None,
        },
    )


def write_run(
    folder: Path,
    count: int = 20,
    per_shard: int = 6,
    order: Sequence[int] | None = None,
    wanted: int | None = None,
    witnesses: str = "logical",
) -> Path:
    """Writes a finished run; `order` permutes which row lands in which shard."""
    import pyarrow as pa

    records = [judged(number) for number in (range(count) if order is None else order)]
    names = [f"r0-{shard:05d}" for shard in range(max(math.ceil(len(records) / per_shard), 1))]
    places = {"rows": "stages/5_export_rows", "judged": "stages/4_validate_dialogues", "select": "stages/7_select"}
    for shard, name in enumerate(names):
        part = records[shard * per_shard : (shard + 1) * per_shard]
        rows = sorted((row(record) for record in part), key=lambda each: each.id)
        write_shard(folder / places["rows"] / f"{name}.parquet", rows, SftRow)
        write_shard(folder / places["judged"] / f"{name}.parquet", part, Judged)
        positions = pa.table({"position": pa.array(range(len(rows)), pa.int32())})
        write_table(folder / places["select"] / f"{name}.parquet", positions)
    dropped = judged(count)
    drops = [
        Drop(
            id="drop-1", stage="generate_tasks", reason="cell_unfilled", detail="no scope of 12 reads", record_id="o1"
        ),
        Drop(
            id="drop-2",
            stage="validate_dialogues",
            reason="grounding",
            owner="agent",
            detail="message 7: <L9>",
            record_id=dropped.dialogue.id,
            record=encode(dropped.dialogue).decode(),
        ),
    ]
    write_shard(folder / "stages/4_validate_dialogues" / f"{names[0]}.drops.parquet", drops, Drop)
    kept = {"shards": names if records else [], "all_shards": names, "features": "stages/6_features", **places}
    write_json(folder / "kept.json", kept)
    recipe = {
        "name": "toy",
        "seed": 7,
        "domains": [{"name": "library", "share": 1.0, "world": {"origin": "generated:seed=1,size=9", "digest": "w0"}}],
        "tasks": {"read_heavy": 1.0},
        "grid": {"witnesses": witnesses},
        "behaviors_per_task": 1,
        "validation": 0.2,
    }
    write_json(folder / "recipe.json", recipe)
    cells = [
        {
            "domain": "library",
            "kind": "read_heavy",
            "num_writes": n,
            "burden": b,
            "split": "train",
            "wanted": 3,
            "kept": 2,
        }
        for n, b in ((1, 3), (2, 4))
    ]
    manifest = {
        "key": "k", "name": "toy", "wanted": wanted or count, "kept": len(records), "cells": cells,
        "made": {"generate_tasks": count},
        "unfilled": [{"cell": "library/read_heavy/1x12/train", "wanted": 3, "kept": 2, "reasons": {"no scope": 4}}],
        "drops": [{"stage": "validate_dialogues", "reason": "grounding", "owner": "agent", "count": 1}],
        "rounds": 2, "seconds": 1.5, "kept_per_second": 13.3, "seed": 7, "worlds": [], "shards": len(names),
    }  # fmt: skip
    write_json(folder / "run.json", manifest)
    return folder
