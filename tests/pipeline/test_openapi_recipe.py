"""HTTP services in recipes: mistakes have a line, `writ check` shows them, and runs keep rows that replay."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.commands import preview_recipe, run_recipe
from pipeline.domain_commands import check_domain
from pipeline.errors import PARTIAL, WHOLE, RecipeError
from pipeline.live_domain import close_domains
from pipeline.live_source import LiveSource
from pipeline.recipe_file import load_recipe
from pipeline.run_folder import RunFolder
from pipeline.storage import read_json
from tests.independent import rederive
from tests.pipeline.services import EXAMPLES, WORKSHOP, example, odd, running

HEAD = "name: mine\ncount: 10\ndomains:\n  - name: desk\n    openapi:\n"
DOCUMENT = "      document: desk.yaml\n"
URL = "      base_url: http://127.0.0.1:8080\n"


@pytest.fixture(scope="module", autouse=True)
def _nothing_left() -> Iterator[None]:
    yield
    close_domains()


def written(folder: Path, **changes: Any) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "mine.yaml"
    path.write_text(json.dumps({"name": "mine", "count": 12, **changes}))
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (URL, ":5: domains.0.openapi.document: is missing; add it"),
        (DOCUMENT, ":5: domains.0.openapi.base_url: is missing; add it"),
        (DOCUMENT + URL + "      probe: []\n", ":8: domains.0.openapi.probe: unknown key; did you mean `probes`?"),
        (DOCUMENT + URL + "      reset: {pth: /reset}\n", "openapi.reset.pth: unknown key; did you mean `path`?"),
        (DOCUMENT + URL + "      reset: {method: POST}\n", "openapi.reset: give the path of a request, or a command"),
        (DOCUMENT + URL + "      reset: {path: reset}\n", "path: 'reset' must begin with /"),
        (DOCUMENT + URL + "      effects: {getDesk: reads}\n", "did you mean `read`?"),
        (DOCUMENT + URL + "      headers: {X-Api-Key: abc}\n", "looks like a secret; name a variable in headers_from"),
        (DOCUMENT + URL + "      processes: 2\n", "a service that runs already is one; give a command"),
        (DOCUMENT + URL + "      command: [desk]\n", "write base_url: http://127.0.0.1:{port}"),
        (DOCUMENT + "      base_url: http://{port}\n", "{port} is that of a service started here"),
        (DOCUMENT + "      base_url: ftp://desk\n", "is no http:// or https:// URL"),
        (DOCUMENT + "      base_url: http://me:pass@desk\n", "a URL with a password would be stored"),
        (DOCUMENT + URL + "    world: {size: 3}\n", "a live server's world is its own data"),
        (DOCUMENT + URL + "    mcp: {command: [x], probes: [{tool: a}]}\n", "a domain is one server; give mcp or"),
    ],
)  # fmt: skip
def test_mistakes_have_a_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + text)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert words in str(caught.value)


def test_the_example_is_sound() -> None:
    (domain,) = load_recipe(EXAMPLES / "workshop.yaml").domains
    assert domain.openapi is not None
    there = domain.openapi.at(EXAMPLES)
    assert str(WORKSHOP) in there.command and there.meaning() == domain.openapi.meaning()


def test_another_document_makes_another_domain(tmp_path: Path) -> None:
    document = {"openapi": "3.1.0", "paths": {"/notes": {"get": {"operationId": "notes", "summary": "All notes."}}}}
    keys = []
    for summary in ("All notes.", "All notes.", "Every note."):
        document["paths"]["/notes"]["get"]["summary"] = summary  # type: ignore[index]
        (tmp_path / "notes.json").write_text(json.dumps(document))
        settings = odd(document=str(tmp_path / "notes.json"), probes=[], exclude=[])
        source = LiveSource(domain="notes", settings=settings, meaning=settings.meaning()).found()
        assert not source.closed
        keys.append(source.key)
        close_domains()
    assert keys[0] == keys[1] != keys[2]


def test_check_prints_tools_effects_and_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, domains=[{"name": "workshop", "openapi": example(effects={"cancel_repair": "generic"})}])
    assert check_domain(str(path), None) == WHOLE
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["find_customer_by_phone", "read", "method", "60"] in lines
    assert ["set_repair_shop", "write", "method", "-"] in lines
    assert ["cancel_repair", "generic", "declared"] in [line[:3] for line in lines]
    assert lines[-3][:6] == ["tasks", "that", "write:", "1", "of", "1"] and lines[-1][1:3] == ["0", "problems"]
    broken = odd("dangling").model_dump(mode="json", exclude_unset=True)
    assert check_domain(str(written(tmp_path, domains=[{"name": "notes", "openapi": broken}])), None) == PARTIAL
    assert "#/components/schemas/Note" in capsys.readouterr().out.replace("\n", "")


@pytest.mark.slow
def test_check_says_what_keeps_tasks_from_being_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No seeds, so that nothing can be asked; no read on the way to repairs; nobody who would ask."""
    alone = {"types": None, "principal": None}
    silent = written(tmp_path, domains=[{"name": "workshop", "openapi": example(seeds=[], **alone)}])
    assert check_domain(str(silent), None) == PARTIAL
    said = capsys.readouterr().out
    assert "workshop: no read can be asked, as each wants a value (find_customer_by_phone(phone), " in said
    assert "workshop: workshop" not in said and "add openapi.seeds" in said

    hidden = [*example()["exclude"], "get_customer"]
    short = written(tmp_path, domains=[{"name": "workshop", "openapi": example(exclude=hidden, **alone)}])
    assert check_domain(str(short), None) == WHOLE
    said = capsys.readouterr().out
    assert "workshop: get_repair was never asked: no answer and no seed gives its repair_id; " in said

    wrong = {"principal": None, "types": {"get_customer": {"return.jobs.*": "repair_id"}}}
    nobody = written(tmp_path, domains=[{"name": "workshop", "openapi": example(**wrong)}])
    assert check_domain(str(nobody), None) == WHOLE
    said = capsys.readouterr().out
    assert "openapi.types.get_customer: there is no return.jobs.*; there are customer_id, return.customer_id, " in said
    assert "cancel_repair: repair_id: " in said and "what users know (principal)" in said

    facts = {**example()["principal"], "facts": {"phone": "telephone"}}
    unknown = written(tmp_path / "a", domains=[{"name": "workshop", "openapi": example(principal=facts)}])
    assert check_domain(str(unknown), None) == PARTIAL
    said = capsys.readouterr().out
    assert "openapi.principal.facts: what get_customer answers about C" in said
    assert "has no 'telephone'; it has " in said

    assert preview_recipe(nobody, None, None) == PARTIAL
    told = capsys.readouterr()
    assert not told.out and "workshop/" in told.err and "see `writ check`" in told.err


