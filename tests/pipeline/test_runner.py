import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from pipeline.errors import PARTIAL, WHOLE, RecipeError, StageFailed, StorageError
from pipeline.local import Inline
from pipeline.observe.state import read_state
from pipeline.plan import Again
from pipeline.progress import Silent
from pipeline.run_folder import RunFolder
from pipeline.runner import run
from schemas.base import encode
from tests.pipeline.toy import Polish, WriteNotes, files, plan

PLAIN, UPDATE = Again(), Again(update=True)


def go(made, executor=Inline, again=PLAIN):
    return run(made, executor, Silent(), again=again)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    outcome = go(plan(out))
    return out, outcome


def test_a_run_keeps_exactly_what_was_asked_for_and_every_cell_has_its_quota(whole):
    out, outcome = whole
    assert (outcome.kept, outcome.exit_code) == (200, WHOLE)
    rows = list(RunFolder(out).rows())
    assert len(rows) == len({row.id for row in rows}) == 200
    manifest = RunFolder(out).manifest()
    assert manifest["unfilled"] == []
    kinds = Counter(row.kind for row in rows)
    assert {kind: round(count / 200, 1) for kind, count in kinds.items()} == {
        "read_heavy": 0.5, "write_intensive": 0.2, "mixed": 0.1, "information": 0.1, "must_refuse": 0.1,
    }  # fmt: skip
    assert sum(cell["kept"] for cell in manifest["cells"]) == 200
    assert all(cell["kept"] == cell["wanted"] for cell in manifest["cells"])


def test_rows_are_sorted_within_shards_and_none_is_lost_without_a_drop(whole):
    out, _ = whole
    for table in RunFolder(out).tables():
        ids = table["id"].to_pylist()
        assert ids == sorted(ids)
    manifest = RunFolder(out).manifest()
    drops = list(RunFolder(out).drops())
    by_stage = Counter(drop.stage for drop in drops)
    assert manifest["made"]["polish"] == 200 + by_stage["deduplicate"] + by_stage["select"]
    assert manifest["made"]["write_notes"] == manifest["made"]["polish"] + by_stage["polish"]
    assert sum(entry["count"] for entry in manifest["drops"]) == len(drops)
    texts = [row.messages[0]["content"] for row in RunFolder(out).rows()]
    assert len(set(texts)) == 200
    assert all(drop.detail for drop in drops)


def never():
    raise AssertionError("an executor was started")


def test_the_same_run_again_does_nothing_and_does_not_start_an_executor(whole):
    out, _ = whole
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    again = run(plan(out), never, Silent())
    assert again.nothing_to_do and again.kept == 200
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")} == before


def test_the_same_recipe_elsewhere_gives_the_same_bytes(whole, tmp_path):
    out, _ = whole
    go(plan(tmp_path / "again"))
    assert files(tmp_path / "again") == files(out)


def rows_of(out):
    return [encode(row) for row in RunFolder(out).rows()]


def ids_of(out):
    return [row.id for row in RunFolder(out).rows()]


def is_within(few, many):
    """Says whether all of `few` stand in `many`, in that order."""
    rest = iter(many)
    return all(each in rest for each in few)


def test_a_run_that_grows_makes_only_what_is_missing_and_keeps_every_row(tmp_path):
    out, rows = tmp_path / "run", []
    for count in (7, 150, 151, 400, 700):
        made = {path: path.stat().st_mtime_ns for path in out.glob("stages/[12]*/*")}
        assert go(plan(out, count=count)).exit_code == WHOLE
        assert {path: path.stat().st_mtime_ns for path in made} == made
        before, rows = rows, rows_of(out)
        assert len(rows) == len(set(rows)) == count and is_within(before, rows)
        manifest = RunFolder(out).manifest()
        assert all(cell["kept"] == cell["wanted"] for cell in manifest["cells"])
        assert sum(cell["wanted"] for cell in manifest["cells"]) == count
    assert manifest["grown_from"] == [7, 150, 151, 400]
    assert sum(1 for _ in RunFolder(out).drops()) == sum(drop["count"] for drop in manifest["drops"])


def test_a_run_that_grows_once_more_elsewhere_gives_the_same_bytes(tmp_path):
    for name in ("one", "other"):
        for count in (150, 400):
            go(plan(tmp_path / name, count=count))
    assert files(tmp_path / "one") == files(tmp_path / "other")
    # Its shards are made anew of other code or settings in the sizes that they had.
    go(plan(tmp_path / "one", count=400, polish=Polish(word="kindly")), again=UPDATE)
    assert ids_of(tmp_path / "one") == ids_of(tmp_path / "other")


def test_what_was_given_up_is_tried_again_when_a_run_grows(tmp_path):
    out = tmp_path / "run"
    go(plan(out, write=WriteNotes(impossible=(12,))))
    before, short = rows_of(out), sum(each["wanted"] for each in RunFolder(out).manifest()["unfilled"])
    go(plan(out, count=400, write=WriteNotes(impossible=(12,))))
    manifest = RunFolder(out).manifest()
    assert manifest["kept"] == 400 and is_within(before, rows_of(out))
    assert sum(each["wanted"] - each["kept"] for each in manifest["unfilled"]) > short > 0
    # With books enough, the cells get what the larger count adds to them.
    go(plan(out, count=600), again=UPDATE)
    assert RunFolder(out).manifest()["kept"] == 600


def test_a_list_of_sizes_that_was_changed_is_told(tmp_path):
    out = tmp_path / "run"
    go(plan(out, count=20))
    (out / "sizes.json").write_text('["many"]')
    with pytest.raises(StorageError, match=r"sizes\.json: is no list of counts; delete it"):
        go(plan(out, count=40))


