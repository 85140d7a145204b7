"""Servers that do not do as they must, as real processes: each gets a message that names tool and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import BackendError
from pipeline.live_domain import LiveDomain, close_domains, open_domain
from tests.pipeline.servers import small, small_command


@pytest.fixture(autouse=True)
def _no_servers_left() -> Iterator[None]:
    yield
    close_domains()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> LiveDomain:
    return open_domain("notes", small(tmp_path_factory.mktemp("sound")))


def test_tools_effects_and_where_they_were_learnt(sound: LiveDomain) -> None:
    specs = {name: tool.spec for name, tool in sound.domain.tools.items()}
    assert {name: (spec.effect, spec.effect_source) for name, spec in specs.items()} == {
        "list_notes": ("read", "annotation"),
        "get_note": ("read", "annotation"),
        "finish_note": ("write", "annotation"),
        "glance": ("read", "observed"),
        "status_bump": ("write", "observed"),
    }
    assert not sound.problems
    assert sound.world.tables["get_note"]["N1"] == {"note_id": "N1", "topic": "milk", "done": False}
    assert set(sound.world.tables["glance"]) == {"N1", "N2", "N3"}, "its results are described by what they look like"
    assert specs["glance"].returns is not None and specs["glance"].returns["properties"]["done"] == {"type": "boolean"}


def test_the_world_is_the_same_wherever_it_is_recorded(sound: LiveDomain, tmp_path: Path) -> None:
    again = open_domain("notes", small(tmp_path, processes=1, reset="restart"))
    assert again.world.digest == sound.world.digest


def test_http_answers_as_stdio_does(sound: LiveDomain, tmp_path: Path) -> None:
    settings = small(tmp_path, command=small_command("sound", "{port}"), url="http://127.0.0.1:{port}/mcp")
    live = open_domain("notes", settings)
    assert live.world.digest == sound.world.digest
    fork = live.sandbox.fork()
    assert fork.call("finish_note", {"note_id": "N1"}).value["done"] is True
    assert fork.digest() != live.sandbox.digest()


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("absent", "does not start.*last words: 'cannot find my configuration'"),
        ("mute", "says nothing for 3 s after its start"),
        ("rubbish", "no JSON-RPC message: 'Welcome to the note server!'.*standard error"),
        ("twins", r"two tools are named 'get_note': tools\[1\] and tools\[5\]"),
    ],
)
def test_a_server_that_cannot_be_opened(tmp_path: Path, mode: str, words: str) -> None:
    changes = {"start_timeout": 3} if mode == "mute" else {}
    with pytest.raises(BackendError, match=words):
        open_domain("notes", small(tmp_path, mode, **changes))


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("dies", r"get_note\(\{\"note_id\":\"N1\"\}\): the server ended in the middle.*'out of paper'"),
        ("hangs", r"get_note\(\{\"note_id\":\"N1\"\}\): no answer within 2 s"),
        ("breaks", "get_note.*its? own outputSchema: topic: 7 is not of type \"string\".*mcp.exclude|"
                   "breaks the tool's own outputSchema: topic: 7 is not of type \"string\""),
        ("changing", "changed its tool list \\(late_comer"),
        ("sneaky", r"peek\(\{\"note_id\":\"N1\"\}\) is a read by its annotation but changes the state"),
        ("moody", r"weather\(\{\}\) does not answer the same on two servers"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_trusted(tmp_path: Path, mode: str, words: str) -> None:
    changes = {"timeout": 2} if mode == "hangs" else {}
    live = open_domain("notes", small(tmp_path, mode, **changes))
    assert any(re.search(words, problem) for problem in live.problems), live.problems
    blamed = [problem for problem in live.problems if "but changes the state" in problem]
    assert len(blamed) <= 1, "only the read that does it"


def test_a_tool_can_be_left_out_or_told_right(tmp_path: Path) -> None:
    assert not open_domain("notes", small(tmp_path, "moody", exclude=["weather"])).problems
    told = open_domain("notes", small(tmp_path, "sneaky", effects={"peek": "write"}))
    assert not told.problems and told.domain.tools["peek"].spec.effect_source == "declared"


def test_names_that_models_forbid_have_a_way_back(tmp_path: Path) -> None:
    live = open_domain("notes", small(tmp_path, "names"))
    mapped = [name for name in live.domain.tools if name.startswith("notes_archive")]
    assert len(mapped) == 2 and {note.kind for note in live.notes} == {"renamed", "collision"}
    assert live.sandbox.fork().call(mapped[0], {"note_id": "N1"}).value["note_id"] == "N1", "the server knows the call"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"command": ["no-such-program"]}, "there is no program 'no-such-program'; install it"),
        ({"only": ["get_nota"]}, "mcp.only: the server has no tool 'get_nota'; did you mean 'get_note'"),
        ({"only": []}, "no tool is left"),
        ({"probes": [{"tool": "get_note", "arguments": {"note_id": "N9"}}]}, "the probe get_note fails: no such note"),
    ],
)
def test_settings_that_do_not_fit_the_server(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(BackendError, match=words):
        open_domain("notes", small(tmp_path, **changes))


@pytest.mark.parametrize(
    "reset",
    [
        {"reset": "command", "reset_command": ["cp", "first.json", "notes.json"]},
        {"reset": "tool", "reset_tool": {"tool": "start_over"}, "exclude": ["start_over"]},
    ],
)
def test_a_server_is_brought_back_by_a_command_or_a_tool(tmp_path: Path, reset: dict[str, object]) -> None:
    settings = small(tmp_path, "resettable", processes=1, probes=[{"tool": "get_note", "arguments": {"note_id": "N1"}}])
    (tmp_path / "notes" / "first.json").write_text((tmp_path / "notes" / "notes.json").read_text())
    live = open_domain("notes", settings.model_validate({**settings.model_dump(), **reset}))
    assert not live.problems
    before, started = live.sandbox.digest(), live.pool.started
    fork = live.sandbox.fork()
    fork.call("finish_note", {"note_id": "N1"})
    assert fork.digest() != before == live.pool.digest(()), "the one server was brought back in between"
    assert live.pool.resets and live.pool.started == started


def test_a_write_that_answers_otherwise_when_made_again_is_no_basis(tmp_path: Path) -> None:
    live = open_domain("notes", small(tmp_path, "forgetful"))
    fork = live.sandbox.fork()
    fork.call("finish_note", {"note_id": "N1"})
    live.pool.rest()  # whoever asks next starts another process
    with pytest.raises(
        BackendError, match=r"finish_note.*does not answer the same twice in the same state: first .*by"
    ):
        fork.call("get_note", {"note_id": "N1"})


def test_a_server_that_dies_once_is_started_again(tmp_path: Path) -> None:
    live = open_domain("notes", small(tmp_path, "faints", env={"MARK": str(tmp_path / "mark")}, processes=1))
    assert not live.problems and (tmp_path / "mark").exists()
    assert len(live.world.tables["get_note"]) == 3 and live.pool.started >= 2
