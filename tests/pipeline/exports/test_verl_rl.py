"""verl's rows for reinforcement learning, and the reward function, run as verl does: from its folder, without WRIT."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from pipeline.errors import UserError
from pipeline.exports.command import export
from pipeline.exports.verl_reward import compute_score, messages_in
from stages.training_examples import Shape
from tests.pipeline.checklists.test_commands import invoke, made

SCRIPT = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("reward", sys.argv[1])
module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
assert not any(name.partition(".")[0] in ("stages", "tool_specs", "pipeline") for name in sys.modules)
for line in sys.stdin:
    row = json.loads(line)
    print(json.dumps(module.compute_score("writ", row["text"], row["truth"], {"index": "x"})))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("verl-rl"), "checklists: true")


@pytest.fixture(scope="module")
def folder(run: Path) -> Path:
    assert export(run, "verl-rl", None, Shape(), Console()) == 0
    return run / "exports/verl-rl"


def rows(folder: Path) -> list[dict[str, Any]]:
    return [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def whole(run: Path) -> dict[str, list[dict[str, Any]]]:
    found = [row for path in (run / "dataset/data").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    return {row["id"]: [json.loads(each) for each in row["messages"]] for row in found}


def response(messages: list[dict[str, Any]], marks: bool) -> str:
    """What follows the prompt, as Qwen's template writes it, with special tokens or decoded without them."""
    start, end = ("<|im_start|>", "<|im_end|>") if marks else ("", "")
    parts = []
    for message in messages:
        content = message["content"]
        if message["role"] == "tool":
            content = f"<tool_response>\n{content}\n</tool_response>"
        for call in message.get("tool_calls", ()):
            content += f"\n<tool_call>\n{json.dumps(call['function'])}\n</tool_call>"
        role = "user" if message["role"] == "tool" else message["role"]
        parts.append(f"{start}{role}\n{content}{end}\n")
    return "".join(parts).removeprefix(f"{start}assistant\n")


def test_rows_have_the_columns_that_verl_reads(run: Path, folder: Path) -> None:
    dialogues, found = whole(run), rows(folder)
    assert len(found) == len(dialogues)
    for row in found:
        assert list(row) == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
        messages = dialogues[row["extra_info"]["index"]]
        assert row["prompt"] == [{"role": m["role"], "content": m["content"]} for m in messages[:2]]
        assert json.loads(row["reward_model"]["ground_truth"])["id"] == row["extra_info"]["index"]
        assert "You are a customer" in row["extra_info"]["user"] and json.loads(row["extra_info"]["tools"])


@pytest.mark.parametrize("marks", [True, False])
def test_the_reward_of_a_right_rollout_is_one_and_of_none_is_less(run: Path, folder: Path, marks: bool) -> None:
    dialogues = whole(run)
    lines = []
    for row in rows(folder):
        rest = dialogues[row["extra_info"]["index"]][2:]
        truth = row["reward_model"]["ground_truth"]
        lines.append({"text": response(rest, marks), "truth": truth})
        lines.append({"text": "I am sorry, I can't.", "truth": truth})
    made_of = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(folder / "writ_reward.py")],
        input="\n".join(map(json.dumps, lines)), capture_output=True, text=True, cwd=folder, timeout=120,
    )  # fmt: skip
    assert made_of.returncode == 0, made_of.stderr
    scores = [json.loads(line)["score"] for line in made_of.stdout.splitlines()]
    assert len(scores) == len(lines) and scores[::2] == [1.0] * (len(lines) // 2)
    assert all(score < 0.7 for score in scores[1::2])


def test_messages_that_a_rollout_kept_are_taken_as_they_are(run: Path, folder: Path) -> None:
    row = rows(folder)[0]
    messages = whole(run)[row["extra_info"]["index"]]
    truth = row["reward_model"]["ground_truth"]
    assert compute_score("writ", "whatever", truth, {"messages": messages})["score"] == 1.0


def test_half_a_call_is_none() -> None:
    found = messages_in('<think>hm</think>Wait.\n<tool_call>\n{"name": "x"\n</tool_call>')
    assert found == [{"role": "user", "content": ""}, {"role": "assistant", "content": "Wait."}]


def test_what_cannot_be_is_said(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a rollout begins with the user's first message; leave the other options out"):
        export(run, "verl-rl", tmp_path / "split", Shape(turn_split=True), Console())
    plain = made(tmp_path, "")
    result = invoke("export", plain, "--format", "verl-rl")
    assert result.exit_code == 2 and "add `checklists: true` to its recipe" in result.stderr
    assert not (plain / "exports").exists() or not list((plain / "exports").iterdir())
