"""An endpoint that nobody is at: told by the process that asks it, written by the driver."""

import os
import subprocess

import pytest

from pipeline.observe.log import read_events
from pipeline.observe.state import read_state
from tests.pipeline.engines.served import WRIT, recipe, run, served


@pytest.mark.slow
def test_a_dead_endpoint_beside_a_good_one_is_in_log_state_and_status(tmp_path):
    out, dead = tmp_path / "out", "http://127.0.0.1:9/v1"
    with served(tmp_path, out) as server:
        path = recipe(tmp_path, server.url, dead)
        done = run(path, out, "--executor", "ray", "--workers", "1")
        assert done.returncode in (0, 1), done.stderr
        asked = sum(server.counts().values())
    told = [each for each in read_events(out / "events") if each.event == "engine.failing"]
    assert told and {each.about for each in told} == {f"{dead} (scripted)"}
    state = read_state(out)
    assert state.endpoints[f"{dead} (scripted)"].failing
    assert sum(spent.requests for spent in state.spent.values()) == asked
    shown = subprocess.run(
        [WRIT, "status", out], capture_output=True, text=True, timeout=120, env={**os.environ, "COLUMNS": "80"}
    ).stdout
    assert f"{dead} (scripted): does not answer (in trouble {len(told)} times; nobody is there)" in shown
    agent = state.spent["agent"]
    row = next(line.split() for line in shown.splitlines() if line.startswith("agent "))
    assert row[1] == f"{agent.requests:,}" and row[3] == f"{agent.prompt_tokens:,}"
    assert "…" not in shown
