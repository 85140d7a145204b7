"""`writ continue`: foreign dialogues get a task on the state that they reached, own ones go on, mistakes are told."""

from __future__ import annotations

import asyncio
import copy
import errno
import fcntl
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.continuing import held
from pipeline.errors import StorageError
from schemas.base import encode
from schemas.verdict import Judged
from stages.base import Services
from stages.export_rows import ExportRows
from stages.simulate_dialogues import SimulateDialogues
from stages.validate_dialogues import ValidateDialogues
from tests.independent.checker import Checker
from tests.stages.proven import proven, world

RECIPE = "name: mine\ndomains: [{name: retail, world: {size: 150, seed: 3}}]\n"


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """Rows of dialogues about one write each, that end with a good-bye."""
    services = Services(sandboxes={"retail": world("retail")})
    found: list[dict[str, Any]] = []
    for scenario in proven("retail", (("write_intensive", 1, 2),), times=2):
        (dialogue,) = asyncio.run(SimulateDialogues().process(scenario, services))
        (judged,) = asyncio.run(ValidateDialogues().process(dialogue, services))
        if isinstance(judged, Judged):
            (row,) = asyncio.run(ExportRows().process(judged, services))
            found.append(orjson.loads(encode(row)))
    return tuple(found)


def foreign(row: dict[str, Any]) -> list[dict[str, Any]]:
    """A row's messages as another program would write them: arguments as text, ids of its own, no names of tools."""
    messages: list[dict[str, Any]] = copy.deepcopy(row["messages"])
    for message in messages:
        for call in message.get("tool_calls", ()):
            call["id"] = f"chatcmpl-{call['id']}"
            call["function"]["arguments"] = json.dumps(call["function"]["arguments"])
            message["content"] = None
        if message["role"] == "tool":
            message["tool_call_id"] = f"chatcmpl-{message['tool_call_id']}"
            del message["name"]
            if message["content"][:1] == "{":
                message["content"] = json.dumps(json.loads(message["content"]), indent=1)
    return messages


Go = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def go_on(tmp_path: Path) -> Go:
    def call(*lines: Any) -> tuple[int, list[dict[str, Any]], str]:
        recipe, given, out = tmp_path / "mine.yaml", tmp_path / "given.jsonl", tmp_path / "out.jsonl"
        recipe.write_text(RECIPE, encoding="utf-8")
        given.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
        done = CliRunner().invoke(app, ["continue", str(given), "--recipe", str(recipe), "--out", str(out)])
        made = [orjson.loads(line) for line in out.read_bytes().splitlines()] if out.exists() else []
        return done.exit_code, made, done.stderr.replace(str(given), "given.jsonl")

    return call


def test_a_foreign_dialogue_gets_a_proven_task_on_the_state_that_it_reached(go_on: Go) -> None:
    code, made, told = go_on(*({"messages": foreign(row)[:-2]} for row in rows()))
    assert (code, told) == (0, "")
    assert len(made) == len(rows())
    checker = Checker(world("retail"))
    for before, after in zip(rows(), made, strict=True):
        (further,) = after["metadata"]["further"]
        assert further["begins"] == len(before["messages"]) - 2
        assert [message["content"] for message in after["messages"][: further["begins"]]] == [
            message["content"] for message in before["messages"][:-2]
        ]
        assert further["digests"]["initial"] == before["metadata"]["digests"]["final"]
        assert [call["tool"] for call in further["task"]["start"]] == [
            request["tool"] for request in before["metadata"]["task"]["requests"]
        ]
        assert further["task"]["principal"] == before["metadata"]["task"]["principal"]
        assert checker.check(after) == []


def test_what_nobody_answered_yet_is_left_out_and_told(go_on: Go) -> None:
    messages = foreign(rows()[0])
    code, made, told = go_on({"messages": messages[:-1]})
    assert code == 1
    assert told == "writ: given.jsonl:1: the last message is left out: what the user wants there is not known\n"
    assert made[0]["metadata"]["further"][0]["begins"] == len(messages) - 2


def test_a_dialogue_of_our_own_that_broke_off_goes_on_with_its_task(go_on: Go) -> None:
    row = rows()[0]
    code, made, told = go_on({"messages": foreign(row)[:6], "metadata": row["metadata"]})
    assert (code, told) == (0, "")
    assert made[0]["messages"] == row["messages"]
    assert made[0]["id"] == row["id"]


def test_words_that_no_script_would_have_said_need_a_language_model(go_on: Go) -> None:
    row = rows()[0]
    messages = foreign(row)[:6]
    messages[1]["content"] = "ahoy"
    code, made, told = go_on({"messages": messages, "metadata": row["metadata"]})
    assert (code, made) == (1, [])
    assert "no script would have said so; give the recipe engines for the agent and the user" in told


