"""HTTP services that tests run: the workshop of the examples (FastAPI over SQLite), and an odd one that misbehaves."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import yaml

from pipeline.live_process import free_port
from pipeline.openapi_settings import OpenApiSettings

HERE = Path(__file__).resolve().parents[2]
EXAMPLES = HERE / "examples" / "openapi"
WORKSHOP = EXAMPLES / "workshop.py"
ODD = HERE / "tests" / "servers" / "odd_service.py"
URL = "http://127.0.0.1:{port}"


def example(**changes: Any) -> dict[str, Any]:
    """The settings of the example's recipe, with the interpreter that runs the tests."""
    (domain,) = yaml.safe_load((EXAMPLES / "workshop.yaml").read_text())["domains"]
    command = [sys.executable, str(WORKSHOP), "--port", "{port}", "--database", "workshop.db"]
    found = {**domain["openapi"], "command": command, **changes}
    return {key: value for key, value in found.items() if value is not None}


def workshop(**changes: Any) -> OpenApiSettings:
    return OpenApiSettings.model_validate(example(**changes))


def odd(mode: str = "sound", **changes: Any) -> OpenApiSettings:
    """Settings of the odd service in a mode."""
    found = {
        "document": URL + "/openapi.json",
        "base_url": URL,
        "command": [sys.executable, str(ODD), "{port}", mode],
        "reset": {"path": "/reset"},
        "probes": [{"tool": "state"}],
        "exclude": ["state"],
        **changes,
    }
    return OpenApiSettings.model_validate({key: value for key, value in found.items() if value is not None})


@contextlib.contextmanager
def running(*command: str) -> Iterator[str]:
    """Runs a service whose command takes the port as `{port}`; yields its address."""
    url = URL.format(port=free_port())
    port = url.rpartition(":")[2]
    process = subprocess.Popen([part.replace("{port}", port) for part in command])
    try:
        while process.poll() is None:
            with contextlib.suppress(httpx2.HTTPError):
                httpx2.get(f"{url}/openapi.json", timeout=5, trust_env=False)
                break
            time.sleep(0.05)
        assert process.poll() is None, "the service does not start"
        yield url
    finally:
        process.terminate()
        process.wait(10)
