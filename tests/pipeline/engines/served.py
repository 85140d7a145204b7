"""Real scripted servers for tests: each a process of its own, on a free port, gone when the test ends."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WRIT = Path(sys.executable).with_name("writ")
RECIPE = {
    "name": "served",
    "seed": 5,
    "count": 12,
    "domains": [{"name": "retail", "world": {"size": 60, "seed": 2}}],
    "tasks": {"write_intensive": 0.5, "information": 0.5},
    "grid": {"decisions": {"1": 1.0}, "burden": {"2": 0.5, "3": 0.5}},
    "behaviors": {
        "disclosure": {"all_at_once": 1.0},
        "register": {"neutral": 1.0},
        "traits": {},
    },
    "behaviors_per_task": 1,
    "patience": 1,
}


def recipe(folder: Path, *urls: str, http: dict | None = None, **more: object) -> Path:
    """Writes a recipe both of whose roles are spoken for by servers."""
    engine = {"http": {"base_url": list(urls), "model": "scripted", **(http or {})}}
    path = folder / "served.yaml"
    path.write_text(json.dumps({**RECIPE, "engines": {"agent": engine, "user": engine}, **more}))
    return path


@dataclass
class Served:
    """A server."""

    process: subprocess.Popen
    url: str

    def counts(self) -> dict[tuple[str, int], int]:
        """How often each request was answered."""
        with urllib.request.urlopen(self.url.removesuffix("/v1") + "/served", timeout=30) as answer:
            return {(session, turn): count for session, turn, count in json.load(answer)}

    def kill(self) -> None:
        """Ends it as a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=30)


@contextlib.contextmanager
def served(folder: Path, out: Path, *options: str, port: int = 0, **environment: str) -> Iterator[Served]:
    """Starts a scripted server for the run in `out`."""
    path = folder / "worlds.yaml"
    path.write_text(json.dumps(RECIPE))
    command = [str(WRIT), "serve-scripted", str(path), "--out", str(out), "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    try:
        line = process.stdout.readline()
        assert "serving" in line, line
        yield Served(process, line.split()[-1])
    finally:
        process.kill()
        process.wait(timeout=30)
        process.stdout.close()


def run(path: Path, out: Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    """Runs `writ run` to its end."""
    command = [str(WRIT), "run", str(path), "--out", str(out), "--executor", "inline", *options]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300)
