"""`writ continue` with language models behind a real endpoint, killed with signal 9 in the middle."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.run_folder import RunFolder
from schemas.base import encode
from tests.pipeline.engines.served import WRIT, recipe, run, served

COUNT = 10


def broken_off(run_: Path) -> list[dict[str, Any]]:
    """The dialogues of a run, each up to the agent's first words."""
    found = []
    for row in RunFolder(run_).rows():
        messages = json.loads(encode(row))["messages"]
        spoken = next(n for n, each in enumerate(messages) if each["role"] == "assistant" and each["content"])
        found.append({"messages": messages[: spoken + 1], "metadata": json.loads(encode(row))["metadata"]})
    return found


def begun(given: Path, recipe_: Path, out: Path) -> subprocess.Popen[str]:
    command = [str(WRIT), "continue", str(given), "--recipe", str(recipe_), "--out", str(out)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, errors = process.communicate(timeout=300)
    return process.returncode, out + errors


def noted(journal: Path) -> list[str]:
    lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
    return [json.loads(line.partition(b" ")[2])["key"] for line in lines if line.endswith(b"\n")]


@pytest.mark.slow
def test_no_finished_turn_is_asked_for_twice_and_the_rows_are_those_of_an_undisturbed_session(tmp_path: Path) -> None:
    made, given, out = tmp_path / "run", tmp_path / "given.jsonl", tmp_path / "out.jsonl"
    assert run(recipe(tmp_path, "http://unused", engines={}, count=COUNT), made).returncode == 0
    given.write_text("".join(json.dumps(line) + "\n" for line in broken_off(made)))
    journal = tmp_path / ".out.jsonl.journal"

    with served(tmp_path, made, "--latency", "1,1") as slow:
        process = begun(given, recipe(tmp_path, slow.url), out)
        while process.poll() is None and len(noted(journal)) < 3:
            time.sleep(0.05)
        process.send_signal(signal.SIGSTOP)  # it stays where it is, however long the second one takes
        code, told = ended(begun(given, tmp_path / "served.yaml", out))
        process.kill()
        assert ended(process)[0] == -signal.SIGKILL
        assert code == 2 and "another `writ continue` is at work on it" in told
    finished = noted(journal)
    assert len(finished) >= 3 and not out.exists()

    with served(tmp_path, made) as server:
        code, told = ended(begun(given, recipe(tmp_path, server.url), out))
        assert code == 0 and f"goes on from {len(finished)} finished turns" in told, told
        asked = server.counts()
        assert set(asked.values()) == {1} and not journal.exists()
        whole = tmp_path / "whole.jsonl"
        assert ended(begun(given, tmp_path / "served.yaml", whole))[0] == 0
        again = server.counts()
    assert len(again) == len(asked) + len(finished), "a finished turn was asked for twice"
    assert out.read_bytes() == whole.read_bytes()
    assert len(out.read_bytes().splitlines()) == COUNT
