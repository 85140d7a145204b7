import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.toy import files

WRIT = Path(sys.executable).with_name("writ")
RECIPE = """
name: small
seed: 5
count: 120
domains: [{name: retail, world: {size: 60, seed: 2}}]
grid: {burden: {2: 0.3, 3: 0.4, 4: 0.3}}
"""


@pytest.mark.slow
def test_rays_of_one_two_and_four_workers_give_the_same_bytes(tmp_path):
    """Real stages, each time on a Ray of its own, in a process with another salt for hashes."""
    (tmp_path / "small.yaml").write_text(RECIPE)
    found = {}
    for workers in ("1", "2", "4"):
        out = tmp_path / workers
        command = [str(WRIT), "run", "small.yaml", "--out", str(out), "--workers", workers]
        environment = {**os.environ, "PYTHONHASHSEED": str(len(found))}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
        found[workers] = files(out)
    assert len(found["1"]) > 10
    assert all(each == found["1"] for each in found.values())
