"""Ten kills at random moments: the driver, workers, orchestrators, a machine of the cluster, everything at once."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks.soak import VICTIMS
from pipeline.house import HOME

KILLS = 10


@pytest.mark.slow
def test_ten_kills_change_no_byte_and_no_finished_turn_is_asked_for_twice(tmp_path):
    # In a process of its own, because it kills what is below it. It compares as it goes.
    seed, log = int.from_bytes(os.urandom(4), "big"), tmp_path / "log"
    command = [sys.executable, "-m", "benchmarks.soak", "--kills", str(KILLS), "--seed", str(seed), "--log", str(log)]
    options = ["--longest", "1", "--count", "24", "--kinds", "engine"]
    done = subprocess.run([*command, *options], cwd=HOME, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, f"seed {seed}:\n{done.stderr}"
    told = [json.loads(line) for line in log.read_text().splitlines()]
    assert {line["victim"] for line in told if "victim" in line} <= set(VICTIMS)
    assert sum("victim" in line for line in told) == KILLS
    assert told[-1]["ended"] == "whole"
