"""One recipe over five domains: two that come with WRIT, two real servers, and one that `writ init` made."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.commands import run_recipe
from pipeline.errors import WHOLE
from pipeline.live_domain import close_domains
from pipeline.scaffold import init_domain
from tests.independent import rederive
from tests.independent.live import LiveChecker
from tests.pipeline.servers import HERE, node_command, sqlite_command

EXAMPLES = HERE / "examples" / "mcp"
COUNT = 100


@pytest.fixture(autouse=True, scope="module")
def _no_servers_left() -> Iterator[None]:
    yield
    close_domains()


def mix() -> Any:
    spec = spec_from_file_location("mix", EXAMPLES / "mix.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told_wrongly_is_found(recipe: dict[str, Any], folder: Path) -> None:
    """An answer that the server does not give, a write that the row does not have, one that it has too much."""
    rows = list(rederive.rows_of(folder / "out"))
    for entry in recipe["domains"][2:4]:
        checker = LiveChecker(entry, folder)
        own = [row for row in rows if row["metadata"]["world"]["domain"] == entry["name"]]
        row = next(row for row in own if row["metadata"]["task"]["num_writes"])
        assert checker.check(row) == []
        other = copy.deepcopy(row)
        answer = next(m for m in other["messages"] if m["role"] == "tool" and "{" in m["content"])
        answer["content"] = answer["content"].replace("L1", "L9")
        assert any(what.startswith("replay") for what in checker.check(other))
        undone = copy.deepcopy(row)
        undone["metadata"]["task"]["requests"] = []
        assert any("not as the gold writes leave it" in what for what in checker.check(undone))
        lacking = copy.deepcopy(row)
        request = next(each for each in row["metadata"]["task"]["requests"] if each["kind"] == "write")
        lacking["messages"] = [m for m in row["messages"] if not _calls(m, request["tool"])]
        assert any("not as the gold writes leave it" in what for what in checker.check(lacking))


def _calls(message: dict[str, Any], tool: str) -> bool:
    return any(call["function"]["name"] == tool for call in message.get("tool_calls") or ())


def test_each_domain_has_its_share(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(EXAMPLES / "make_library.py"), str(tmp_path / "data")], check=True)
    init_domain(tmp_path / "my_domain")
    example = mix()
    recipe = example.mixed(tmp_path / "my_domain", tmp_path)
    library, archive = recipe["domains"][2:4]
    library["mcp"]["command"] = [sqlite_command(), "--db-path", "library.db"]
    archive["mcp"]["command"] = [*node_command("server-filesystem"), "."]
    path = tmp_path / "mixed.yaml"
    path.write_text(json.dumps(recipe))
    assert run_recipe(path, None, COUNT, None, tmp_path / "out", None, "inline") == WHOLE

    files = sorted((tmp_path / "out" / "dataset" / "data").glob("*.parquet"))
    rows = [row for file in files for row in pq.read_table(file, columns=["domain", "metadata"]).to_pylist()]
    found = Counter(row["domain"] for row in rows)
    names = ["retail", "airline", "library", "archive", "my_domain"]
    wanted = dict(zip(names, example.SHARES.values(), strict=True))
    assert found.keys() == wanted.keys()
    assert all(abs(found[name] / COUNT - share) <= 0.02 for name, share in wanted.items()), found

    basis: dict[str, set[str]] = {name: set() for name in names}
    for row in rows:
        metadata = json.loads(row["metadata"])
        basis[row["domain"]].update(request["proof"]["basis"] for request in metadata["task"]["requests"])
        passed = {verdict["check"] for verdict in metadata["verdicts"] if verdict["passed"]}
        assert {"replay", "outcome"} <= passed
    assert basis["library"] == basis["archive"] == {"response-level"}
    assert rederive.main([str(tmp_path / "out"), "--recipe", str(path), "--sample", "40"]) == 0
    told_wrongly_is_found(recipe, tmp_path)
    assert basis["retail"] == basis["airline"] == basis["my_domain"] == {"world-level"}
