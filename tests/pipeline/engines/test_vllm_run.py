"""`recipes/vllm_cpu.yaml`: the whole line on a real vLLM. Random weights earn no row, and every dialogue says why."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jsonschema_rs
import msgspec
import pyarrow.parquet as pq
import pytest

from schemas.dialogue import Dialogue
from tests.pipeline.engines.vllm_servers import HERE, needs_vllm, processes
from tool_specs.catalog import domain

pytestmark = [pytest.mark.slow, pytest.mark.vllm]


def test_whole_dialogues_end_with_a_reason_and_an_owner(tmp_path: Path) -> None:
    needs_vllm()
    out = tmp_path / "run"
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        "recipes/vllm_cpu.yaml",
        "--out",
        str(out),
        "--workers",
        "1",
    ]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=900)
    assert done.returncode == 1, done.stderr
    assert not processes("VLLM::") and not processes(str(out)), "nothing of it is left"

    facts = json.loads((out / "run.json").read_text())
    assert facts["kept"] == 0 and facts["made"]["diversify_behaviors"] >= 8
    rows = [
        row
        for name in ("simulate_dialogues", "validate_dialogues")
        for path in sorted(out.glob(f"stages/*{name}/*.drops.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    assert len(rows) == facts["made"]["diversify_behaviors"], "each scenario came to an end, none twice"
    assert all(row["reason"] and row["owner"] and row["detail"] for row in rows)
    assert not any(row["reason"] == "engine_error" for row in rows), Counter(row["detail"] for row in rows)

    dialogues = [msgspec.json.decode(row["record"], type=Dialogue) for row in rows if row["record"]]
    assert max(len(each.messages) for each in dialogues) >= 5, "they go on for some turns"
    calls = [call for each in dialogues for message in each.messages for call in message.tool_calls]
    tools = domain("retail").tools
    for call in calls:
        jsonschema_rs.validator_for(tools[call.name].spec.parameters).validate(call.arguments)
    assert calls, "of which tools depends on the machine: test_vllm_real has each called"
    answers = [m for each in dialogues for m in each.messages if m.role == "tool"]
    assert len(answers) == len(calls) and all(message.content for message in answers), "each call was made and answered"
    spoken = [m.generation for each in dialogues for m in each.messages if m.role != "tool"]
    assert all(each is not None and each.usage.completion_tokens > 0 for each in spoken), "nobody but the model spoke"
