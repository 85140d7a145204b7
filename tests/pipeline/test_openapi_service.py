"""Real HTTP services: asked, written to, brought back, shared, and reported when they do not do as they must."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pipeline.errors import BackendError
from pipeline.live_domain import LiveDomain, close_domains, open_domain
from pipeline.openapi_pool import OpenApiPool
from tests.pipeline.services import ODD, URL, WORKSHOP, odd, running, workshop


@pytest.fixture(scope="module")
def live() -> LiveDomain:
    return open_domain("workshop", workshop())


@pytest.fixture(scope="module", autouse=True)
def _nothing_left() -> Iterator[None]:
    yield
    close_domains()


def test_operations_are_tools_and_their_effect_is_that_of_the_method(live: LiveDomain) -> None:
    assert not live.problems and not live.notes
    effects = {name: (tool.spec.effect, tool.spec.effect_source) for name, tool in live.domain.tools.items()}
    read, write = ("read", "method"), ("write", "method")
    assert effects == {
        "find_customer_by_phone": read, "get_customer": read, "get_repair": read,
        "cancel_repair": write, "set_repair_shop": write,
    }  # fmt: skip
    change = live.domain.tools["set_repair_shop"].spec
    assert change.required == ("repair_id", "shop") and len(change.parameters["properties"]["shop"]["enum"]) == 4
    assert len(live.world.tables["get_customer"]) == 60 == len(live.world.tables["find_customer_by_phone"])
    found = live.domain.tools["find_customer_by_phone"].spec.types
    assert found == {"phone": "phone", "return.customer_id": "customer_id"}, "learnt from what it answers"


def test_a_live_state_answers_as_the_service_does(live: LiveDomain) -> None:
    repairs = live.world.tables["get_repair"]
    waiting = next(id_ for id_, row in repairs.items() if (row["status"], row["shop"]) == ("waiting", "Old Mill"))
    collected = next(id_ for id_, row in repairs.items() if row["status"] == "collected")
    fork = live.sandbox.fork()
    moved = fork.call("set_repair_shop", {"repair_id": waiting, "shop": "Hill Road"})
    assert (
        moved.value
        == {**repairs[waiting], "shop": "Hill Road"}
        == fork.call("get_repair", {"repair_id": waiting}).value
    )
    refused = fork.call("set_repair_shop", {"repair_id": collected, "shop": "Hill Road"})
    assert refused.error and refused.content == "Error: this bicycle has been collected already"
    cancelled = fork.fork()
    assert cancelled.call("cancel_repair", {"repair_id": waiting}).content == "done"
    gone = cancelled.call("get_repair", {"repair_id": waiting})
    assert gone.error and gone.content == "Error: repair not found"
    assert waiting not in cancelled.call("get_customer", {"customer_id": repairs[waiting]["customer_id"]}).content
    assert len({live.sandbox.digest(), fork.digest(), cancelled.digest()}) == 3
    assert live.sandbox.call("get_repair", {"repair_id": waiting}).value == repairs[waiting]
    assert set(cancelled.diff()["get_repair"]) == {waiting}


def test_a_service_that_runs_is_shared_in_turns() -> None:
    with running(sys.executable, str(WORKSHOP), "--port", "{port}") as url:
        there = {"base_url": url, "document": f"{url}/openapi.json", "command": None, "processes": 1}
        httpx2.delete(f"{url}/repairs/J1000", trust_env=False)  # somebody was there before
        one, two = (open_domain(name, workshop(**there)) for name in ("one", "two"))
        assert not one.problems and one.world.tables == two.world.tables
        forks = [each.sandbox.fork() for each in (one, two)]
        shops = dict(zip(forks, ("Old Mill", "Hill Road"), strict=True))
        waiting = [id_ for id_, row in one.world.tables["get_repair"].items() if row["status"] == "waiting"][:4]
        for id_ in waiting:  # taking turns, each finds the service as the other left it
            for fork, shop in shops.items():
                assert not fork.call("set_repair_shop", {"repair_id": id_, "shop": shop}).error
        for fork, shop in shops.items():
            assert [fork.call("get_repair", {"repair_id": id_}).value["shop"] for id_ in waiting] == [shop] * 4  # type: ignore[index]
        again = one.sandbox.fork()
        for id_ in waiting:
            again.call("set_repair_shop", {"repair_id": id_, "shop": "Old Mill"})
        assert again.digest() == forks[0].digest() != forks[1].digest()
        assert one.pool.started == two.pool.started == 1 and one.pool.resets > 4


@pytest.mark.parametrize("how", ["restart", "command"])
def test_other_ways_back_to_the_beginning(tmp_path: Path, how: str) -> None:
    reset = None if how == "restart" else {"command": [sys.executable, str(tmp_path / "reset.py")]}
    (tmp_path / "reset.py").write_text("open('was here', 'w').close()\n")
    settings = odd(reset=reset, processes=2) if how == "restart" else odd(reset=reset, processes=1)
    pool = OpenApiPool("notes", settings)
    try:
        pool.open()
        before = pool.digest(())
        assert not pool.write((), "finish_note", {"note_id": "N1"}).error
        if how == "restart":
            pool.renew()
            assert pool.digest(()) == before and pool.started > 1
        else:  # a command that resets nothing is found out: the same write is refused now
            pool.renew()
            assert pool.digest(()) != before and list(Path(pool._servers[0].folder.path).iterdir())
    finally:
        pool.close()


MISTAKES = [
    ("500", {}, "get_note({\"note_id\":\"N1\"}), GET /notes/N1: answers 500 (boom); mend the service"),
    ("schema", {}, "the answer breaks the schema that the document gives for it: done: \"no\" is not of type"),
    ("rubbish", {}, "calls itself application/json but is no JSON"),
    ("empty", {}, "the document describes an answer, but there is none"),
    ("slow", {"timeout": 0.5}, "no answer within 0.5 s; raise openapi.timeout"),
    ("redirect", {}, "a redirection to '/elsewhere'"),
    ("unauthorized", {}, "answers 401: the service wants to know who asks; see openapi.headers_from_env"),
    ("dies", {}, "the service broke the connection"),
    ("moody", {}, "does not answer the same on two servers"),
    ("writing read", {}, "is a read by its method but changes the state; say what it is (openapi.effects"),
    ("closed", {}, "no read answers: get_note"),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "changes", "words"), MISTAKES, ids=[mode for mode, _, _ in MISTAKES])
def test_what_a_service_does_wrong_is_said_with_tool_and_place(mode: str, changes: Any, words: str) -> None:
    changes = {"exclude": ["state", "list_notes"], "seeds": [{"tool": "list_notes"}], **changes}
    changes.update(types={"get_note": {"note_id": "notes"}})
    live = open_domain("notes", odd(mode, **changes))
    assert any(words in problem for problem in live.problems), live.problems
    assert all(problem.startswith(("HTTP service of notes", "notes: ")) for problem in live.problems)
    live.pool.close()


@pytest.mark.parametrize(
    ("mode", "changes", "words"),
    [
        ("dangling", {}, "notes: http://127.0.0.1:{port}/openapi.json: GET /notes/{note_id}"),
        ("no reset", {"command": None}, "the reset, POST /reset: answers 500"),
        ("sound", {"document": URL + "/nothing"}, "answers 404; correct openapi.document"),
        ("sound", {"document": URL + "/state"}, "OpenAPI of no version is not read"),
        ("sound", {"document": "/nowhere.yaml"}, "/nowhere.yaml: cannot be read"),
        ("sound", {"probes": []}, "finish_note write, and nothing tells the service's states apart"),
        ("sound", {"command": None, "reset": None}, "finish_note write, and nothing takes the service back"),
        ("sound", {"effects": {"finish_nota": "read"}}, "no tool 'finish_nota'; did you mean 'finish_note'?"),
        ("sound", {"probes": [{"tool": "get_note"}]}, "openapi.probes: get_note lacks note_id"),
        ("sound", {"only": ["state"]}, "no tool is left"),
        ("sound", {"headers_from_env": {"X-Key": "WRIT_TEST_ABSENT"}}, "the environment has no WRIT_TEST_ABSENT"),
        ("sound", {"command": ["no-such-program"]}, "there is no program 'no-such-program'"),
        ("sound", {"command": [sys.executable, "-c", "raise SystemExit('bad luck')"]}, "Its last words: 'bad luck'"),
        ("sound", {"command": ["sleep", "60"], "start_timeout": 0.5}, "does not listen 0.5 s after its start"),
        (
            "sound",
            {"principal": {"read": "get_note", "facts": {"topic": "topic"}, "identity": ["get_note"]}},
            "openapi.principal: get_note asks for 'note_id', which is none of the facts (topic)",
        ),
        ("sound", {"principal": {"read": "get_nota", "facts": {"topic": "topic"}}}, "there is no read 'get_nota'"),
    ],
)  # fmt: skip
def test_a_domain_that_cannot_be_opened_says_why(mode: str, changes: Any, words: str) -> None:
    seeded = {"types": {"get_note": {"note_id": "notes"}}, "seeds": [{"tool": "list_notes"}]}
    running_apart = "command" in changes and changes["command"] is None
    with running(sys.executable, str(ODD), "{port}", mode) if running_apart else _nobody() as url:
        there = {"base_url": url, "document": f"{url}/openapi.json"} if url else {}
        settings = odd(mode, **{**seeded, **there, **changes})
        with pytest.raises(BackendError) as caught:
            open_domain("notes", settings)
        assert words in str(caught.value)


class _nobody:
    def __enter__(self) -> str:
        return ""

    def __exit__(self, *_: object) -> None: ...


def test_a_service_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text(json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}}))
    away = odd(
        document=str(tmp_path / "notes.json"), base_url="http://127.0.0.1:9", command=None, probes=[], exclude=[]
    )
    with pytest.raises(BackendError, match=r"cannot be reached at http://127\.0\.0\.1:9: .*correct openapi\.base_url"):
        open_domain("notes", away)


def test_secrets_are_sent_and_never_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRIT_TEST_KEY", "Bearer very-secret")
    seeded = {"types": {"get_note": {"note_id": "notes"}}, "seeds": [{"tool": "list_notes"}]}
    echo = odd("echo", headers_from_env={"Authorization": "WRIT_TEST_KEY"}, **seeded)
    live = open_domain("echo", echo)
    assert "holds a value of openapi.headers_from_env, which must not get into the data" in live.problems[0]
    everything = [*live.problems, echo.meaning(), repr(live.world.tables), echo.model_dump_json()]
    assert not any("very-secret" in text for text in everything) and "WRIT_TEST_KEY" in echo.meaning()


def test_schemas_that_contain_themselves_and_forbidden_names_are_noted() -> None:
    seeded = {"types": {"get_note": {"note_id": "notes"}}}
    bounded = open_domain("recursive", odd("recursive", seeds=[{"tool": "list_notes"}], **seeded))
    assert not bounded.problems and [note.kind for note in bounded.notes] == ["bounded"]
    renamed = open_domain("names", odd("names", seeds=[{"tool": "notes.list"}], **seeded))
    assert "notes_list" in renamed.domain.tools and renamed.notes[0].kind == "renamed"
    assert not renamed.problems and renamed.sandbox.call("notes_list", {}).value == {"notes": ["N1", "N2", "N3"]}
