"""Servers that nobody here wrote, from the first call to kept rows: SQLite (PyPI), filesystem and memory (npm)."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.commands import run_recipe
from pipeline.errors import PARTIAL, WHOLE
from pipeline.live_domain import LiveDomain, close_domains, open_domain
from pipeline.run_folder import RunFolder
from pipeline.storage import read_json
from schemas.dialogue import Dialogue
from tests.pipeline.servers import HERE, node_command, small, sqlite_command

EXAMPLES = HERE / "examples" / "mcp"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    subprocess.run([sys.executable, str(EXAMPLES / "make_library.py"), str(folder / "data")], check=True)
    return folder


@pytest.fixture(autouse=True, scope="module")
def _no_servers_left() -> Iterator[None]:
    yield
    close_domains()


def example(data: Path, name: str, command: list[str], **changes: Any) -> Path:
    """An example's recipe over the module's data, with the server as it is installed here."""
    recipe = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text())
    recipe["domains"][0]["mcp"]["command"] = command
    recipe.update(changes)
    path = data / f"{name}.yaml"
    path.write_text(json.dumps(recipe))
    return path


def sqlite(data: Path, **changes: Any) -> Path:
    return example(data, "sqlite", [sqlite_command(), "--db-path", "library.db"], **changes)


def opened(path: Path) -> LiveDomain:
    from pipeline.recipe_file import load_recipe

    (domain,) = load_recipe(path).domains
    assert domain.mcp is not None
    return open_domain(domain.name, domain.mcp.at(path.parent))


def kept(path: Path, out: Path, count: int) -> RunFolder:
    assert run_recipe(path, None, count, None, out, None, "inline") == WHOLE
    return RunFolder(out)


def test_sqlite_answers_as_the_database_does(data: Path) -> None:
    live = opened(sqlite(data))
    assert not live.problems
    with sqlite3.connect(data / "data" / "sqlite" / "library.db") as database:
        database.row_factory = sqlite3.Row
        loan = dict(database.execute("SELECT * FROM loans WHERE status = 'open' LIMIT 1").fetchone())
        readers = database.execute("SELECT count(*) FROM readers").fetchone()[0]
    database.close()
    assert len(live.world.tables["get_reader"]) == readers == len(live.world.tables["find_reader"])
    id_ = loan["loan_id"]
    assert live.sandbox.call("get_loan", {"loan_id": id_}).value == loan
    fork = live.sandbox.fork()
    assert not fork.call("set_pickup_branch", {"loan_id": id_, "branch": "Station"}).error
    assert fork.call("get_loan", {"loan_id": id_}).value == {**loan, "branch": "Station"}
    assert fork.call("close_loan", {"loan_id": id_}).value == [{"affected_rows": 1}]
    twice = fork.call("close_loan", {"loan_id": id_})
    assert twice.error and twice.content == "Error: this loan has been returned already"
    other = live.sandbox.fork()
    other.call("close_loan", {"loan_id": id_})
    assert live.sandbox.digest() not in (fork.digest(), other.digest()) and live.sandbox.diff() == {}
    odd = live.sandbox.call("get_loan", {"loan_id": "'; DROP TABLE loans; --"})
    assert odd.error and odd.content == "Error: loan not found"


@pytest.mark.slow
def test_sqlite_gives_kept_rows_of_every_kind(data: Path, tmp_path: Path) -> None:
    folder = kept(sqlite(data), tmp_path / "run", 24)
    kinds = {row.kind for row in folder.rows()}
    assert {"read_heavy", "write_intensive", "must_refuse"} <= kinds
    assert max(row.burden for row in folder.rows() if row.kind == "read_heavy") >= 4
    dialogues = _dialogues(tmp_path / "run")
    assert dialogues and {r.proof.basis for d in dialogues for r in d.scenario.task.requests} == {"response-level"}


QUERIES = {
    "find_reader": "SELECT reader_id FROM readers WHERE card = :card",
    "get_reader": "SELECT * FROM readers WHERE reader_id = :reader_id",
    "list_loans": "SELECT loan_id FROM loans WHERE reader_id = :reader_id ORDER BY loan_id",
    "get_loan": "SELECT * FROM loans WHERE loan_id = :loan_id",
    "set_pickup_branch": "UPDATE loans SET branch = :branch WHERE loan_id = :loan_id AND status = 'open'",
    "close_loan": "UPDATE loans SET status = 'returned' WHERE loan_id = :loan_id AND status <> 'returned'",
}


@pytest.mark.slow
def test_kept_rows_are_what_the_database_says_without_any_server(data: Path, tmp_path: Path) -> None:
    """Replays every kept dialogue on SQLite itself: the answers are the recorded ones, the last state is the goal."""
    folder = kept(sqlite(data), tmp_path / "run", 15)
    source = data / "data" / "sqlite" / "library.db"
    writes = 0
    for row in folder.rows():
        database, goal = (sqlite3.connect(":memory:") for _ in range(2))
        for copy in (database, goal):
            with sqlite3.connect(source) as original:
                original.backup(copy)
            original.close()
            copy.row_factory = sqlite3.Row
        answers = iter([message for message in row.messages if message["role"] == "tool"])
        for message in row.messages:
            for call in message.get("tool_calls") or ():
                name, arguments = call["function"]["name"], call["function"]["arguments"]
                cursor = database.execute(QUERIES[name], arguments)
                recorded = next(answers)["content"]
                if name.startswith(("find", "get", "list")):
                    found = [dict(each) for each in cursor.fetchall()]
                    assert _said(name, recorded) == found, (row.id, name, arguments)
                else:
                    writes += cursor.rowcount
                    assert ("affected_rows" in recorded) == bool(cursor.rowcount), (row.id, name, arguments)
        for request in row.metadata["task"]["requests"]:
            if request["kind"] == "write":
                assert goal.execute(QUERIES[request["tool"]], request["arguments"]).rowcount == 1
        tables = "SELECT * FROM loans ORDER BY loan_id"
        assert [tuple(r) for r in database.execute(tables)] == [tuple(r) for r in goal.execute(tables)], row.id
        database.close(), goal.close()
    assert writes >= 10


def _said(name: str, recorded: str) -> list[Any]:
    """Returns the rows that an answer tells."""
    if recorded.startswith("Error: ") and recorded.endswith("not found"):
        return []  # a user's slip, say
    if name == "find_reader":
        return [{"reader_id": recorded}]
    value = json.loads(recorded)
    return list(value["loans"]) if name == "list_loans" else [value]


def _dialogues(out: Path) -> list[Dialogue]:
    from pipeline.storage import read_shard

    return [d for path in sorted((out / "stages").glob("3_*/*.parquet")) if "drops" not in path.name
            for d in read_shard(path, Dialogue)]  # fmt: skip


@pytest.mark.slow
def test_other_servers_and_another_record_give_the_same_rows(data: Path, tmp_path: Path) -> None:
    path = sqlite(data)
    first = kept(path, tmp_path / "one", 9)
    close_domains()
    second = kept(path, tmp_path / "two", 9)
    assert [row.id for row in first.rows()] == [row.id for row in second.rows()]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "package"), [("filesystem", "server-filesystem"), ("memory", "server-memory")])
def test_servers_written_for_node_give_kept_rows(data: Path, tmp_path: Path, name: str, package: str) -> None:
    more = ["."] if name == "filesystem" else []
    path = example(data, name, [*node_command(package), *more])
    shares = {"read_heavy": 0.5, "write_intensive": 0.5} if name == "filesystem" else {"write_intensive": 1.0}
    recipe = {**json.loads(path.read_text()), "tasks": shares}
    path.write_text(json.dumps(recipe))
    folder = kept(path, tmp_path / "run", 8)
    assert {row.kind for row in folder.rows()} == set(shares)
    assert all(row.num_tool_calls for row in folder.rows())


@pytest.mark.slow
def test_a_closed_domain_costs_its_share_not_the_run(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = small(tmp_path, "twins").model_dump(mode="json", exclude_unset=True)
    recipe = {
        "name": "mixed",
        "count": 6,
        "domains": [
            {"name": "retail", "share": 0.5, "world": {"size": 40, "seed": 1}},
            {"name": "notes", "share": 0.5, "mcp": broken},
        ],
        "tasks": {"write_intensive": 1.0},
    }
    path = tmp_path / "mixed.yaml"
    path.write_text(json.dumps(recipe))
    out = tmp_path / "run"
    assert run_recipe(path, None, None, None, out, None, "inline") == PARTIAL
    assert "domain notes is left out" in capsys.readouterr().err.replace("\n", " ")
    facts = read_json(out / "run.json")
    assert isinstance(facts, dict)
    assert "two tools are named 'get_note'" in next(w["closed"] for w in facts["worlds"] if w["domain"] == "notes")
    assert {row.domain for row in RunFolder(out).rows()} == {"retail"}
    lost = [drop for drop in facts["drops"] if drop["reason"] == "backend_error"]
    assert lost and lost[0]["count"] >= 1 and lost[0]["owner"] == "tool"
    assert run_recipe(path, None, None, None, out, None, "inline") == PARTIAL, "also when there is nothing left to do"
