"""Settings of the vLLM that tests ask: the real one on the CPU with its tiny model, and one that stands in for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.engines.settings import Engines, VllmSettings

HERE = Path(__file__).resolve().parents[3]
PYTHON = HERE / ".venv" / "vllm" / "bin" / "python"
MODEL = HERE / ".venv" / "vllm" / "tiny"
ARGS = {
    "max_model_len": 16384,
    "enforce_eager": True,
    "tool_call_parser": "hermes",
    "structured_outputs_config": {"backend": "xgrammar", "disable_any_whitespace": True},
}


def needs_vllm() -> None:
    """Skips a test where vLLM could not be installed."""
    if not (PYTHON.exists() and (MODEL / "config.json").exists()):
        pytest.skip("vLLM for the CPU is not installed; `make .venv/.vllm` installs it (CPython 3.11, Linux x86_64)")


def real(**changes: Any) -> VllmSettings:
    """Returns settings of the real one, or skips."""
    needs_vllm()
    found = {
        "model": str(MODEL), "python": str(PYTHON), "gpus": 0, "args": ARGS, "start_timeout": 300,
        "env": {"VLLM_CPU_KVCACHE_SPACE": "1"}, **changes,
    }  # fmt: skip
    return VllmSettings.model_validate(found)


def stand_in(model: str = "model", **changes: Any) -> VllmSettings:
    """Returns settings of the one that stands in."""
    python = HERE / "tests" / "servers" / "stand_in_vllm.py"
    found = {"model": model, "python": str(python), "gpus": 0, "start_timeout": 60, **changes}
    return VllmSettings.model_validate(found)


def engines_with(settings: VllmSettings) -> Engines:
    """Returns engines whose agent and user are one model."""
    vllm = settings.model_dump(mode="json")
    return Engines.model_validate({"agent": {"vllm": vllm}, "user": {"vllm": vllm}})


def processes(mark: str) -> list[int]:
    """Returns the processes that have a text in their command line or environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                seen = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if mark.encode() in seen:
                found.append(int(entry.name))
    return found
