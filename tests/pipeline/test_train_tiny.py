"""The example that trains a small model: what it learns from is what the live line asks, token for token."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from examples.train_tiny.chats import agent_chat, user_chat
from schemas.completion import CompletionRequest
from schemas.dialogue import Dialogue
from tests.pipeline.engines.vllm_servers import PYTHON, needs_vllm
from tests.stages.simulate_dialogues.talks import SANDBOX, every_scenario
from tests.stages.simulate_dialogues.test_language import Recorder, live, script

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "train_tiny"


def asked_and_said(one: Any) -> tuple[Dialogue, dict[str, CompletionRequest]]:
    engine = Recorder(script(one))
    made = live(one, engine)
    assert isinstance(made, Dialogue)
    return made, {request.role: request for request in engine.requests}


def on_the_wire(chat: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Arguments are text there, and an object in templates."""
    found: list[dict[str, Any]] = json.loads(json.dumps(chat))
    for message in found:
        for call in message.get("tool_calls", ()):
            call["function"]["arguments"] = json.dumps(call["function"]["arguments"], separators=(",", ":"))
    return found


def test_a_chat_is_the_last_request_of_its_seat_and_the_answer() -> None:
    for _, one in every_scenario(2):
        made, last = asked_and_said(one)
        agent = on_the_wire(agent_chat(made.messages, SANDBOX.domain))
        assert agent[:-1] == orjson.loads(orjson.dumps(last["agent"].messages))
        assert agent[-1]["content"] == made.messages[-1].content
        user = user_chat(made.messages, one.behavior.instruction, made.ended)
        assert user[:-1] == orjson.loads(orjson.dumps(last["user"].messages))
        assert user[-1]["content"].endswith("\n###STOP###") == (made.ended == "user_done")


@pytest.mark.vllm
@pytest.mark.slow
def test_a_model_is_trained_and_its_prompts_begin_with_the_ones_before(tmp_path: Path) -> None:
    needs_vllm()
    chats = tmp_path / "chats.jsonl.gz"
    with gzip.open(chats, "wb") as file:
        for _, one in every_scenario(1):
            made, _ = asked_and_said(one)
            found = {
                "agent": agent_chat(made.messages, SANDBOX.domain),
                "user": user_chat(made.messages, one.behavior.instruction, made.ended),
            }
            file.writelines(orjson.dumps({"seat": seat, "messages": chat}) + b"\n" for seat, chat in found.items())
    ran("tokens.py", chats, "--tokenizer", tmp_path / "model", "--out", tmp_path / "tokens")
    told_by = ran(
        "train.py", tmp_path / "tokens" / "chats.xz", "--held-out", tmp_path / "tokens" / "chats.xz",
        "--toy", "--rows", "1", "--length", "1024", "--seconds", "3", "--out", tmp_path / "model",
    )  # fmt: skip
    assert json.loads(told_by.splitlines()[-1])["held out"]["loss"] < 8.3, "a uniform guess over 4096 tokens has 8.32"
    shown = subprocess.run(
        [PYTHON, "-c", CHECK, tmp_path / "model", chats], capture_output=True, text=True, env=quiet(), check=False
    )
    assert shown.returncode == 0, shown.stderr[-2000:]
    assert json.loads(shown.stdout.splitlines()[-1]) == {"agent": True, "user": True, "finite": True}


CHECK = """
import gzip, json, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
ok = {}
for line in gzip.open(sys.argv[2], "rt"):
    chat = json.loads(line)
    tools = [{"type": "function", "function": {"name": "any"}}] if chat["seat"] == "agent" else None
    messages, known = chat["messages"], chat["seat"] in ok
    whole = tokenizer.apply_chat_template(messages, tools=tools, tokenize=False)
    for place, message in enumerate(messages):
        if message["role"] == "assistant":
            shown = tokenizer.apply_chat_template(
                messages[:place], tools=tools, tokenize=False, add_generation_prompt=True)
            note = {"role": "user", "content": "[This is no message of the other side.] Write it again."}
            wrong = {"role": "assistant", "content": "oops"}
            again = tokenizer.apply_chat_template(
                [*messages[:place], wrong, note], tools=tools, tokenize=False, add_generation_prompt=True)
            heads = tokenizer(whole).input_ids[:len(tokenizer(shown).input_ids)] == tokenizer(shown).input_ids
            ok[chat["seat"]] = ok.get(chat["seat"], True) and whole.startswith(shown) and again == shown and heads
ok["finite"] = bool(model(torch.tensor([tokenizer(whole).input_ids[:500]])).logits.isfinite().all())
print(json.dumps(ok))
"""


def ran(script: str, *arguments: object) -> str:
    done = subprocess.run(
        [PYTHON, EXAMPLE / script, *map(str, arguments)], capture_output=True, text=True, env=quiet(), check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def quiet() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
