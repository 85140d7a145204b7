"""Folders that somebody edited, that a newer version wrote, or that hold what should run: told, never believed."""

import json
import os
import pickle
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from pipeline.engines.journal import Journal
from pipeline.errors import StorageError, UserError
from pipeline.exports.command import export
from pipeline.facts import facts_of
from pipeline.local import Inline
from pipeline.plan import Again
from pipeline.progress import Silent
from pipeline.provenance import provenance_of
from pipeline.rerun import outlook
from pipeline.run_folder import RunFolder
from pipeline.run_json import LAYOUT
from pipeline.runner import run
from pipeline.storage import read_shard, read_table
from pipeline.view.opened import Opened
from schemas.sft import SftRow
from stages.training_examples import Shape
from tests.pipeline.fake_run import write_run
from tests.pipeline.toy import files, plan

FILES = ("recipe.json", "stages.json", "kept.json", "run.json")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "real"
    run(plan(out, count=40), Inline, Silent())
    return out


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("runs") / "fake", count=4)


def damages(content):
    """What an editor may leave behind: half a file, another form, a key gone, a value of another type."""
    yield content[: len(content) // 2]
    yield from (b"", b"[]", b"null", b"7", b"\xff\xfe")
    value = json.loads(content)
    for number, key in enumerate(value):
        yield json.dumps({name: each for name, each in value.items() if name != key}).encode()
        bad = (7, "x", None, [1], {"a": [None]})
        for each in (bad[number % len(bad)], bad[(number + 2) % len(bad)]):
            yield json.dumps({**value, key: each}).encode()


def reads(out):
    """All that looks into a folder without making anything."""
    yield lambda: RunFolder(out).manifest()
    yield lambda: list(RunFolder(out).rows())
    yield lambda: list(RunFolder(out).drops())
    yield lambda: facts_of(out)
    yield lambda: Opened(out, 1)
    made = plan(out, count=40)
    yield lambda: outlook(made, provenance_of(made.recipe, made.identity(), made.line))


@pytest.mark.parametrize("which", ["real", "fake"])
@pytest.mark.parametrize("name", FILES)
def test_whatever_was_edited_is_read_as_it_is_or_refused_in_words(request, tmp_path, which, name):
    out = shutil.copytree(request.getfixturevalue(which), tmp_path / "run")
    if not (out / name).exists():
        pytest.skip("this folder has no such file")
    content, refused = (out / name).read_bytes(), 0
    for damaged in damages(content):
        (out / name).write_bytes(damaged)
        for read in reads(out):
            try:
                read()
            except UserError as error:
                assert str(out) in str(error) and len(str(error)) < 1000
                refused += 1
    assert refused > 5


def contents(out):
    """Returns all files of a run but its lock, which names the last who held it."""
    return {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_folder_of_a_newer_version_is_named_and_left_as_it_is(real, tmp_path):
    out = shutil.copytree(real, tmp_path / "run")
    for name in FILES:
        (out / name).write_text(json.dumps({**json.loads((out / name).read_bytes()), "layout": LAYOUT + 1, "new": 1}))
    before = contents(out)
    for read in (*reads(out), lambda: run(plan(out, count=80), Inline, Silent(), again=Again(update=True))):
        with pytest.raises(StorageError, match=rf"json: a newer version of WRIT wrote this .*layout {LAYOUT + 1}"):
            read()
    assert contents(out) == before


def test_an_edited_manifest_of_a_shard_costs_that_shard_and_changes_no_row(real, tmp_path):
    out = shutil.copytree(real, tmp_path / "run")
    (out / "run.json").unlink()
    manifest = out / "stages/2_polish/r0-00000.json"
    value = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps({**value, "key": "0" * 32}))
    run(plan(out, count=40), Inline, Silent())
    assert files(out) == files(real)
    for edited, words in (
        ({"files": {**value["files"], "../../secret": {"bytes": 0, "digest": ""}}}, "leaves the folder"),
        ({"files": {}}, "names no file of records"),
        ({"rows": "many"}, "run the same command again"),
    ):
        (out / "run.json").unlink(missing_ok=True)
        manifest.write_text(json.dumps({**value, **edited}))
        with pytest.raises(StorageError, match=words):
            run(plan(out, count=40), Inline, Silent())


def test_a_missing_shard_is_named_by_those_who_read_and_made_again_by_a_run(real, tmp_path):
    out = shutil.copytree(real, tmp_path / "run")
    shard = out / "stages/2_polish/r0-00000.parquet"
    shard.unlink()
    with pytest.raises(StorageError, match=r"r0-00000\.parquet: cannot be read \(No such file"):
        list(RunFolder(out).rows())
    run(plan(out, count=40), Inline, Silent())
    assert files(out) == files(real)


class Bite:
    """Unpickling it leaves a file behind."""

    def __init__(self, where: Path):
        self.where = where

    def __reduce__(self):
        return os.mkdir, (str(self.where),)


def test_no_pickle_is_ever_loaded(fake, tmp_path):
    bitten = tmp_path / "bitten"
    bite = pickle.dumps(Bite(bitten))
    # As a file of its own in place of a shard, a journal and every JSON file.
    out = shutil.copytree(fake, tmp_path / "run")
    for path in [*out.glob("stages/*/*.parquet"), *(out / name for name in FILES if (out / name).exists())]:
        path.write_bytes(bite)
    for read in [*reads(out)][:-1]:  # the last one finds no shards here
        with pytest.raises(StorageError):
            read()
    with pytest.raises(StorageError):
        export(out, "openai", tmp_path / "exported", Shape(), Console())
    (tmp_path / "journal").write_bytes(bite)
    assert Journal(tmp_path / "journal").found == 0
    # In the metadata of a column, where Arrow once looked for a type of somebody's own (CVE-2023-47248).
    kind = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": bite}
    field = pa.field("id", pa.string(), metadata=kind)
    pq.write_table(pa.table({"id": ["a"]}, schema=pa.schema([field])), tmp_path / "typed.parquet")
    assert read_table(tmp_path / "typed.parquet").num_rows == 1
    with pytest.raises(StorageError):
        read_shard(tmp_path / "typed.parquet", SftRow)
    assert not bitten.exists()
    pickle.loads(bite)
    assert bitten.exists()  # it would have bitten
