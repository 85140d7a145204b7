"""All replicas of a run on Ray: placed, looked after, and gone with the run, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray

from pipeline.engines.settings import Engines, VllmSettings
from pipeline.engines.vllm_fleet import Fleet
from pipeline.errors import UserError
from pipeline.on_ray import OnRay
from tests.pipeline.engines.vllm_servers import HERE, engines_with, processes, real, stand_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"),
]

DRIVER = """
import sys, time
from pathlib import Path
from pipeline.engines.settings import Engines
from pipeline.engines.vllm_fleet import Fleet
from pipeline.on_ray import OnRay
executor = OnRay(1)
try:
    fleet = Fleet(Engines.model_validate_json(sys.argv[1]), Path(sys.argv[2]))
    print(fleet.addresses["agent"][0], flush=True)
    if sys.argv[3] != "end":
        for _ in range(1200):  # in short pieces: a signal just before a sleep does not cut that one short
            time.sleep(0.1)
    fleet.close()
finally:
    executor.close()
"""


@pytest.fixture(scope="module")
def on_ray() -> Iterator[OnRay]:
    executor = OnRay(1)
    yield executor
    executor.close()


def _marked(settings: VllmSettings, tmp_path: Path) -> tuple[VllmSettings, str]:
    env = {**settings.env, "WRIT_MARK": str(tmp_path)}
    return settings.model_copy(update={"env": env}), f"WRIT_MARK={tmp_path}"


def _until_gone(mark: str, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while processes(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not processes(mark)


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(address.removesuffix("/v1") + "/health", timeout=20):
            return True
    except OSError:
        return False


def test_roles_of_one_model_share_its_replicas(on_ray: OnRay, tmp_path: Path) -> None:
    settings, mark = _marked(stand_in(replicas=2), tmp_path)
    fleet = Fleet(engines_with(settings), tmp_path / "logs")
    assert fleet.addresses["agent"] == fleet.addresses["user"] and len(set(fleet.addresses["agent"])) == 2
    assert all(_healthy(each) for each in fleet.addresses["agent"])
    assert [report.load is not None for report in fleet.reports] == [True, True]
    assert len(list((tmp_path / "logs").glob("vllm-*.log"))) == 2
    fleet.close()
    _until_gone(mark)


def test_what_cannot_be_placed_or_started_is_told(on_ray: OnRay, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="2 replicas of model need 64 GPU each; there is 0 GPU in all"):
        Fleet(engines_with(stand_in(replicas=2, gpus=64)), tmp_path)
    with pytest.raises(UserError, match=r"(?s)there is no such model.*read the manual"):
        Fleet(engines_with(stand_in("fails")), tmp_path)
    with pytest.raises(UserError, match="cannot be run"):
        Fleet(engines_with(stand_in().model_copy(update={"python": "/no/such/python"})), tmp_path)


def test_two_models_need_room_beside_each_other(on_ray: OnRay, tmp_path: Path) -> None:
    room = int(ray.cluster_resources()["memory"]) >> 30
    agent, user = (stand_in(name, replicas=room // 2 + 1).model_dump(mode="json") for name in ("agent", "user"))
    engines = Engines.model_validate({"agent": {"vllm": agent}, "user": {"vllm": user}})
    with pytest.raises(
        UserError, match=r"replicas of user need 1.0 GiB of memory each, beside the \d+.0 GiB of memory of"
    ):
        Fleet(engines, tmp_path)
    assert not list(tmp_path.iterdir()), "no server was started"


@pytest.mark.parametrize("how", ["end", "kill", "interrupt", "terminate"])
def test_no_process_is_left_whatever_ends_the_run(tmp_path: Path, how: str) -> None:
    settings, mark = _marked(stand_in(), tmp_path)
    _ended(settings, mark, tmp_path, how)


@pytest.mark.vllm
def test_a_real_server_with_all_its_processes_goes_with_a_killed_run(tmp_path: Path) -> None:
    settings, mark = _marked(real(), tmp_path)
    _ended(settings, mark, tmp_path, "kill")


def _ended(settings: VllmSettings, mark: str, tmp_path: Path, how: str) -> None:
    """Starts a run in a process of its own, ends it in some way, and looks for what is left."""
    arguments = [engines_with(settings).model_dump_json(), str(tmp_path / "logs"), how]
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(HERE)}, start_new_session=True,
    )  # fmt: skip
    try:
        assert driver.stdout is not None
        address = driver.stdout.readline().decode().strip()
        assert address.startswith("http://127.0.0.1:")
        if how != "end":
            assert _healthy(address) and len(processes(mark)) >= 4, "guards, server and what it started"
            numbers = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT, "terminate": signal.SIGTERM}
            driver.send_signal(numbers[how])
        driver.wait(60)
    finally:
        driver.kill()
        driver.wait()
        if driver.stdout is not None:
            driver.stdout.close()
    _until_gone(mark)


def test_an_actor_that_is_killed_takes_its_server_along_and_both_come_back(on_ray: OnRay, tmp_path: Path) -> None:
    settings, mark = _marked(stand_in(), tmp_path)
    fleet = Fleet(engines_with(settings), tmp_path / "logs")
    before = processes(mark)
    (actor,) = {_parent(each) for each in before} - set(before)
    os.kill(actor, signal.SIGKILL)
    deadline = time.monotonic() + 90
    while not (_healthy(fleet.addresses["agent"][0]) and not set(before) & set(processes(mark))):
        assert time.monotonic() < deadline, "nobody started it again"
        time.sleep(0.2)
    fleet.close()
    _until_gone(mark)
