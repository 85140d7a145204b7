import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import StageFailed, UserError
from pipeline.house import module_files
from pipeline.local import Inline
from pipeline.on_ray import OnRay
from pipeline.progress import Silent
from pipeline.runner import run
from tests.pipeline.shared_ray import SharedRay
from tests.pipeline.toy import Polish, WriteNotes, files, plan


@pytest.fixture(scope="module")
def ray():
    ray = SharedRay(OnRay(2))
    yield ray
    ray.ray.close()


def go(made, executor):
    return run(made, executor, Silent())


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_bytes_do_not_depend_on_executor_or_workers(tmp_path, ray, workers, monkeypatch):
    monkeypatch.setattr(ray.ray, "_workers", workers)
    go(plan(tmp_path / "ray"), ray)
    go(plan(tmp_path / "inline"), Inline)
    assert files(tmp_path / "ray") == files(tmp_path / "inline")


def test_workers_import_the_driver_s_own_packages(ray):
    import ray as library

    assert library.get(library.remote(module_files).remote()) == module_files()


def test_a_worker_with_other_files_stops_the_run(tmp_path, ray, monkeypatch):
    monkeypatch.setitem(ray.ray._files, "stages", "/elsewhere/stages/__init__.py")
    with pytest.raises(UserError, match=r"'stages' from .*Install WRIT"):
        go(plan(tmp_path / "run"), ray)


def test_a_bug_in_a_worker_comes_back_with_its_traceback(tmp_path, ray):
    with pytest.raises(StageFailed, match=r"(?s)failed on order-\w+: ZeroDivisionError: a bug.*toy\.py"):
        go(plan(tmp_path / "run", write=WriteNotes(fail_at=3)), ray)


def unheard_of():
    import no_such_module  # noqa: F401


def test_a_worker_that_lacks_a_module_is_the_user_s_message(tmp_path, ray):
    made = plan(tmp_path / "run")
    with pytest.raises(UserError, match=r"lacks a part .*no_such_module.*the same command goes on"):
        go(replace(made, line=replace(made.line, services=unheard_of, services_key="lacks")), ray)


def test_a_damaged_shard_in_a_worker_is_the_user_s_message(tmp_path, ray):
    out = tmp_path / "run"
    go(plan(out), ray)
    (out / "run.json").unlink()
    shard = out / "stages/1_write_notes/r0-00000.parquet"
    shard.write_bytes(shard.read_bytes()[:-100])
    with pytest.raises(UserError, match="was cut off"):
        go(plan(out), ray)


def test_no_more_shards_are_in_flight_than_workers_can_soon_take(tmp_path, ray):
    taken = []

    class Counting(SharedRay):
        def map(self, line, folder, orders):
            before = len(taken)

            def watched():
                for order in orders:
                    taken.append(order.name)
                    yield order

            results = self.ray.map(line, folder, watched())
            for number, result in enumerate(results, 1):
                assert len(taken) - before - number < 2 * 2
                yield result

    go(plan(tmp_path / "run", polish=Polish(pause=0.002), count=600), Counting(ray.ray))
    assert len(taken) >= 7


CHILD = """
import sys
from pathlib import Path
from pipeline.on_ray import OnRay
from pipeline.progress import Silent
from pipeline.runner import run
from tests.pipeline.toy import Polish, plan
run(plan(Path({out!r}), polish=Polish(pause=0.004)), lambda: OnRay(2), Silent())
"""


def test_a_driver_killed_with_its_workers_at_work_continues(tmp_path):
    out = tmp_path / "run"
    child = subprocess.Popen([sys.executable, "-c", CHILD.format(out=str(out))], cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 60
    while not list(out.glob("stages/2_polish/*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    child.wait()
    assert not (out / "run.json").exists()
    go(plan(out, polish=Polish(pause=0.004)), Inline)
    go(plan(tmp_path / "fresh", polish=Polish(pause=0.004)), Inline)
    assert files(out) == files(tmp_path / "fresh")