def test_a_smaller_count_leaves_a_larger_data_set_as_it_is(whole):
    out, _ = whole
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    outcome = run(plan(out, count=60), never, Silent())
    assert (outcome.kept, outcome.wanted, outcome.larger, outcome.exit_code) == (200, 60, True, WHOLE)
    with pytest.raises(StorageError, match=r"200 trajectories that another version.*-n 60 .*--out"):
        go(plan(out, count=60, polish=Polish(word="kindly")), never, UPDATE)
    changed = {path for path, content in before.items() if path.read_bytes() != content}
    assert changed == {out / "stages.json", out / ".lock"}  # the lock names who drove it last


def test_an_extension_that_fails_leaves_nothing_that_says_the_run_is_whole(tmp_path):
    out = tmp_path / "run"
    go(plan(out, count=150))
    with pytest.raises(StageFailed):
        go(plan(out, count=400, write=WriteNotes(fail_at=100)), again=UPDATE)
    for read in (RunFolder(out).manifest, lambda: next(RunFolder(out).rows())):
        with pytest.raises(StorageError, match="has not ended; continue it with the same"):
            read()


def test_a_changed_stage_is_run_again_and_the_one_before_it_is_not(whole, tmp_path):
    go(plan(tmp_path / "run"))
    first = {p: p.stat().st_mtime_ns for p in (tmp_path / "run/stages/1_write_notes").iterdir()}
    go(plan(tmp_path / "run", polish=Polish(word="kindly")), again=UPDATE)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "run/stages/1_write_notes").iterdir()} == first
    assert next(RunFolder(tmp_path / "run").rows()).messages[0]["content"].startswith("kindly note")


def test_cells_that_cannot_be_filled_are_reported_and_leave_their_share_to_others(tmp_path):
    outcome = go(plan(tmp_path / "run", write=WriteNotes(impossible=(12,))))
    assert outcome.exit_code == WHOLE and outcome.kept == 200
    assert outcome.short == RunFolder(tmp_path / "run").manifest()["unfilled"]
    unfilled = RunFolder(tmp_path / "run").manifest()["unfilled"]
    assert unfilled and all("x12/" in entry["cell"] for entry in unfilled)
    assert all(entry["kept"] == 0 and list(entry["reasons"]) == ["no shelf with 12 books"] for entry in unfilled)
    state = read_state(tmp_path / "run")
    assert state is not None and state.cells_full == state.cells - len(unfilled)


def test_a_run_that_cannot_reach_its_count_is_partial(tmp_path):
    outcome = go(plan(tmp_path / "run", write=WriteNotes(impossible=tuple(range(13)))))
    assert (outcome.kept, outcome.exit_code) == (0, PARTIAL)
    assert list(RunFolder(tmp_path / "run").rows()) == []


def test_another_recipe_in_the_same_folder_is_refused(whole):
    out, _ = whole
    with pytest.raises(RecipeError, match=r"made with something else: seed 3 -> 4(?s:.*)--out"):
        go(plan(out, seed=4))
    assert RunFolder(out).manifest()["kept"] == 200


def test_a_shard_that_was_cut_off_is_named_with_what_to_do(tmp_path):
    out = tmp_path / "run"
    go(plan(out))
    (out / "run.json").unlink()
    shard = out / "stages/1_write_notes/r0-00001.parquet"
    shard.write_bytes(shard.read_bytes()[:1000])
    with pytest.raises(StorageError, match=r"r0-00001\.parquet: was cut off.*Delete .*r0-00001\.json"):
        go(plan(out))
    (out / "stages/1_write_notes/r0-00001.json").unlink()
    go(plan(out))
    go(plan(tmp_path / "fresh"))
    assert files(out) == files(tmp_path / "fresh")


def test_a_bug_in_a_stage_names_stage_and_record_and_keeps_whole_shards(tmp_path):
    with pytest.raises(StageFailed, match=r"write_notes failed on order-\w+: ZeroDivisionError: a bug"):
        go(plan(tmp_path / "run", write=WriteNotes(fail_at=40)))
    assert (tmp_path / "run/stages/2_polish/r0-00000.json").exists()
    assert not (tmp_path / "run/run.json").exists()
    with pytest.raises(StorageError, match="has not ended"):
        RunFolder(tmp_path / "run").manifest()


def test_a_second_run_in_the_same_folder_is_refused_while_the_first_is_at_work(tmp_path):
    out = tmp_path / "run"

    class Nested(Inline):
        def map(self, line, folder, orders):
            with pytest.raises(StorageError, match="at work"):
                go(plan(out))
            return super().map(line, folder, orders)

    assert go(plan(out, count=20), Nested).kept == 20


CHILD = """
from pathlib import Path
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.runner import run
from tests.pipeline.toy import Polish, plan
run(plan(Path({out!r}), polish=Polish(pause=0.01)), Inline, Silent())
"""


def test_a_killed_run_continues_and_ends_with_the_same_bytes(tmp_path, whole):
    out = tmp_path / "run"
    child = subprocess.Popen([sys.executable, "-c", CHILD.format(out=str(out))], cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 60
    while not (out / "stages/3_features/r0-00000.json").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    assert not (out / "run.json").exists()
    done = len(list(out.rglob("3_features/*.json")))
    (out / "stages/2_polish/.r0-00001.parquet.123.tmp").write_bytes(b"half")  # in case it was killed between files
    (out / ".dataset.tmp").mkdir()
    go(plan(out, polish=Polish(pause=0.01)))
    assert RunFolder(out).manifest()["shards_found_done"] >= done > 0
    go(plan(tmp_path / "fresh", polish=Polish(pause=0.01)))
    assert files(out) == files(tmp_path / "fresh")
    assert not list(out.rglob("*.tmp"))
