"""Several machines, as processes of this one: some are lost, some are for other work, none holds data of the run."""

import contextlib
import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import ray
import ray._private.state as ray_state
from ray._private.internal_api import get_memory_info_reply, get_state_from_address
from ray.cluster_utils import Cluster

from pipeline.engines.vllm_fleet import Fleet
from pipeline.errors import UserError
from pipeline.line import Step
from pipeline.local import Inline
from pipeline.on_ray import OnRay
from pipeline.progress import Silent
from pipeline.runner import run
from pipeline.storage import read_shard
from pipeline.temporary import OwnFolder
from schemas.sft import SftRow
from stages.base import Resources
from tests.pipeline.cluster.fatal import Fatal, fatal_plan
from tests.pipeline.engines.vllm_servers import engines_with, stand_in
from tests.pipeline.toy import files

pytestmark = pytest.mark.slow


class Machines:
    """A cluster of this machine alone; each of its nodes has a folder of its own, as on machines of their own."""

    def __init__(self, folder):
        self._folder = folder
        self.cluster = Cluster()
        self.add(num_cpus=0)

    @property
    def address(self):
        return self.cluster.address

    def add(self, **options):
        folder = self._folder / str(len(self.cluster.list_all_nodes()))
        return self.cluster.add_node(temp_dir=str(folder), include_dashboard=False, **options)


@pytest.fixture
def machines(monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    folder = OwnFolder("writ-test-", Path("/tmp"))  # sockets are in there, and their paths are short
    there = Machines(folder.path)
    yield there
    with contextlib.suppress(Exception):
        ray.shutdown()
    there.cluster.shutdown()
    folder.remove()


def pools(machines, tmp_path):
    """Three machines and a line for them: talkers orchestrate, checkers share two GPUs that are none, one core each."""
    talker = machines.add(num_cpus=1, resources={"talkers": 1})
    checker = machines.add(num_cpus=1, num_gpus=2, resources={"checkers": 1})
    diaries = [tmp_path / name for name in ("talks", "checks")]
    for diary in diaries:
        diary.mkdir()
    made = fatal_plan(tmp_path / "run")
    write, _, polish = made.line.steps
    half = Resources(cpus=0.5, gpus=0.5, pools=(("checkers", 0.1),))
    talk = Step(
        "talk", Fatal(diary=str(diaries[0])), SftRow, live=True, resources=Resources(0.1, 0, (("talkers", 0.5),))
    )
    check = Step("check", Fatal(diary=str(diaries[1]), meet=2), SftRow, resources=half)
    made = replace(made, line=replace(made.line, steps=(write, talk, check, polish)))
    return made, dict(zip((talker.node_id, checker.node_id), diaries, strict=True))


def test_stages_share_cores_and_go_to_the_machines_of_their_pool(tmp_path, machines):
    made, diaries = pools(machines, tmp_path)
    outcome = run(made, lambda: OnRay(address=machines.address), Silent())
    assert outcome.kept == 200
    for machine, diary in diaries.items():
        written = [path.read_text() for path in diary.glob("note-*")]
        assert len(written) > 200 and set(written) == {machine}


def test_servers_of_a_model_go_to_the_machines_of_their_pool_and_a_pool_that_is_not_there_is_told(tmp_path, machines):
    machines.add(num_gpus=4)
    server = machines.add(num_gpus=2, resources={"servers": 1})
    executor = OnRay(address=machines.address)
    try:
        settings = stand_in(replicas=2, gpus=1, pools={"servers": 0.5})
        fleet = Fleet(engines_with(settings), tmp_path / "logs", pools=True)
        actors = [each for each in ray_state.actors().values() if each["State"] == "ALIVE"]
        assert [each["Address"]["NodeID"] for each in actors] == [server.node_id] * 2
        fleet.close()
        with pytest.raises(UserError, match=r"2 replicas of model need 0.6 servers each; there is 1 servers in all"):
            Fleet(engines_with(stand_in(replicas=2, gpus=1, pools={"servers": 0.6})), tmp_path / "more", pools=True)
        made = fatal_plan(tmp_path / "run")
        lost = replace(made.line.steps[1], resources=Resources(pools=(("elsewhere", 0.1),)))
        made = replace(made, line=replace(made.line, steps=(made.line.steps[0], lost, made.line.steps[2])))
        with pytest.raises(
            UserError, match=r"resources: endanger needs 0.1 elsewhere, and there is 0. Give the recipe"
        ):
            run(made, lambda: executor, Silent())
    finally:
        executor.close()


def stored(address, alive):
    """Returns bytes that were ever put into the object stores of a cluster, once it knows how many machines it has."""
    state = get_state_from_address(address)
    while sum(node["Alive"] for node in state.node_table()) != alive:
        time.sleep(0.2)
    stats = get_memory_info_reply(state).store_stats
    return stats.cumulative_created_bytes + stats.spilled_bytes_total


def test_a_run_goes_on_when_a_machine_is_lost_and_no_data_was_in_ray(tmp_path, machines):
    nodes = [machines.add(num_cpus=1) for _ in range(2)]
    out, marks = tmp_path / "run", tmp_path / "marks"
    marks.mkdir()
    run(fatal_plan(tmp_path / "plain", weight=5_000), Inline, Silent())
    held = read_shard(tmp_path / "plain/stages/1_write_notes/r0-00001.parquet", SftRow)[5].id

    def lose():
        while not (marks / held).exists():
            time.sleep(0.05)
        there = (marks / held).read_text()
        (lost,) = [node for node in nodes if node.node_id == there]
        machines.cluster.remove_node(lost, allow_graceful=False)

    threading.Thread(target=lose, daemon=True).start()
    made = fatal_plan(out, hold=(held,), once=str(marks), weight=5_000)
    outcome = run(made, lambda: OnRay(address=machines.address), Silent())
    assert stored(machines.address, alive=2) < 20_000 < 200 * 5_000  # the settings are in there, no row is
    assert outcome.kept == 200 and not outcome.poisoned
    assert json.loads((out / "run.json").read_text())["workers_lost"] >= 1
    assert files(out) == files(tmp_path / "plain")