def test_a_policy_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, domains=[{"name": "workshop", "openapi": example(policy="polcy.md")}])
    with pytest.raises(RecipeError, match=r"openapi\.policy: .*polcy\.md: cannot be read as text"):
        check_domain(str(path), None)


@pytest.mark.slow
def test_kept_rows_replay_on_the_service_itself(tmp_path: Path) -> None:
    """Every call of every kept row is made again over plain HTTP, and answers what the row says."""
    import httpx2

    path = written(tmp_path, domains=[{"name": "workshop", "openapi": example()}], seed=7)
    out = tmp_path / "run"
    assert run_recipe(path, None, 24, None, out, None, "inline") == WHOLE
    rows = list(RunFolder(out).rows())
    assert len(rows) == 24 and {"read_heavy", "write_intensive", "must_refuse"} <= {row.kind for row in rows}
    assert max(row.burden for row in rows) >= 5
    calls = 0
    with (
        running(sys.executable, str(WORKSHOP), "--port", "{port}") as url,
        httpx2.Client(base_url=url, trust_env=False) as client,
    ):
        for row in rows:
            client.post("/reset")
            asked: dict[str, tuple[str, dict[str, Any]]] = {}
            for message in row.messages:
                for call in message.get("tool_calls") or ():
                    asked[call["id"]] = call["function"]["name"], call["function"]["arguments"]
                if message["role"] == "tool":
                    answer = _made(client, *asked[message["tool_call_id"]])
                    assert message["content"] == answer
                    calls += 1
    assert calls > 100
    assert rederive.main([str(out), "--recipe", str(path), "--sample", "8"]) == 0


def _made(client: Any, tool: str, arguments: dict[str, Any]) -> str:
    id_ = next(iter(arguments.values()))
    requests = {
        "find_customer_by_phone": ("GET", f"/customers/by-phone/{id_}", None),
        "get_customer": ("GET", f"/customers/{id_}", None),
        "get_repair": ("GET", f"/repairs/{id_}", None),
        "cancel_repair": ("DELETE", f"/repairs/{id_}", None),
        "set_repair_shop": ("PUT", f"/repairs/{id_}/shop", {"shop": arguments.get("shop")}),
    }
    method, path, body = requests[tool]
    response = client.request(method, path, json=body)
    if response.status_code >= 400:
        return f"Error: {response.json()['detail']}"
    return response.text if response.status_code == 200 else "done"


@pytest.mark.slow
def test_another_start_gives_the_same_rows(tmp_path: Path) -> None:
    path = written(tmp_path, domains=[{"name": "workshop", "openapi": example()}])
    ids = []
    for name in ("one", "two"):
        assert run_recipe(path, None, 6, None, tmp_path / name, None, "inline") == WHOLE
        ids.append([row.id for row in RunFolder(tmp_path / name).rows()])
        close_domains()
    assert ids[0] == ids[1]


@pytest.mark.slow
def test_a_closed_service_costs_its_share_not_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = odd("dangling").model_dump(mode="json", exclude_unset=True)
    path = written(
        tmp_path,
        domains=[
            {"name": "workshop", "share": 0.5, "openapi": example()},
            {"name": "notes", "share": 0.5, "openapi": broken},
        ],
        tasks={"write_intensive": 1.0},
    )
    out = tmp_path / "run"
    assert run_recipe(path, None, 6, None, out, None, "inline") == PARTIAL
    assert "domain notes is left out" in capsys.readouterr().err.replace("\n", " ")
    facts = read_json(out / "run.json")
    assert isinstance(facts, dict)
    assert "#/components/schemas/Note" in next(w["closed"] for w in facts["worlds"] if w["domain"] == "notes")
    assert {row.domain for row in RunFolder(out).rows()} == {"workshop"}
    lost = [drop for drop in facts["drops"] if drop["reason"] == "backend_error"]
    assert lost and lost[0]["count"] >= 1
