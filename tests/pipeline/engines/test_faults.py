"""What goes wrong outside, injected into whole runs over real servers in processes of their own."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.storage import read_shard
from schemas.dialogue import Dialogue
from tests.pipeline.engines.served import WRIT, recipe, run, served
from tests.pipeline.toy import files

KEY = "sk-very-secret-4711"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    with served(folder, folder / "out") as server:
        assert run(recipe(folder, server.url), folder / "out").returncode in (0, 1)
    return files(folder / "out")


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_the_key_is_sent_and_stands_nowhere(tmp_path, undisturbed):
    out = tmp_path / "out"
    with served(tmp_path, out, "--key-env", "SERVER_KEY", "--fault", "error=0.05", SERVER_KEY=KEY) as server:
        path = recipe(tmp_path, server.url, http={"api_key_env": "MY_KEY"})
        done = run(path, out, MY_KEY=KEY)
        assert done.returncode in (0, 1), done.stderr
        assert files(out) == undisturbed
        assert KEY not in done.stderr + done.stdout
        assert KEY.encode() not in everything_in(out)

        wrong = run(path, tmp_path / "wrong", MY_KEY="sk-wrong-0815")
        assert wrong.returncode == 2
        assert "MY_KEY" in wrong.stderr
        assert "sk-wrong-0815" not in wrong.stderr

        missing = run(path, tmp_path / "missing", MY_KEY="")
        assert missing.returncode == 2
        assert "export MY_KEY=" in missing.stderr

        nameless = run(recipe(tmp_path, server.url), tmp_path / "nameless")
        assert nameless.returncode == 2
        assert "api_key_env" in nameless.stderr


@pytest.mark.slow
def test_a_key_that_is_refused_later_ends_the_run_without_being_told(tmp_path):
    """The key is right at the start and then withdrawn: what the endpoint repeats of it is not shown."""
    out = tmp_path / "out"
    with served(tmp_path, out, "--latency", "0.3", "--key-env", "SERVER_KEY", SERVER_KEY=KEY) as server:
        port = server.url.rpartition(":")[2].partition("/")[0]
        path = recipe(tmp_path, server.url, http={"api_key_env": "MY_KEY"})
        found = []
        running = threading.Thread(target=lambda: found.append(run(path, out, MY_KEY=KEY)))
        running.start()
        while sum(server.counts().values()) < 10:
            time.sleep(0.1)
        server.kill()
        with served(tmp_path, out, "--key-env", "SERVER_KEY", port=int(port), SERVER_KEY="another"):
            running.join(timeout=240)
    (done,) = found
    assert done.returncode == 2, done.stderr
    assert "MY_KEY" in done.stderr
    assert KEY not in done.stderr
    assert KEY.encode() not in everything_in(out)


@pytest.mark.slow
def test_another_models_name_ends_the_run_and_nothing_of_it_is_kept(tmp_path):
    out = tmp_path / "out"
    with served(tmp_path, out, "--fault", "model=0.02") as server:
        done = run(recipe(tmp_path, server.url), out)
    assert done.returncode == 2
    assert "'another-model'" in done.stderr
    assert "answers_as" in done.stderr
    # The log repeats what was said; nothing else has it.
    assert b"another-model" not in b"".join(everything_in(out / name) for name in ("stages", "journal", "dataset"))


@pytest.mark.slow
def test_a_server_that_is_not_there_or_has_another_model_is_told_before_anything_is_made(tmp_path):
    done = run(recipe(tmp_path, "http://127.0.0.1:9/v1"), tmp_path / "out")
    assert done.returncode == 2
    assert "Start the server" in done.stderr
    with served(tmp_path, tmp_path / "other", "--model", "small-1") as server:
        done = run(recipe(tmp_path, server.url), tmp_path / "other")
    assert done.returncode == 2
    assert "mend base_url or model" in done.stderr


@pytest.mark.slow
def test_an_answer_byte_by_byte_is_not_waited_for(tmp_path, undisturbed):
    out = tmp_path / "out"
    with served(tmp_path, out, "--fault", "loris=0.03") as server:
        path = recipe(tmp_path, server.url, http={"body_timeout": 1.0})
        done = run(path, out)
        assert done.returncode in (0, 1), done.stderr
    assert files(out) == undisturbed


@pytest.mark.slow
def test_a_rate_limit_costs_time_and_nothing_else(tmp_path, undisturbed):
    out = tmp_path / "out"
    with served(tmp_path, out, "--rate", "60") as server:
        done = run(recipe(tmp_path, server.url), out)
        assert done.returncode in (0, 1), done.stderr
        assert set(server.counts().values()) == {1}
    assert files(out) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["inline", "ray"])
def test_a_replica_killed_in_mid_dialogue_loses_nothing(tmp_path, undisturbed, executor):
    out = tmp_path / "out"
    options = ("--latency", "0.2")
    with served(tmp_path, out, *options) as first, served(tmp_path, out, *options) as second:
        command = [str(WRIT), "run", str(recipe(tmp_path, first.url, second.url)), "--out", str(out)]
        process = subprocess.Popen([*command, "--executor", executor], stderr=subprocess.PIPE, text=True)
        while not (sum(first.counts().values()) > 20 and sum(second.counts().values()) > 20):
            assert process.poll() is None
            time.sleep(0.05)
        before = first.counts()
        first.kill()
        _, errors = process.communicate(timeout=240)
        assert process.returncode in (0, 1), errors
        after = second.counts()
    assert files(out) == undisturbed
    # Sessions of the dead one went on at the other.
    assert {session for session, _ in before} & {session for session, _ in after}
    assert max(after.values()) == 1


@pytest.mark.slow
def test_an_orchestrator_that_is_killed_comes_back_and_asks_for_nothing_twice(tmp_path, undisturbed):
    out = tmp_path / "out"
    with served(tmp_path, out, "--latency", "0.3") as server:
        command = [str(WRIT), "run", str(recipe(tmp_path, server.url)), "--out", str(out), "--workers", "2"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while sum(server.counts().values()) < 40:
            assert process.poll() is None
            time.sleep(0.05)
        (first,) = orchestrators_below(process.pid)
        os.kill(first, signal.SIGKILL)
        noted = sum(path.read_bytes().count(b"\n") for path in (out / "journal").glob("*"))
        _, errors = process.communicate(timeout=240)
        assert process.returncode in (0, 1), errors
        counts = server.counts()
    assert noted > 10
    assert files(out) == undisturbed
    # Those on their way were asked for again: one per open dialogue at most.
    assert 0 <= sum(counts.values()) - len(counts) <= 64


@pytest.mark.slow
def test_an_orchestrator_that_lags_gets_a_second_one_beside_it(tmp_path, undisturbed):
    """The first one is stopped for seconds, so that its loop is late however fast the machine is."""
    out = tmp_path / "out"
    with served(tmp_path, out, "--latency", "1.0") as server:
        http = {"base_url": server.url, "model": "scripted"}
        engine = {"http": http, "prices": {"prompt": 1.0, "completion": 10.0}}
        engines = {"agent": engine, "user": engine, "budget": 1000}
        path = recipe(tmp_path, server.url, engines=engines)
        command = [str(WRIT), "run", str(path), "--out", str(out), "--workers", "2"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while sum(server.counts().values()) < 20:
            assert process.poll() is None
            time.sleep(0.05)
        (first,) = orchestrators_below(process.pid)
        os.kill(first, signal.SIGSTOP)
        time.sleep(6)
        os.kill(first, signal.SIGCONT)
        most = 1
        while process.poll() is None:
            most = max(most, len(orchestrators_below(process.pid)))
            time.sleep(0.1)
        assert process.returncode in (0, 1), process.stderr.read()
        process.stderr.close()
        assert set(server.counts().values()) == {1}
    assert most == 2
    assert files(out) == undisturbed


def orchestrators_below(root: int) -> list[int]:
    parents = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                fields = (path / "stat").read_text().rpartition(")")[2].split()
                parents[int(path.name)] = int(fields[1]), (path / "cmdline").read_bytes()
            except OSError:
                continue
    ours = {root}
    while more := {pid for pid, (parent, _) in parents.items() if parent in ours} - ours:
        ours |= more
    return [pid for pid in ours if parents.get(pid, (0, b""))[1].startswith(b"ray::Actor")]


def drops_of(out):
    paths = out.glob("stages/*/*.drops.parquet")
    rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
    return [row for row in rows if row["stage"] in ("simulate_dialogues", "validate_dialogues")]


@pytest.mark.slow
def test_an_agent_that_says_the_same_for_ever_is_left_and_named(tmp_path):
    out = tmp_path / "out"
    with served(tmp_path, out, "--fault", "loop=1.0") as server:
        engines = {"agent": {"http": {"base_url": server.url, "model": "scripted"}}}
        done = run(recipe(tmp_path, server.url, count=4, engines=engines), out)
        assert done.returncode == 1, done.stderr
    drops = drops_of(out)
    assert drops and {(drop["reason"], drop["owner"]) for drop in drops} == {("loop", "agent")}
    assert all("Let me check that for you" in drop["record"] + drop["detail"] for drop in drops)


@pytest.mark.slow
def test_answers_that_are_cut_off_are_asked_for_once_more_and_never_kept(tmp_path):
    out = tmp_path / "out"
    with served(tmp_path, out, "--fault", "truncate=0.05") as server:
        done = run(recipe(tmp_path, server.url), out)
        assert done.returncode in (0, 1), done.stderr
    assert all(drop["reason"] == "truncated" and drop["owner"] in ("agent", "user") for drop in drops_of(out))
    paths = [path for path in out.glob("stages/*simulate_dialogues/*.parquet") if "drops" not in path.name]
    made = [dialogue for path in paths for dialogue in read_shard(path, Dialogue)]
    spoken = [message.generation for dialogue in made for message in dialogue.messages if message.generation]
    assert {each.repaired for each in spoken} == {"", "truncated"}
    assert {each.finish_reason for each in spoken} <= {"stop", "tool_calls"}


@pytest.mark.slow
def test_a_budget_stops_the_run_and_more_money_continues_it(tmp_path, undisturbed):
    out = tmp_path / "out"
    engine = {"prices": {"prompt": 1.0, "completion": 10.0}}
    with served(tmp_path, out) as server:
        http = {"base_url": server.url, "model": "scripted"}
        engines = {"agent": {"http": http, **engine}, "user": {"http": http, **engine}}
        poor = run(recipe(tmp_path, server.url, engines={**engines, "budget": 0.05}), out)
        assert poor.returncode == 1, poor.stderr
        assert "engines.budget" in poor.stderr
        paid = sum(server.counts().values())
        assert not (out / "run.json").exists()
        rich = run(recipe(tmp_path, server.url, engines={**engines, "budget": 1000}), out)
        assert rich.returncode in (0, 1), rich.stderr
        counts = server.counts()
        assert set(counts.values()) == {1}
        assert paid < sum(counts.values())
    assert files(out) == undisturbed
    told = subprocess.run([str(WRIT), "stats", str(out)], capture_output=True, text=True, check=True)
    assert f"{sum(session.endswith('/agent') for session, _ in counts):,}" in told.stdout
