"""Files on the Hub, which is here a small one on loopback: read like files of this machine, and never written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from pipeline.errors import StorageError, UserError
from pipeline.house import HOME
from pipeline.remote.hub_file import HubFile
from pipeline.remote.path import at, beside
from tests.pipeline.publish.hub import Hub, Repo, hub
from tests.pipeline.publish.test_publish import environment
from tests.pipeline.test_profile_file import ROW
from tool_specs.catalog import domain
from tool_specs.worlds import generate_world

WRIT = Path(sys.executable).with_name("writ")


@pytest.fixture(scope="module")
def server() -> Iterator[Hub]:
    with hub() as state:
        yield state


def ran(place: Path, server: Hub, *command: object, code: int = 0, **more: str) -> str:
    told = {**environment(server, "hf_good", place / "home"), "COLUMNS": "200", **more}
    done = subprocess.run(list(map(str, command)), env=told, cwd=place, capture_output=True, text=True, timeout=300)
    assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def world(seed: int) -> bytes:
    found = domain(HOME / "pipeline" / "scaffold" / "library")
    return orjson.dumps(generate_world(found, seed, 60).tables)


def personas() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([ROW]), sink)
    return bytes(sink.getvalue())


@pytest.mark.slow
def test_a_recipe_s_world_and_personas_may_lie_there_and_a_change_there_is_noticed(tmp_path: Path, server: Hub) -> None:
    files = {"data/world.json": world(1), "people.parquet": personas()}
    server.repos["org/inputs"] = repo = Repo(private=True, files=files, commits=["first"])
    ran(tmp_path, server, WRIT, "init", "library")
    recipe = tmp_path / "library" / "recipe.yaml"
    said = yaml.safe_load(recipe.read_text())
    said["domains"][0]["world"] = {"file": "hf://datasets/org/inputs@v1/data/world.json"}
    said["profiles"] = {"file": "hf://datasets/org/inputs/people.parquet"}
    recipe.write_text(yaml.safe_dump(said))
    command = (recipe, "-n", "6", "--out", "run")
    assert "6 of 6 trajectories in" in ran(tmp_path, server, WRIT, "run", *command, "--executor", "inline")
    assert "HEAD /datasets/org/inputs/resolve/v1/data/world.json" in server.asked
    told = json.loads((tmp_path / "run" / "recipe.json").read_text())
    assert told["domains"][0]["world"]["origin"] == "file:world.json"
    assert told["profiles"]["file"] == "hf://datasets/org/inputs/people.parquet"
    assert "nothing to do" in ran(tmp_path, server, WRIT, "plan", *command)

    repo.files["data/world.json"] = world(2)
    repo.commits.append("another world")
    assert "the world of library is another one" in ran(tmp_path, server, WRIT, "plan", *command)


READ = """
import sys
from pipeline.errors import UserError
from pipeline.remote.path import at
from pipeline.talks import talks_of
for place in sys.argv[1:]:
    try:
        print(len(talks_of(at(place))[0]))
    except UserError as error:
        print(error)
"""


def test_dialogues_are_read_from_there_and_what_is_not_there_is_said(tmp_path: Path, server: Hub) -> None:
    talk = {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    server.repos["org/talks"] = Repo(private=True, files={"all.jsonl": orjson.dumps(talk) + b"\n"}, commits=["first"])
    places = ("talks/all.jsonl", "talks/none.jsonl", "none/all.jsonl", "talks")
    names = [f"hf://datasets/org/{each}" for each in places]
    read_all = (sys.executable, "-c", READ)
    read, file, repo, short = ran(tmp_path, server, *read_all, *names).splitlines()
    assert read == "1"
    assert file.startswith(f"{names[1]}: org/talks has no such file. ")
    assert repo.startswith(f"{names[2]}: there is no such data set, or it is private and HF_TOKEN may not read it. ")
    assert short.startswith(f"{names[3]}: names no file on the Hub; give hf://datasets/ORG/NAME/FILE")
    copy, none = ran(tmp_path, server, *read_all, *names[:2], HF_HUB_OFFLINE="1").splitlines()
    assert copy == "1" and "the Hub does not answer, and no copy is here" in none


def test_nothing_is_written_to_addresses_that_are_no_place_for_a_run(tmp_path: Path, server: Hub) -> None:
    for place, words in (
        ("hf://datasets/org/new/run", "From the Hub single files are read; a run lies in a folder"),
        ("gs://bucket/run", "addresses that begin with gs: are not known; give a path of this machine"),
    ):
        recipe = HOME / "recipes" / "quickstart.yaml"
        said = ran(tmp_path, server, WRIT, "run", recipe, "-n", "2", "--executor", "inline", "--out", place, code=2)
        assert words in said
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []
    assert not any(asked.startswith(("POST", "PUT")) for asked in server.asked)


def test_an_address_stays_one(tmp_path: Path) -> None:
    name = "hf://datasets/org/name@v1/a/b.json"
    path = at(name)
    assert type(path) is HubFile and str(path) == name and (path.name, path.suffix) == ("b.json", ".json")
    assert at(Path(name)) == path == path.resolve() == path.absolute() == beside(tmp_path, name)
    assert beside(tmp_path, "x/../b.json") == tmp_path.resolve() / "b.json"
    assert beside(tmp_path, "s3://bucket/b.json") == at("s3://bucket/b.json")
    for wrong in ("hf://datasets/org/name/../../x/y", "hf://org/name/file", "hf:/"):
        with pytest.raises(UserError, match="names no file on the Hub"):
            at(wrong).read_bytes()
    for other in ("gs://bucket/x", "S3://bucket/x", "https://example.org/x", "file:///tmp/x"):
        with pytest.raises(StorageError, match="are not known"):
            at(other)
