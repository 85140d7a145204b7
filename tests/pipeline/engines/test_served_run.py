"""Whole runs over real HTTP servers: what goes wrong on the way changes nothing of what comes out."""

import pytest

from pipeline.run_folder import RunFolder
from tests.pipeline.engines.served import recipe, run, served
from tests.pipeline.toy import files

FAULTS = ("storm=0.1", "error=0.05", "reset=0.05", "half=0.05", "type=0.03", "shape=0.03")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    with served(folder, folder / "out") as server:
        done = run(recipe(folder, server.url), folder / "out")
        assert done.returncode in (0, 1), done.stderr
        counts = server.counts()
    found = files(folder / "out")
    assert len(counts) > 50
    assert set(counts.values()) == {1}
    return found, counts


@pytest.mark.slow
def test_faults_of_the_transport_change_no_byte(tmp_path, undisturbed):
    options = [word for fault in FAULTS for word in ("--fault", fault)]
    with served(tmp_path, tmp_path / "out", *options) as server:
        done = run(recipe(tmp_path, server.url), tmp_path / "out")
        assert done.returncode in (0, 1), done.stderr
        assert server.counts() == undisturbed[1]
    assert files(tmp_path / "out") == undisturbed[0]


@pytest.mark.slow
def test_workers_and_orchestrators_change_no_byte(tmp_path, undisturbed):
    with served(tmp_path, tmp_path / "out", "--latency", "0.02,1.0") as server:
        done = run(recipe(tmp_path, server.url), tmp_path / "out", "--executor", "ray", "--workers", "2")
        assert done.returncode in (0, 1), done.stderr
    assert files(tmp_path / "out") == undisturbed[0]


@pytest.mark.slow
def test_further_tasks_of_sessions_are_spoken_for_too(tmp_path):
    with served(tmp_path, tmp_path / "out") as server:
        done = run(recipe(tmp_path, server.url, sessions={3: 1.0}), tmp_path / "out", "-n", "4")
        assert done.returncode in (0, 1), done.stderr
    lengths = [row.num_tasks for row in RunFolder(tmp_path / "out").rows()]
    assert max(lengths, default=0) > 1, "no session went on"
    assert not list((tmp_path / "out" / "journal").glob("*"))
