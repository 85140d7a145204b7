import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cluster.poison import poisoned_among
from pipeline.errors import StageFailed
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.run_folder import RunFolder
from pipeline.runner import run
from pipeline.storage import read_shard
from schemas.sft import SftRow
from tests.pipeline.cluster.fatal import fatal_plan


@given(st.sets(st.integers(0, 95), max_size=4), st.integers(1, 96))
def test_halving_finds_exactly_those_that_kill(killers, number):
    ids = [str(each) for each in range(number)]
    asked = []

    def survives(some):
        asked.append(some)
        return not any(int(each) in killers for each in some)

    found = poisoned_among(ids, survives)
    assert found == [each for each in ids if int(each) in killers]
    assert len(asked) <= 1 + 2 * 7 * len(found)


@pytest.fixture(scope="module")
def ids(tmp_path_factory):
    """Ids of notes as they come to the stage, shard by shard."""
    out = tmp_path_factory.mktemp("plain")
    run(fatal_plan(out), Inline, Silent())
    return [[note.id for note in read_shard(path, SftRow)] for path in sorted(out.glob("stages/1_*/r0-?????.parquet"))]


def rows(out):
    return {row.id: msgspec.json.encode(row) for path in sorted(out.glob("stages/3_*/r0-?????.parquet"))
            for row in read_shard(path, SftRow)}  # fmt: skip


def test_a_record_that_raises_each_time_costs_itself_and_says_why(tmp_path, ids):
    bad = ids[0][5], ids[1][0]
    outcome = run(fatal_plan(tmp_path / "run", fail=bad), Inline, Silent())
    run(fatal_plan(tmp_path / "plain"), Inline, Silent())
    drops = [drop for drop in RunFolder(tmp_path / "run").drops() if drop.reason == "poisoned"]
    assert sorted(drop.record_id for drop in drops) == sorted(bad)
    assert {(drop.stage, drop.owner) for drop in drops} == {("endanger", "infrastructure")}
    assert all("LookupError: nothing about <object object at 0x>" in drop.detail for drop in drops)
    assert all("(fatal.py, line " in drop.detail and "each of 3 tries" in drop.detail for drop in drops)
    assert msgspec.json.decode(drops[0].record, type=SftRow).id == drops[0].record_id
    assert len(outcome.poisoned) == 2 and outcome.kept == 200
    plain = rows(tmp_path / "plain")
    assert rows(tmp_path / "run") == {id_: row for id_, row in plain.items() if id_ not in bad}


def test_many_that_raise_in_one_shard_are_a_bug(tmp_path, ids):
    with pytest.raises(StageFailed, match=r"endanger failed on note-\w+: LookupError: nothing"):
        run(fatal_plan(tmp_path / "run", fail=tuple(ids[0][:15])), Inline, Silent())
    assert not (tmp_path / "run/stages/2_endanger/r0-00000.json").exists()


def test_a_few_in_every_shard_are_a_bug_too(tmp_path, ids):
    with pytest.raises(StageFailed, match=r"(?s)3 records are poisoned, and 2 are borne.*endanger: note-\w+: LookupE"):
        run(fatal_plan(tmp_path / "run", fail=(*ids[0][:2], ids[1][0])), Inline, Silent())
    assert not (tmp_path / "run/run.json").exists()
