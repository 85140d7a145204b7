"""A replica starts its server, says why it cannot, starts it again when it dies, and takes it down."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest

from pipeline.engines.settings import VllmSettings
from pipeline.engines.vllm_flags import Flags, probe
from pipeline.engines.vllm_replica import Replica, Report
from pipeline.engines.vllm_server import VllmServer
from pipeline.errors import UserError
from tests.pipeline.engines.vllm_servers import processes, stand_in

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def flags() -> Flags:
    return probe(stand_in())


def _marked(tmp_path: Path, model: str = "model", **changes: object) -> tuple[VllmSettings, str]:
    """Returns settings whose processes can be told from all others."""
    mark = f"WRIT_MARK={tmp_path}"
    return stand_in(model, env={"WRIT_MARK": str(tmp_path)}, **changes), mark


async def _until(replica: Replica, flags: Flags, right: object, seconds: float = 60) -> Report:
    deadline = time.monotonic() + seconds
    while True:
        report = await replica.serve(flags, None)
        if right(report):  # type: ignore[operator]
            return report
        assert time.monotonic() < deadline, report
        await asyncio.sleep(0.1)


def test_a_server_that_dies_comes_back_at_its_address(tmp_path: Path, flags: Flags) -> None:
    settings, mark = _marked(tmp_path)

    async def scenario() -> None:
        replica = Replica(settings, "127.0.0.1", tmp_path / "log")
        first = await replica.serve(flags, None)
        assert first.problem == "" and first.load is not None and first.load.kv_usage == 0.25
        assert len(processes(mark)) == 4, "two guards, server and the server's helper"
        guards = processes("live_guard.py")
        (server,) = (each for each in processes(mark) if each == os.getpgid(each) and each not in guards)
        os.kill(server, signal.SIGKILL)
        back = await _until(replica, flags, lambda report: report.restarts == 1 and report.load is not None)
        assert back.url == first.url, "nobody needs to be told another address"
        await replica.stop()

    asyncio.run(scenario())
    assert not processes(mark)


def test_a_server_that_dies_again_and_again_is_given_up(tmp_path: Path, flags: Flags) -> None:
    settings, mark = _marked(tmp_path, "dies", restarts=2)

    async def scenario() -> Report:
        replica = Replica(settings, "127.0.0.1", tmp_path / "log")
        report = await _until(replica, flags, lambda report: report.problem)
        await replica.stop()
        return report

    report = asyncio.run(scenario())
    assert report.restarts == 2
    assert "died and had been started again 2 times" in report.problem and "serving dies" in report.problem
    assert (tmp_path / "log").read_text().count("serving dies") == 3
    assert not processes(mark)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("fails", "it ended with code 1 before it was healthy.*ValueError: there is no such model.*read the manual"),
        ("hangs", r"not healthy after 1 s \(start_timeout\).*serving hangs"),
    ],
)
def test_a_server_that_does_not_start_is_quoted(tmp_path: Path, flags: Flags, model: str, said: str) -> None:
    settings, mark = _marked(tmp_path, model, start_timeout=1 if model == "hangs" else 60)
    report = asyncio.run(Replica(settings, "127.0.0.1", tmp_path / "log").serve(flags, None))
    assert re.search(said, report.problem, re.DOTALL), report.problem
    assert str(tmp_path / "log") in report.problem
    assert not processes(mark)


def test_a_wrong_flag_is_told_before_anything_starts(tmp_path: Path, flags: Flags) -> None:
    settings, _ = _marked(tmp_path, args={"max_model_length": 10})
    report = asyncio.run(Replica(settings, "127.0.0.1", tmp_path / "log").serve(flags, None))
    assert "did you mean max-model-len?" in report.problem
    assert not (tmp_path / "log").exists()


def test_a_port_that_is_about_to_be_given_back_is_waited_for(tmp_path: Path, flags: Flags) -> None:
    settings, _ = _marked(tmp_path)

    async def scenario() -> None:
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = int(taken.getsockname()[1])
            server = VllmServer(settings, "127.0.0.1", tmp_path / "log")
            starting = asyncio.create_task(server.start(flags, port))
            await asyncio.sleep(1)
            assert not starting.done()
        assert await starting == port
        await server.stop()

    asyncio.run(scenario())


def test_the_servers_environment_is_not_the_workers(
    tmp_path: Path, flags: Flags, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    settings, mark = _marked(tmp_path)

    async def scenario() -> None:
        server = VllmServer(settings, "127.0.0.1", tmp_path / "log")
        await server.start(flags, None)
        for each in processes(mark):
            names = {entry.partition(b"=")[0] for entry in Path(f"/proc/{each}/environ").read_bytes().split(b"\0")}
            assert not names & {b"PYTHONPATH", b"OMP_NUM_THREADS"} and b"TMPDIR" in names
        await server.stop()

    asyncio.run(scenario())


def test_errors_are_for_the_person_at_the_keyboard(tmp_path: Path, flags: Flags) -> None:
    settings, _ = _marked(tmp_path, "fails")
    with pytest.raises(UserError, match="engines: vLLM with fails"):
        asyncio.run(VllmServer(settings, "127.0.0.1", tmp_path / "log").start(flags, None))
