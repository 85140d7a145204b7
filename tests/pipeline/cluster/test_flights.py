"""Workers that die, on a real Ray: shards are made again, records that kill are left out, and all of it ends."""

import json

import pytest

from pipeline.errors import Stopped
from pipeline.local import Inline
from pipeline.on_ray import OnRay
from pipeline.progress import Silent
from pipeline.run_folder import RunFolder
from pipeline.runner import run
from pipeline.storage import read_shard
from schemas.sft import SftRow
from schemas.verdict import Drop
from tests.pipeline.cluster.fatal import fatal_plan
from tests.pipeline.shared_ray import SharedRay
from tests.pipeline.toy import files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ray():
    ray = SharedRay(OnRay(2))
    yield ray
    ray.ray.close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    out = tmp_path_factory.mktemp("plain")
    run(fatal_plan(out), Inline, Silent())
    return out


@pytest.fixture(scope="module")
def notes(plain):
    return [each.id for each in read_shard(plain / "stages/1_write_notes/r0-00001.parquet", SftRow)]


def first_round(out):
    """Returns shard -> rows that the stage let pass."""
    return {path.stem: read_shard(path, SftRow) for path in sorted(out.glob("stages/2_*/r0-?????.parquet"))}


def poisoned(out):
    return sorted(drop.record_id for drop in RunFolder(out).drops() if drop.reason == "poisoned")


def test_a_record_that_kills_its_worker_is_left_out_and_nothing_else_changes(tmp_path, ray, plain, notes):
    out, kill = tmp_path / "run", notes[7]
    outcome = run(fatal_plan(out, kill=(kill,)), ray, Silent())
    assert outcome.kept == 200 and len(outcome.poisoned) == 1
    assert poisoned(out) == [kill]
    manifest = json.loads((out / "run.json").read_text())
    assert 3 <= manifest["workers_lost"] <= 20
    assert {"stage": "endanger", "reason": "poisoned", "owner": "infrastructure", "count": 1} in manifest["drops"]
    drops = read_shard(out / "stages/2_endanger/r0-00001.drops.parquet", Drop)
    assert [drop.detail for drop in drops] == ["its worker died in each of 3 tries"]
    found, undisturbed = first_round(out), first_round(plain)
    shard = found.pop("r0-00001"), undisturbed.pop("r0-00001")
    assert found == undisturbed
    assert shard[0] == [row for row in shard[1] if row.id != kill]


def test_a_worker_that_dies_once_costs_nothing(tmp_path, ray, plain, notes):
    (tmp_path / "marks").mkdir()
    run(fatal_plan(tmp_path / "run", kill=(notes[3],), once=str(tmp_path / "marks")), ray, Silent())
    assert json.loads((tmp_path / "run/run.json").read_text())["workers_lost"] == 1
    events = "".join(path.read_text() for path in (tmp_path / "run/events").glob("*.jsonl"))
    assert events.count('"worker.lost"') == 1
    assert {n: b for n, b in files(tmp_path / "run").items() if "2_end" not in n} == {
        n: b for n, b in files(plain).items() if "2_end" not in n
    }


def test_a_record_that_kills_an_orchestrator_costs_none_of_the_others_in_it(tmp_path, ray, plain, notes):
    out = tmp_path / "run"
    assert run(fatal_plan(out, live=True, leave=(notes[7],)), ray, Silent()).kept == 200
    assert poisoned(out) == [notes[7]]
    undisturbed = first_round(plain)
    undisturbed["r0-00001"] = [row for row in undisturbed["r0-00001"] if row.id != notes[7]]
    assert first_round(out) == undisturbed


def test_a_shard_that_nothing_helps_ends_the_run_and_says_what_to_try(tmp_path, ray):
    with pytest.raises(Stopped, match="shard r0-00000: its workers die, but none of its records kills one alone"):
        run(fatal_plan(tmp_path / "run", together=70), ray, Silent())