def first(messages: list[dict[str, Any]], role: str) -> int:
    return next(number for number, message in enumerate(messages) if message["role"] == role)


def greeted(messages: list[dict[str, Any]]) -> None:
    messages.insert(1, {"role": "assistant", "content": "Hello, how can I help?"})


def unanswered(messages: list[dict[str, Any]]) -> None:
    del messages[first(messages, "tool")]


def a_critic(messages: list[dict[str, Any]]) -> None:
    messages[1]["role"] = "critic"


def otherwise(messages: list[dict[str, Any]]) -> None:
    messages[first(messages, "tool")]["content"] = "somebody_else_1234"


def no_json(messages: list[dict[str, Any]]) -> None:
    message = next(each for each in messages if each.get("tool_calls"))
    message["tool_calls"][0]["function"]["arguments"] = "{"


def no_tool(messages: list[dict[str, Any]]) -> None:
    message = next(each for each in messages if each.get("tool_calls"))
    message["tool_calls"][0]["function"]["name"] = "find_user_id_by_mail"


def twice(messages: list[dict[str, Any]]) -> None:
    messages.insert(2, copy.deepcopy(messages[1]))


def answer_to_nothing(messages: list[dict[str, Any]]) -> None:
    messages[first(messages, "tool")]["tool_call_id"] = "who"


DAMAGES: dict[str, Callable[[list[dict[str, Any]]], None]] = {
    "messages[1]: the assistant speaks first": greeted,
    "has no result before messages[": unanswered,
    "messages[1].role: 'critic' is no role; it is one of": a_critic,
    "answers otherwise in this world: recorded 'somebody_else_1234', here '": otherwise,
    ".tool_calls[0].function.arguments: is no JSON": no_json,
    "has no tool 'find_user_id_by_mail'; did you mean 'find_user_id_by_email'?": no_tool,
    "messages[2]: the user speaks after the user": twice,
    ".tool_call_id: 'who' answers no call that waits for an answer": answer_to_nothing,
}
LINES: dict[str, dict[str, Any]] = {
    'messages: is no list of messages; give {"messages": [': {},
    "the agent never says anything": {"messages": [{"role": "user", "content": "hi"}]},
    "nobody finds out who the user is": {
        "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello!"}]
    },
    "messages[0].content: is neither a text nor null": {"messages": [{"role": "user", "content": 3}]},
    "domain: 'airline' is none of the recipe's; name one of retail": {"messages": [], "domain": "airline"},
    "metadata: is not that of a row": {
        "messages": [{"role": "user", "content": "a"}],
        "metadata": {"task": 1, "behavior": 2},
    },
}


def test_what_is_wrong_is_told_with_its_place_and_the_rest_goes_on(go_on: Go) -> None:
    wrong: list[dict[str, Any]] = []
    for damage in DAMAGES.values():
        messages = foreign(rows()[0])
        damage(messages)
        wrong.append({"messages": messages})
    code, made, told = go_on(*wrong, *LINES.values(), {"messages": foreign(rows()[1])[:-2]})
    assert code == 1
    assert len(made) == 1
    lines = told.splitlines()
    assert len(lines) == len(DAMAGES) + len(LINES)
    for number, (line, words) in enumerate(zip(lines, [*DAMAGES, *LINES], strict=True), 1):
        assert line.startswith(f"writ: given.jsonl:{number}: ")
        assert words in line
        assert line.endswith("; the line is left out")


def test_a_journal_that_was_removed_between_opening_and_locking_it_keeps_nobody_off(tmp_path: Path) -> None:
    journal, out = tmp_path / ".out.jsonl.journal", tmp_path / "out.jsonl"
    removed: list[Path] = []

    def late(file: int, how: int) -> None:
        """As where the one who had it ends just before."""
        if not removed:
            journal.unlink()
            removed.append(journal)
        fcntl.flock(file, how)

    with held(journal, out, late) as file:
        assert os.path.samestat(os.fstat(file.fileno()), journal.stat())
        with pytest.raises(StorageError, match="another `writ continue` is at work on it"), held(journal, out):
            raise AssertionError("two are at work on one file")
    assert removed
    with held(journal, out):
        pass


def test_where_the_file_system_knows_no_locks_one_goes_on_without(tmp_path: Path) -> None:
    def no_locks(*_: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with held(tmp_path / "journal", tmp_path / "out", no_locks) as file:
        assert not file.closed


def test_what_is_missing_inside_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), held(tmp_path / "journal", tmp_path / "out"):
        (tmp_path / "nothing").read_bytes()
