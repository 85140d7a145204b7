import json
import shutil
import time
from collections import Counter

import pytest

from pipeline.engines.breaker import Breaker
from pipeline.errors import StageFailed
from pipeline.local import Inline
from pipeline.observe.log import read_events
from pipeline.observe.state import State, read_state
from pipeline.observe.watch import Watch
from pipeline.progress import Silent
from pipeline.run_folder import RunFolder
from pipeline.runner import run
from tests.pipeline.toy import WriteNotes, files, plan


def go(made, executor=Inline, metrics=None):
    return run(made, executor, Silent(), metrics=metrics)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("watched") / "run"
    go(plan(out))
    return out


def test_the_log_tells_every_shard_and_stage_once_and_in_order(whole):
    events = list(read_events(whole / "events"))
    assert (events[0].event, events[-1].event) == ("run.started", "run.finished")
    shards = json.loads((whole / "kept.json").read_text())["all_shards"]
    for name in ("shard.started", "shard.finished"):
        assert Counter(each.shard for each in events if each.event == name) == Counter(shards)
    for shard in shards:
        told = [each for each in events if each.shard == shard]
        stages = [("stage." + name, stage) for stage in ("write_notes", "polish") for name in ("started", "finished")]
        assert [(each.event, each.stage) for each in told] == [("shard.started", ""), *stages, ("shard.finished", "")]
        begun = {each.stage: each.at for each in told if each.event == "stage.started"}
        assert all(begun[each.stage] <= each.at for each in told if each.event == "stage.finished")


def test_the_sums_are_those_of_the_manifest(whole):
    manifest, state = RunFolder(whole).manifest(), read_state(whole)
    assert {name: stage.rows for name, stage in state.stages.items()} == manifest["made"]
    dropped = {(drop["stage"], drop["reason"]): drop["count"] for drop in manifest["drops"]}
    for name, stage in state.stages.items():
        assert stage.drops == {reason: count for (where, reason), count in dropped.items() if where == name}
    assert (state.state, state.partial, state.in_work, state.kept) == ("finished", False, 0, 200)
    assert state.made == manifest["shards"] and state.found == 0


def test_what_was_found_done_is_counted_as_found(tmp_path, whole):
    out = tmp_path / "run"
    shutil.copytree(whole, out)
    (out / "run.json").unlink()
    (out / "stages/2_polish/r0-00001.json").unlink()
    go(plan(out))
    state = read_state(out)
    assert (state.found, state.made) == (read_state(whole).made - 1, 1)
    assert files(out) == files(whole)


def test_a_failed_run_says_why_in_log_and_state(tmp_path):
    with pytest.raises(StageFailed):
        go(plan(tmp_path, write=WriteNotes(fail_at=40)))
    state, last = read_state(tmp_path), list(read_events(tmp_path / "events"))[-1]
    assert state.state == "failed" and "a bug in a stage" in state.detail
    assert (last.event, last.detail) == ("run.failed", state.detail)


def test_a_log_that_cannot_be_written_ends_no_run_and_changes_no_byte(tmp_path, whole):
    out = tmp_path / "run"
    out.mkdir()
    (out / "events").write_text("in the way")
    (out / "status.json").mkdir()
    outcome = go(plan(out))
    assert outcome.kept == 200
    assert files(out) == files(whole)


def test_the_beat_goes_on_while_a_shard_takes_long(tmp_path):
    watch = Watch(tmp_path, 10, Silent())
    watch.state.every = 0.02
    with watch:
        first = read_state(tmp_path).beat
        deadline = time.monotonic() + 30
        while read_state(tmp_path).beat < first + 3:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert read_state(tmp_path).state == "finished"


def test_what_happens_to_endpoints_is_told_and_summed(tmp_path):
    with Watch(tmp_path, 10, Silent()):
        broken = Breaker("http://10.0.0.4/v1 (large)")
        broken.failed(gone=True)
        broken.failed()
        mended = Breaker("http://10.0.0.5/v1 (large)")
        for _ in range(5):
            mended.failed()
        mended.succeeded()
        mended.succeeded()
    told = [(each.event, each.about) for each in read_events(tmp_path / "events") if each.event.startswith("engine")]
    assert told == [
        ("engine.failing", "http://10.0.0.4/v1 (large)"),
        ("engine.failing", "http://10.0.0.5/v1 (large)"),
        ("engine.recovered", "http://10.0.0.5/v1 (large)"),
    ]
    endpoints = read_state(tmp_path).endpoints
    assert {url: (each.failures, each.failing) for url, each in endpoints.items()} == {
        "http://10.0.0.4/v1 (large)": (1, True), "http://10.0.0.5/v1 (large)": (1, False),
    }  # fmt: skip


def test_a_state_of_another_version_or_cut_off_is_none(tmp_path, whole):
    assert isinstance(read_state(whole), State)
    text = (whole / "status.json").read_text()
    for changed in (text[:50], text.replace('"v": 1', '"v": 2'), "[]"):
        (tmp_path / "status.json").write_text(changed)
        assert read_state(tmp_path) is None
