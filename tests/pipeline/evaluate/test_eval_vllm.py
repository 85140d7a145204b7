"""`writ eval` with a model that it serves itself: a real vLLM on the CPU, whose random weights pass no task."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.storage import read_shard
from schemas.verdict import Drop
from tests.pipeline.engines.vllm_servers import HERE, processes, real
from tests.pipeline.evaluate.test_eval import evaluated

pytestmark = [pytest.mark.slow, pytest.mark.vllm]


def test_a_model_that_is_served_for_it_alone(tmp_path: Path) -> None:
    mark = f"WRIT_MARK={tmp_path}"
    settings = real(env={"VLLM_CPU_KVCACHE_SPACE": "1", "WRIT_MARK": str(tmp_path)}).model_dump(mode="json")
    engine = tmp_path / "engine.yaml"
    engine.write_text(json.dumps({"vllm": settings, "guided": True, "sampling": {"max_tokens": 200}}))
    command = [sys.executable, "-m", "pipeline.cli", "run", "recipes/quickstart.yaml", "-n", "4", "--workers", "1"]
    made = subprocess.run([*command, "--out", str(tmp_path / "run")], cwd=HERE, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr

    done = evaluated(engine, tmp_path / "run", "-k", 1, "-n", 2, "--concurrency", 2, "--out", tmp_path / "eval")
    assert done.returncode == 0, done.stderr
    assert not processes(mark), "its server is gone"
    result = json.loads((tmp_path / "eval" / "result.json").read_text())
    assert result["tasks"] == 2 and result["pass"] == [0.0] and len(result["tries"]) == 2
    drops = read_shard(tmp_path / "eval" / "failed.parquet", Drop)
    assert len(drops) == 2 and all(drop.reason and drop.owner == "agent" for drop in drops)
