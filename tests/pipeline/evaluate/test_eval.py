"""`writ eval` over real HTTP: a model that is a script passes, one that errs does so as often as it errs."""

import json
import subprocess

import pytest

from pipeline.storage import read_shard
from schemas.verdict import Drop
from tests.pipeline.engines.served import WRIT, recipe, run, served


def evaluated(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(WRIT), "eval", *map(str, arguments)], capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    with served(folder, folder / "out") as server:
        done = run(recipe(folder, server.url), folder / "out")
        assert done.returncode in (0, 1), done.stderr
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("role", ["agent", "user"])
def test_a_script_in_either_seat_passes(made, tmp_path, role):
    with served(made, made / "out") as server:
        options = ("--model", "scripted", "-k", 2, "--role", role, "--out", tmp_path)
        done = evaluated(server.url, made / "out", *options)
    assert done.returncode == 0, done.stderr
    assert "pass^2" in done.stdout and "Unclosed" not in done.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["pass"] == [1.0, 1.0] and len(result["tries"]) == 2 * result["tasks"]
    assert len({(cell["decisions"], cell["burden"]) for cell in result["cells"]}) > 2
    picture = (tmp_path / "grid.svg").read_text()
    assert picture.startswith("<svg") and "100%" in picture and "^2 100%" in picture


@pytest.mark.slow
def test_what_a_model_does_wrong_is_counted_by_its_reason_and_kept(made, tmp_path):
    with served(made, made / "out", "--fault", "truncate=0.3") as server:
        engine = tmp_path / "engine.yaml"
        engine.write_text(
            json.dumps({"http": {"base_url": server.url, "model": "scripted"}, "sampling": {"max_tokens": 512}})
        )
        done = evaluated(engine, made / "out", "-k", 3, "-n", 6, "--out", tmp_path / "eval")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "eval" / "result.json").read_text())
    assert result["tasks"] == 6 and result["pass"][0] < 1
    drops = read_shard(tmp_path / "eval" / "failed.parquet", Drop)
    assert {drop.reason for drop in drops} == {"truncated"} and all(drop.record for drop in drops)
    assert "truncated" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://127.0.0.1:9/v1", "{run}"], "--model"),
        (["no-such.yaml", "{run}"], "neither a YAML file"),
        (["http://127.0.0.1:9/v1", "{empty}", "--model", "m"], "no folder of a run"),
    ],
)
def test_bad_input_is_told_before_anything_is_asked(tmp_path, arguments, said):
    (tmp_path / "recipe.json").write_text('{"domains": []}')
    places = {"{run}": str(tmp_path), "{empty}": str(tmp_path / "empty")}
    done = evaluated(*(places.get(each, each) for each in arguments))
    assert done.returncode == 2
    assert said in done.stderr
