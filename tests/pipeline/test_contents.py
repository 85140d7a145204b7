"""A whole run of which something was deleted, cut short or replaced gets just that again, and says what it was."""

import shutil

import pytest

from pipeline.commands import plan_recipe, run_recipe
from pipeline.contents import FILE, ROWS, lost, read_contents
from pipeline.errors import WHOLE, StorageError
from pipeline.run_folder import RunFolder
from pipeline.scaffold import init_domain
from pipeline.unchanged import Asked, made_with, note, unchanged

COUNT = 12
DATA, MIDDLE = "dataset/data/train-00000-of-00001.parquet", "stages/2_diversify_behaviors/r0-00000"
OWN = ("run.json", "inputs.json", "status.json", "contents.json", "events/", ".lock")
"""What says of a session when and how fast it was."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("contents")
    init_domain(place / "library")
    assert run(place / "library", place / "run") == WHOLE
    return place


@pytest.fixture
def out(made, tmp_path, monkeypatch):
    """A copy, of which nothing is known to have changed."""
    monkeypatch.setenv("COLUMNS", "300")
    out = shutil.copytree(made / "run", tmp_path / "run")
    now = made_with(asked(made), [made / "library"])
    note(out, now, now)
    assert unchanged(asked(made), out) == COUNT
    return out


def asked(made, count=COUNT):
    return Asked(made / "library/recipe.yaml", count=count)


def run(library, out, count=COUNT):
    return run_recipe(library / "recipe.yaml", None, count, None, out, None, "inline")


def planned(made, out, capsys):
    capsys.readouterr()
    plan_recipe(made / "library/recipe.yaml", None, COUNT, None, out)
    return " ".join(capsys.readouterr().out.split())


def files(out):
    """All that a run made, by path; of manifests, which say how long it took, that they are there."""
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    kept = {name: path for name, path in found.items() if not name.startswith(OWN)}
    manifests = {name for name in kept if name.startswith("stages/") and name.endswith(".json")}
    return {name: b"" if name in manifests else path.read_bytes() for name, path in kept.items()}


def times(out, place):
    return {path: path.stat().st_mtime_ns for path in (out / place).rglob("*")}


def cut(path):
    path.write_bytes(path.read_bytes()[:10])


OF_ROWS = {
    "a file of the data set": (lambda out: (out / DATA).unlink(), f"{DATA} is missing", "dataset"),
    "half a file of the data set": (lambda out: cut(out / DATA), f"{DATA} was changed: 10 bytes instead of", "dataset"),
    "the card": (lambda out: (out / "dataset/README.md").unlink(), "dataset/README.md is missing", "dataset"),
    "the data set": (lambda out: shutil.rmtree(out / "dataset"), "is missing; dataset/", "dataset"),
    "the index": (lambda out: (out / "index.parquet").unlink(), "index.parquet is missing", "dataset"),
    "the report": (lambda out: (out / "report.html").unlink(), "report.html is missing", "report.html"),
}


@pytest.mark.parametrize("what", OF_ROWS)
def test_what_is_made_of_the_rows_is_made_again_alone(made, out, capsys, what):
    destroy, words, again = OF_ROWS[what]
    before, shards, whole = files(out), times(out, "stages"), times(out, "dataset")
    destroy(out)
    assert unchanged(asked(made), out) is None
    told = planned(made, out, capsys)
    assert f"{out}: had ended, but" in told and words in told
    names = {"dataset": "dataset and index", "report.html": "report"}
    assert f"Made again, of the kept rows alone: {names[again]}." in told
    assert run(made / "library", out) == WHOLE
    assert files(out) == before and times(out, "stages") == shards
    assert (times(out, "dataset") == whole) == (again != "dataset")
    assert unchanged(asked(made), out) == COUNT and lost(out) == []


OF_SHARDS = {
    "a shard in the middle": (f"{MIDDLE}.parquet", "stages/2_diversify_behaviors"),
    "a manifest": (f"{MIDDLE}.json", "stages/2_diversify_behaviors"),
    "which rows are kept": ("kept.json", None),
    "the list of all that": ("contents.json", None),
}


@pytest.mark.parametrize("what", OF_SHARDS)
def test_a_shard_is_made_again_and_all_behind_it_stays_as_it_is(made, out, capsys, what):
    path, where = OF_SHARDS[what]
    before, shards = files(out), times(out, "stages")
    (out / path).unlink()
    assert unchanged(asked(made), out) is None
    told = planned(made, out, capsys)
    assert f"{out}: had ended, but {path} is missing" in told and "nothing to do" not in told
    if where:
        assert f"diversify_behaviors 0 0 1 {path} is missing" in told
    assert run(made / "library", out) == WHOLE
    assert files(out) == before
    changed = {each.relative_to(out).as_posix() for each, time in times(out, "stages").items() if shards[each] != time}
    chosen = tuple(filter(None, (where, f"stages/{_last(out)}")))  # what is kept is chosen again
    assert all(each.startswith(chosen) for each in changed)
    assert unchanged(asked(made), out) == COUNT and lost(out) == []


def _last(out):
    return max((path.name for path in (out / "stages").iterdir()), key=lambda name: int(name.split("_")[0]))


def test_rows_that_somebody_chose_otherwise_in_as_many_letters_are_chosen_anew(made, out, capsys):
    before, kept = files(out), (out / "kept.json").read_text()
    (out / "kept.json").write_text(kept.replace("r0-00000", "r0-00007"))
    assert lost(out) == []  # of the same size
    assert unchanged(asked(made), out) is None
    assert "had ended, but kept.json was changed " in planned(made, out, capsys)
    assert run(made / "library", out) == WHOLE
    assert files(out) == before and unchanged(asked(made), out) == COUNT


def test_a_shard_that_was_cut_off_is_told_before_anything_is_touched(made, out, capsys):
    cut(out / f"{MIDDLE}.parquet")
    before = files(out)
    for command in (lambda: run(made / "library", out), lambda: planned(made, out, capsys)):
        with pytest.raises(StorageError, match=rf"{MIDDLE}\.parquet: was cut off.*Delete .*{MIDDLE}\.json and run"):
            command()
    assert files(out) == before
    assert len(list(RunFolder(out).rows())) == RunFolder(out).manifest()["kept"] == COUNT


def test_a_larger_run_that_has_lost_something_says_how_to_get_it_again(made, out):
    (out / "report.html").unlink()
    with pytest.raises(StorageError, match=rf"report\.html is missing; the same command with -n {COUNT} makes it"):
        run(made / "library", out, count=COUNT - 4)
    assert not (out / "report.html").exists() and (out / "run.json").exists()


def test_a_card_that_somebody_edited_and_files_that_are_new_are_left_alone(made, out):
    (out / "dataset/README.md").write_text("My own words.")
    (out / "dataset/LICENSE").write_text("mine")
    (out / "stages/notes.txt").write_text("mine")
    assert unchanged(asked(made), out) == COUNT and lost(out) == []
    assert run(made / "library", out) == WHOLE
    assert (out / "dataset/README.md").read_text() == "My own words."


def test_all_that_a_run_made_is_noted(out):
    noted = read_contents(out)
    assert set(noted) == {ROWS, "pipeline.dataset.write_dataset_and_index", "pipeline.report.write_report"}
    names = [
        f"{folder}/{name}".removeprefix("./") for part in noted.values() for folder in part for name in part[folder]
    ]
    assert sorted([*names, "recipe.json", "stages.json", "sizes.json"]) == sorted(files(out))
    assert all(size == (out / folder / name).stat().st_size
               for part in noted.values() for folder, files_ in part.items() for name, size in files_.items()
               if size is not None)  # fmt: skip


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"rows": {"stages": 7}}', b'{"rows": {"": {"kept.json": "x"}}}']
)
def test_a_list_that_somebody_spoilt_says_nothing(out, content):
    (out / FILE).write_bytes(content)
    assert read_contents(out) is None
    assert [str(each) for each in lost(out)] == ["contents.json was changed"]
