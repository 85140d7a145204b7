import os
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from pipeline.errors import StorageError, UserError
from pipeline.remote.path import RemotePath, at
from pipeline.storage import inside, read_json, write_json
from pipeline.worlds import Source
from tool_specs import catalog
from tool_specs.worlds import generate_world


def test_an_address_is_a_path_whether_it_came_as_one_or_as_text():
    path = at("s3://bucket/a/../run")
    assert (type(path), str(path)) == (RemotePath, "s3://bucket/run")
    assert at(Path("s3://bucket/run")) == path == pickle.loads(pickle.dumps(path)) == at(path)
    assert (str(path / "x" / "y.json"), (path / "x").parent, path.name) == ("s3://bucket/run/x/y.json", path, "run")
    assert str((path / "y.json").with_name("z.parquet")) == "s3://bucket/run/z.parquet"
    assert (path / "x/y").relative_to(path) == Path("x/y") and path.absolute() == path.resolve() == path
    for plain in ("outputs/run", "/tmp/s3:", "s3:", "s3", "./s3:/x", "file.txt"):
        assert type(at(plain)) is type(Path())


def test_objects_are_written_found_and_removed(place):
    for name in ("a/1.json", "a/2.parquet", "a/b/3.json", ".x.tmp", "top.json"):
        (place / name).write_bytes(name.encode())
    assert (place / "a/1.json").read_text() == "a/1.json" == (place / "a/1.json").open("rb").read().decode()
    assert (place / "a/1.json").stat().st_size == 8
    assert [path.exists() for path in (place, place / "a", place / "a/1.json", place / "a/1")] == [1, 1, 1, 0]
    assert [path.is_file() for path in (place / "a", place / "a/1.json", place / "a/1")] == [0, 1, 0]
    assert [path.is_dir() for path in (place / "a", place / "a/1.json", place / "a/1")] == [1, 0, 0]

    def names(paths):
        return sorted(path.relative_to(place).as_posix() for path in paths)

    assert names(place.glob("*.json")) == ["top.json"]
    assert names(place.glob("*/*.json")) == ["a/1.json"]
    assert names(place.glob(".*.tmp")) == [".x.tmp"]
    assert names(place.iterdir()) == [".x.tmp", "a", "top.json"]
    assert names(place.rglob("*.json")) == ["a/1.json", "a/b/3.json", "top.json"]
    (place / "a/1.json").unlink()
    (place / "a/1.json").unlink(missing_ok=True)
    assert names((place / "a").rglob("*")) == ["a/2.parquet", "a/b/3.json"]
    assert names((place / "nothing").glob("*")) == []
    for read in (RemotePath.read_bytes, RemotePath.stat, RemotePath.opened):
        with pytest.raises(FileNotFoundError):
            read(place / "none")


def test_a_world_may_be_an_object(place):
    domain = catalog.domain("retail")
    made = generate_world(domain, 1, 20)
    (place / "db.json").write_bytes(orjson.dumps(made.tables))
    source = Source(domain="retail", size=0, seed=0, file=str(place / "db.json"))
    assert source.world().digest == made.digest and source.origin == "file:db.json"
    with pytest.raises(UserError, match=r"none\.json: cannot be read"):
        replace(source, file=str(place / "none.json")).world()


def test_an_object_of_several_parts_comes_back_whole(place):
    content = os.urandom(1 << 20) * 30
    (place / "large").write_bytes(content)
    assert (place / "large").read_bytes() == content
    with (place / "large").opened() as opened:
        opened.seek(len(content) - 5)
        assert opened.read(5) == content[-5:]


def test_what_needs_a_file_of_this_machine_is_refused_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = at("s3://bucket/run")
    refused = [
        lambda: os.fspath(path),
        lambda: path.open("wb"),
        lambda: path.open("a+b"),
        lambda: path.rename(tmp_path / "x"),
        lambda: path.touch(),
        lambda: os.scandir(path),
        lambda: shutil.copy(path, tmp_path),
    ]
    for each in refused:
        with pytest.raises(StorageError, match="s3://bucket/run: this needs files on a disk"):
            each()
    assert list(tmp_path.iterdir()) == []


def test_files_of_a_run_cannot_lead_out_of_it(place):
    write_json(place / "run/x.json", {"a": 1})
    write_json(place / "other.json", {})
    assert read_json(inside(place / "run", "x.json")) == {"a": 1}
    for name in ("../other.json", "x/../../other.json", "/etc/passwd"):
        with pytest.raises(StorageError, match="leaves the folder"):
            inside(place / "run", name)
