"""`writ doctor`: what stands in the way of a run is found before it, and each line says what to do."""

from __future__ import annotations

import io
import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.doctor import doctor
from pipeline.engines.checkup import template_findings, token_findings
from pipeline.engines.prefix_probe import Break, broken
from pipeline.engines.settings import VllmSettings
from pipeline.engines.vllm_flags import command_line, probe
from pipeline.recipe_file import load_recipe
from tests.pipeline.engines.vllm_servers import HERE, MODEL, PYTHON, needs_vllm, real

CALL = {"id": "c", "type": "function", "function": {"name": "find_loans_of_reader", "arguments": "{}"}}
ANSWERS: dict[str, Any] = {
    "calls": {"content": None, "tool_calls": [CALL]},
    "hides": {"content": '<call>{"name": "find_loans_of_reader"}</call>'},
    "talks": {"content": "Hello."},
}


class _Endpoint(BaseHTTPRequestHandler):
    """One model per way of answering a request with a tool."""

    def do_GET(self) -> None:
        self._send({"data": [{"id": name} for name in ANSWERS]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/tokenize":
            self._send({}, 404)
        else:
            self._send({"choices": [{"message": ANSWERS[asked["model"]]}]})

    def _send(self, found: Any, status: int = 200) -> None:
        body = json.dumps(found).encode()
        self.send_response(status if self.headers.get("Authorization") != "Bearer wrong" else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def _recipe(folder: Path, engine: dict[str, Any]) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(json.dumps({"name": "x", "domains": [{"name": "retail"}], "engines": {"agent": engine}}))
    return path


def _looked(path: Path | None, dry: bool = False) -> tuple[int, str]:
    told = io.StringIO()
    code = doctor(path, dry, Console(file=told, width=500))
    return code, told.getvalue()


def test_a_machine_without_a_recipe() -> None:
    code, told = _looked(None, dry=True)
    assert code == 0 and told.startswith("ok   versions: Python 3.") and "cores" in told and "GPUs" in told


def test_ray_is_started_and_stopped() -> None:
    code, told = _looked(None)
    assert code == 0 and "ok   Ray: starts and stops" in told


@pytest.mark.parametrize(
    ("model", "code", "said"),
    [
        ("calls", 0, "ok   agent: tools: a call came back as one"),
        ("hides", 1, "BAD  agent: tools: a call came back as text: the tool parser does not read"),
        ("talks", 0, "note agent: tools: the model made no call"),
        ("other", 1, "BAD  agent: {url} serves calls, hides, talks, not other; mend model"),
    ],
)
def test_endpoints(tmp_path: Path, endpoint: str, model: str, code: int, said: str) -> None:
    found, told = _looked(_recipe(tmp_path, {"http": {"base_url": endpoint, "model": model}}))
    assert found == code and said.replace("{url}", endpoint) in told
    assert ("note agent: prefixes: the endpoint does not tell tokens" in told) == (model != "other")
    assert told.rstrip().endswith("1 in the way of a run" if code else "nothing in the way of a run")


def test_keys(tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _recipe(tmp_path, {"http": {"base_url": endpoint, "model": "calls", "api_key_env": "DOCTOR_KEY"}})
    monkeypatch.delenv("DOCTOR_KEY", raising=False)
    code, told = _looked(path, dry=True)
    assert code == 1 and "export DOCTOR_KEY=" in told
    monkeypatch.setenv("DOCTOR_KEY", "wrong")
    code, told = _looked(path)
    assert code == 1 and "refuses the key (status 401); see to api_key_env" in told and "wrong" not in told


def test_nobody_is_asked_in_a_dry_run(tmp_path: Path) -> None:
    path = _recipe(tmp_path, {"http": {"base_url": "http://127.0.0.1:1/v1", "model": "m"}})
    code, told = _looked(path, dry=True)
    assert code == 0 and "is not asked (--dry-run)" in told
    code, told = _looked(path)
    assert code == 1 and "cannot be reached" in told


def test_a_recipe_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("name: x\nengins: {}\n")
    done = CliRunner().invoke(app, ["doctor", str(path), "--dry-run"])
    assert done.exit_code == 2
    assert CliRunner().invoke(app, ["doctor", "recipes/quickstart.yaml", "--dry-run"]).exit_code == 0


def test_the_gpu_recipe_is_sound() -> None:
    code, told = _looked(HERE / "recipes" / "vllm.yaml", dry=True)
    assert code == 0, told
    assert "agent" in told and "user" in told


def test_more_servers_than_gpus_are_told(tmp_path: Path) -> None:
    _, told = _looked(_recipe(tmp_path, {"vllm": {"model": "m", "replicas": 1024}}), dry=True)
    assert "note GPUs: this recipe's servers need 1024 in all, here are" in told and "same engine" in told
    _, told = _looked(_recipe(tmp_path, {"vllm": {"model": "m", "gpus": 0}}), dry=True)
    assert "note GPUs" not in told


@pytest.mark.slow
@pytest.mark.vllm
def test_the_gpu_recipe_has_no_flag_that_vllm_lacks() -> None:
    needs_vllm()
    roles = load_recipe(HERE / "recipes" / "vllm.yaml").engines.served
    flags = probe(real())
    for settings in roles.values():
        command = command_line(settings, flags, "0.0.0.0", 8000)
        assert "--max-model-len" in command
    parser = roles["agent"].args["tool_call_parser"]
    assert parser in flags.choices["tool-call-parser"]


@pytest.mark.parametrize(
    ("prompts", "found"),
    [
        ([[1, 2], [1, 2, 3], [1, 2, 3, 4, 5]], None),
        ([[1, 2], [1, 2, 3, 4], [1, 2, 9, 4, 5]], Break(2, 0.5)),
        ([[1, 2, 3, 4], [1, 2, 3]], Break(1, 0.75)),
    ],
)
def test_breaks_of_prefixes(prompts: list[list[int]], found: Break | None) -> None:
    assert broken(prompts) == found


def test_a_template_that_leaves_tools_out() -> None:
    (finding,) = token_findings("agent", [[1, 2], [1, 2, 3], [1, 2, 3, 4], [1, 2]])
    assert finding.state == "bad" and "leaves tools out" in finding.text


@pytest.mark.slow
@pytest.mark.vllm
@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        (("", ""), "ok", "each turn is the beginning of the next"),
        (("{%- if tools -%}", "{%- if false -%}"), "bad", "leaves tools out"),
        # As templates do that keep the reasoning of the last turn alone.
        (
            ("<|im_start|>' + message.role", "<|im_start|>' + ('' if loop.last else 'past ') + message.role"),
            "note",
            "turn",
        ),
    ],
)
def test_templates_are_rendered_by_the_servers_own_interpreter(
    tmp_path: Path, change: tuple[str, str], state: str, said: str
) -> None:
    needs_vllm()
    model = tmp_path / "model"
    shutil.copytree(MODEL, model)
    template = model / "chat_template.jinja"
    text = template.read_text()
    assert change[0] in text
    template.write_text(text.replace(*change))
    settings = VllmSettings.model_validate({"model": str(model), "python": str(PYTHON), "gpus": 0})
    (finding,) = template_findings("agent", settings, offline=True)
    assert finding.state == state and said in finding.text, finding


@pytest.mark.slow
@pytest.mark.vllm
def test_a_model_that_is_not_here_is_told(tmp_path: Path) -> None:
    settings = real(model=str(tmp_path / "nothing"))
    (finding,) = template_findings("agent", settings, offline=True)
    assert finding.state == "note" and "is not here" in finding.text


@pytest.mark.slow
@pytest.mark.vllm
def test_the_cpu_recipe_is_looked_at_with_a_server_of_its_own() -> None:
    needs_vllm()
    code, told = _looked(HERE / "recipes" / "vllm_cpu.yaml")
    assert code == 0, told
    assert "knows all flags" in told and "a server starts; room for 2097152 tokens" in told and "serves tiny" in told
    assert told.count("each turn is the beginning of the next") == 2, "by its template, and by its server"
    assert "ok   user: the same as agent" in told
