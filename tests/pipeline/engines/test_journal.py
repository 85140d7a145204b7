import contextlib
import json
import math
import os
import signal
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engines.journal import Journal, announced, key_of
from schemas.completion import Completion, CompletionRequest, RawCall, Usage
from tests.pipeline.engines.served import WRIT, recipe, run, served
from tests.pipeline.toy import files
from tests.stages.simulate_dialogues.talks import told

ANSWERS = {
    "scenario-1/0/agent 0 aa": Completion(content="Which book is it?", usage=Usage(prompt_tokens=9)),
    "scenario-1/0/user 1 bb": Completion(content="die Blechtrommel,\nbitte", engine="http:small-1"),
    "scenario-1/0/agent 2 cc": Completion(
        content="", tool_calls=(RawCall(id="x", name="find_book", arguments='{"title": '),), finish_reason="length"
    ),
}


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("journal") / "r0-00000.journal"
    journal = Journal(path)
    for key, completion in ANSWERS.items():
        journal.add(key, completion)
    journal.close()
    return path.read_bytes()


def test_what_was_noted_is_found_word_for_word(tmp_path, content):
    path = tmp_path / "a.journal"
    path.write_bytes(content)
    journal = Journal(path)
    assert {key: journal.answer(key) for key in ANSWERS} == ANSWERS
    assert journal.answer("scenario-1/0/agent 0 ab") is None


@settings(deadline=None)  # files, on a machine that may be busy
@given(st.data())
def test_a_torn_or_spoilt_tail_costs_what_it_held_and_nothing_else(tmp_path_factory, content, data):
    cut = data.draw(st.integers(0, len(content)))
    tail = data.draw(st.sampled_from([b"", b"\n", b"0c3f9a1e {}\n", b"\xff\xfe", b"{"]))
    path = tmp_path_factory.mktemp("torn") / "a.journal"
    path.write_bytes(content[:cut] + tail)
    journal = Journal(path)
    whole = content[:cut].count(b"\n")
    # A cut exactly before a line's end is mended by the tail that begins with one.
    found = [key for key in ANSWERS if journal.answer(key) is not None]
    assert found in (list(ANSWERS)[:whole], list(ANSWERS)[: whole + 1])
    assert all(journal.answer(key) == ANSWERS[key] for key in found)
    journal.add("scenario-2/0/user 0 dd", Completion(content="more"))
    journal.close()
    again = Journal(path)
    assert again.found == len(found) + 1
    assert again.answer("scenario-2/0/user 0 dd") == Completion(content="more")


def test_a_byte_that_changed_ends_what_is_believed(tmp_path, content):
    path = tmp_path / "a.journal"
    place = content.index(b"Blechtrommel")
    path.write_bytes(content[:place] + b"P" + content[place + 1 :])
    assert Journal(path).found == 1


def test_announced_scenarios_stand_beside_the_turns_and_are_no_answers(tmp_path, content):
    path = tmp_path / "a.journal"
    path.write_bytes(content)
    journal = Journal(path)
    one = told("cancel_named")
    journal.announce(one)
    journal.add("scenario-2/0/user 0 dd", Completion(content="more"))
    assert list(announced(path)) == [one]
    journal.close()
    assert Journal(path).found == len(ANSWERS) + 1
    path.write_bytes(path.read_bytes()[: len(content) + 200])
    assert list(announced(path)) == []


def test_another_body_engine_or_place_is_another_turn():
    request = CompletionRequest(role="agent", session="s", turn=1, messages=())
    later = CompletionRequest(role="agent", session="s", turn=2, messages=())
    keys = {key_of(request, b"{}", "a"), key_of(request, b"{ }", "a"), key_of(request, b"{}", "b")}
    assert len({*keys, key_of(later, b"{}", "a")}) == 4


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["inline", "ray"])
def test_no_finished_turn_is_asked_for_twice_after_kill_9(tmp_path, executor):
    """The run is killed again and again at a random place, orchestrators and all; the server counts its answers."""
    out, more = tmp_path / "out", ["--executor", executor, "--workers", "2"]
    kills, noted = 0, []
    with served(tmp_path, out, "--latency", "0.3,0.3") as server:
        path = recipe(tmp_path, server.url, count=40)
        while True:
            command = [str(WRIT), "run", str(path), "--out", str(out), *more]
            with (tmp_path / "log").open("wb") as log:
                process = subprocess.Popen(command, stderr=log, start_new_session=True)
            before = sum(server.counts().values())
            enough = before + 40 if kills < 3 else math.inf
            try:
                while process.poll() is None and sum(server.counts().values()) < enough:
                    time.sleep(0.05)
            finally:
                ended = process.poll() is not None
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=60)
            if ended:
                assert process.returncode in (0, 1), (tmp_path / "log").read_text()
                break
            kills += 1
            time.sleep(1.0)  # what was on its way arrives at the server
            noted.append((turns_in(out / "journal"), server.counts()))
        counts = server.counts()
    assert kills == 3
    assert sum(bool(finished) for finished, _ in noted) >= 2
    for finished, then in noted:
        for session, place in finished:
            # The server counts messages, the journal counts turns: both grow from turn to turn of a session.
            turn = sorted(turn for each, turn in counts if each == session)[place]
            assert counts[session, turn] == then[session, turn], (session, turn)
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    with served(undisturbed, undisturbed / "out") as server:
        assert run(recipe(undisturbed, server.url, count=40), undisturbed / "out").returncode in (0, 1)
        assert server.counts().keys() == counts.keys()
    assert files(out) == files(undisturbed / "out")
    assert not list((out / "journal").glob("*"))


def turns_in(folder):
    """Session and place of every whole line of the journals."""
    lines = [line for path in folder.glob("*") for line in path.read_bytes().splitlines(keepends=True)]
    keys = [json.loads(line.partition(b" ")[2])["key"] for line in lines if line.endswith(b"\n")]
    return [(session, int(turn)) for session, turn, _ in (key.split(" ") for key in keys)]
