"""Settings of the MCP servers that tests run: the small one of `tests/servers`, and real ones that are installed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.mcp_settings import McpSettings

HERE = Path(__file__).resolve().parents[2]
SMALL = HERE / "tests" / "servers" / "small_server.py"
NOTES = {
    "N1": {"note_id": "N1", "topic": "milk", "done": False},
    "N2": {"note_id": "N2", "topic": "rent", "done": True},
    "N3": {"note_id": "N3", "topic": "bike", "done": False},
}


def small_command(mode: str = "sound", *more: str) -> list[str]:
    return [sys.executable, str(SMALL), mode, *more]


def small(folder: Path, mode: str = "sound", **settings: Any) -> McpSettings:
    """Settings of the small server in a mode, over three notes."""
    template = folder / "notes"
    template.mkdir(exist_ok=True)
    (template / "notes.json").write_text(json.dumps(NOTES))
    return McpSettings.model_validate(
        {
            "command": small_command(mode),
            "workdir_template": str(template),
            "reset": "workdir",
            "timeout": 20,
            "start_timeout": 60,
            **settings,
        }
    )


def sqlite_command() -> str:
    """The program mcp-server-sqlite, or a skip."""
    folders = [os.environ.get("WRIT_TEST_SERVERS"), str(HERE / ".venv" / "servers" / "bin")]
    found = shutil.which("mcp-server-sqlite", path=os.pathsep.join(folder for folder in folders if folder))
    if found is None:
        pytest.skip("mcp-server-sqlite is not installed; `make .venv/.servers` installs it")
    return found


def node_command(package: str) -> list[str]:
    """A server of npm, or a skip."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node on this machine")
    script = HERE / "tests" / "servers" / "node_modules" / "@modelcontextprotocol" / package / "dist" / "index.js"
    if not script.is_file():
        pytest.skip(f"{package} is not installed; `make .venv/.servers` installs it")
    return ["node", str(script)]
