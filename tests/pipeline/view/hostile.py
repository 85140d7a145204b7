"""A run whose ids, texts, names and reasons all try to run a script."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from pipeline.storage import read_json, write_json, write_shard
from schemas.base import encode
from schemas.dialogue import Message, ToolCall
from schemas.sft import SftRow
from schemas.verdict import Drop, Judged
from tests.pipeline.fake_run import judged, row, write_run

RUN = "document.title='ran'"
MARKUP = (
    f'</code></pre></title></style></textarea><script>{RUN}</script><img src=x onerror="{RUN}"><svg onload={RUN}>'
    f'<a href="javascript:{RUN}">x</a>" autofocus onfocus="{RUN}'
)
ID = f"dialogue-0123456789abcdef/../{MARKUP}"


def write_hostile(folder: Path) -> Path:
    """Writes the run: one such dialogue, one such drop of another."""
    write_run(folder, count=1)
    plain = judged(0)
    call = ToolCall(id="call_1", name=MARKUP, arguments={MARKUP: MARKUP})
    messages = (
        Message(role="user", content=MARKUP),
        Message(role="assistant", content="", tool_calls=(call,)),
        Message(role="tool", content=f'{{"{"x"}": "{MARKUP.replace(chr(34), chr(39))}"}}', tool_call_id="call_1"),
        Message(role="assistant", content=MARKUP),
    )
    scenario = plain.dialogue.scenario
    request = structs.replace(scenario.task.requests[0], arguments={MARKUP: MARKUP}, tool=MARKUP)
    task = structs.replace(scenario.task, text=MARKUP, id=MARKUP, requests=(request,))
    scenario = structs.replace(scenario, task=task)
    engines = {"agent": MARKUP}
    dialogue = structs.replace(plain.dialogue, id=ID, messages=messages, engines=engines, scenario=scenario)
    record: Judged = structs.replace(plain, id=ID, dialogue=dialogue)
    told = structs.replace(row(record), generator_model=MARKUP, behavior=f"drip+terse+{MARKUP}", domain=MARKUP)
    write_shard(folder / "stages/5_export_rows/r0-00000.parquet", [told], SftRow)
    write_shard(folder / "stages/4_validate_dialogues/r0-00000.parquet", [record], Judged)
    drop = Drop(
        id=f"drop-{MARKUP}", stage=MARKUP, reason="grounding", detail=f"message 0: {ID}", record_id=ID,
        record=encode(dialogue).decode(),
    )  # fmt: skip
    other = Drop(id="drop-2", stage="x", reason="leak", detail=MARKUP, record=f'["{MARKUP.replace(chr(34), chr(39))}"]')
    write_shard(folder / "stages/4_validate_dialogues/r0-00000.drops.parquet", [drop, other], Drop)
    recipe = read_json(folder / "recipe.json")
    recipe["name"] = MARKUP
    recipe["domains"][0]["name"] = MARKUP
    recipe["domains"][0]["world"]["origin"] = MARKUP
    write_json(folder / "recipe.json", recipe)
    return folder
