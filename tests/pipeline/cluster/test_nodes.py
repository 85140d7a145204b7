"""Several machines, as processes of this one: some are lost, some are for other work, none holds data of the run."""

import contextlib
import json
import threading
import time
from pathlib import Path

import pytest
import ray
from ray._private.internal_api import get_memory_info_reply, get_state_from_address
from ray.cluster_utils import Cluster

from pipeline.local import Inline
from pipeline.on_ray import OnRay
from pipeline.progress import Silent
from pipeline.runner import run
from pipeline.storage import read_shard
from pipeline.temporary import OwnFolder
from schemas.sft import SftRow
from tests.pipeline.cluster.fatal import fatal_plan
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
