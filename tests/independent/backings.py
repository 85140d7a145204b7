"""Living servers for the second program, spoken to in plain JSON over pipes and HTTP; nothing of the first is used.

A backing is a server of its own on a fresh copy of the recipe's data: `call` makes one call of the domain, `state` says
what stands in the backing store (files, and of databases their rows; or what the probes answer).
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SECONDS = 60.0
SLOT = re.compile(r"\{(\w+)(?::(sql|json))?\}")
NO_WORDS = "done"
"""What a row has for an answer without a body."""
Said = tuple[bool, Any]
"""Whether it is an error, and what is answered."""


class Backing:
    """A server process on its own copy of the data."""

    def __init__(self, settings: Mapping[str, Any], base: Path) -> None:
        self.settings = settings
        self.base = base.resolve()
        self.folder = Path(tempfile.mkdtemp(prefix="rederive-"))
        template = settings.get("workdir_template")
        if template:
            shutil.copytree(self.base / template, self.folder, dirs_exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        words = [self._filled(word) for word in settings.get("command") or ()]
        words = [sys.executable if word == "python" else word for word in words]
        self.process = subprocess.Popen(
            words, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def _filled(self, text: str) -> str:
        for name, value in (("recipe", str(self.base)), ("folder", str(self.folder)), ("port", self.port)):
            text = text.replace(f"{{{name}}}", value)
        return text

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Said:
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Returns what stands in the working folder, by file."""
        return {str(path.relative_to(self.folder)): _content(path) for path in sorted(_files(self.folder))}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))


def _content(path: Path) -> Any:
    data = path.read_bytes()
    if data[:15] != b"SQLite format 3":
        return data
    with sqlite3.connect(path) as database:
        return list(database.iterdump())


class McpBacking(Backing):
    """An MCP server over pipes: one JSON object a line."""

    def __init__(self, settings: Mapping[str, Any], base: Path) -> None:
        super().__init__(settings, base)
        self._number = 0
        self._templates = {template["name"]: template for template in settings.get("templates") or ()}
        client = {"name": "rederive", "version": "0"}
        self._ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def _send(self, message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        assert self.process.stdout is not None
        for line in self.process.stdout:
            answer = json.loads(line) if line.strip() else {}
            if answer.get("id") == self._number and "method" not in answer:
                return answer.get("result") or {"isError": True, "content": [{"type": "text", "text": "failed"}]}
        raise RuntimeError(f"{self.settings['command'][0]} ended without an answer to {method}")

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Said:
        template = self._templates.get(tool)
        name, given = (
            (template["tool"], _filled_in(template["arguments"], arguments)) if template else (tool, arguments)
        )
        result = self._ask("tools/call", {"name": name, "arguments": given})
        text = "\n".join(block["text"] for block in result.get("content", ()) if block.get("type") == "text")
        if result.get("isError"):
            return True, text.removeprefix("Error: ")
        shown = result.get("structuredContent")
        if template is None:
            return False, text if shown is None else shown
        reading = template["answer"]
        if reading.get("error") and re.search(reading["error"], text, re.DOTALL):
            return True, reading.get("error_says") or text.removeprefix("Error: ")
        for key in reading.get("path") or ():
            shown = (shown if isinstance(shown, dict) else {})[key]
        return _shaped(_read(text if shown is None else shown, reading), reading)


def _filled_in(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {name: _filled_in(each, values) for name, each in template.items()}
    if not isinstance(template, str):
        return template
    whole = SLOT.fullmatch(template)
    if whole and not whole[2]:
        return values[whole[1]]
    return SLOT.sub(lambda slot: _quoted(values[slot[1]], slot[2]), template)


def _quoted(value: Any, form: str | None) -> str:
    if form == "sql":
        return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
    return value if isinstance(value, str) and form is None else json.dumps(value)


def _read(value: Any, reading: Mapping[str, Any]) -> Any:
    how = reading.get("parse", "auto")
    if not isinstance(value, str) or how == "text":
        return value
    if how == "lines":
        found = (re.search(reading["line"], line) for line in value.splitlines())
        return [match.groupdict() for match in found if match]
    if how == "python":
        return ast.literal_eval(value)
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def _shaped(value: Any, reading: Mapping[str, Any]) -> Said:
    shape = reading.get("shape", "whole")
    if shape == "rows":
        return False, {reading.get("rows", "rows"): value}
    if shape in ("row", "value") and not value:
        return True, reading.get("missing", "not found")
    if shape == "row":
        return False, value[0]
    return False, next(iter(value[0].values())) if shape == "value" else value


class HttpBacking(Backing):
    """An HTTP service with an OpenAPI document."""

    def __init__(self, settings: Mapping[str, Any], base: Path) -> None:
        super().__init__(settings, base)
        self._url = self._filled(settings["base_url"])
        document = self._filled(settings["document"])
        until = time.monotonic() + SECONDS
        while True:
            try:
                data = _fetched(document)[1] if "://" in document else (self.base / document).read_text()
                break
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.05)
        self._operations: dict[str, tuple[str, str, dict[str, str]]] = {}
        for path, item in json.loads(data)["paths"].items():
            for method, operation in item.items():
                if isinstance(operation, dict) and "operationId" in operation:
                    given = [*item.get("parameters", ()), *operation.get("parameters", ())]
                    places = {each["name"]: each["in"] for each in given}
                    self._operations[operation["operationId"]] = method.upper(), path, places

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Said:
        method, path, places = self._operations[tool]
        query, body = {}, {}
        for name, value in arguments.items():
            place = places.get(name, "body")
            if place == "path":
                path = path.replace(f"{{{name}}}", urllib.parse.quote(str(value), safe=""))
            elif place == "query":
                query[name] = value
            else:
                body[name] = value
        url = self._url + path + (f"?{urllib.parse.urlencode(query, doseq=True)}" if query else "")
        status, text = _fetched(url, method, body)
        return status >= 400, json.loads(text) if text else NO_WORDS

    def state(self) -> dict[str, Any]:
        """Returns what the probes answer."""
        probes = self.settings.get("probes") or ()
        return {str(n): self.call(probe["tool"], probe.get("arguments", {})) for n, probe in enumerate(probes)}


def _fetched(url: str, method: str = "GET", body: Mapping[str, Any] | None = None) -> tuple[int, str]:
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
