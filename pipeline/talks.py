"""Talks: what users and agents say, read from a run's kept rows or from a file of dialogues in OpenAI form.

    talks, problems = talks_of(Path("outputs/quickstart"))      # a run; no problems
    talks, problems = talks_of(Path("people.jsonl"))            # one {"messages": [...]} per line; or Parquet, JSON

A foreign dialogue that is not in form is told with its place, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import orjson

from pipeline.errors import StorageError, UserError
from pipeline.json_rows import FormError, called, json_rows, messages_of, said
from pipeline.kept_tables import kept_tables
from schemas.base import Json
from stages.realism import Talk

_ROLES = ("system", "developer", "user", "assistant", "tool")


class _Task(msgspec.Struct):
    text: str = ""


class _Metadata(msgspec.Struct):
    task: _Task = msgspec.field(default_factory=_Task)


def talks_of(path: Path) -> tuple[list[Talk], list[str]]:
    """Returns the dialogues of a run or file, and what is wrong with those that were left out.

    Raises:
        UserError: it is neither, cannot be read, or has no dialogue in form.
    """
    if path.is_dir():
        found = list(run_talks(path))
        if not found:
            raise StorageError(f"{path}: has no kept dialogues")
        return found, []
    if not path.exists():
        raise UserError(f"{path}: is neither the folder of a run nor a file of dialogues")
    return _foreign(path)


def run_talks(run: Path) -> Iterator[Talk]:
    """Yields the kept dialogues of a run, in order.

    Raises:
        StorageError: this is no folder of a run.
    """
    intent = msgspec.json.Decoder(_Metadata)
    for table in kept_tables(run, ["messages", "metadata"]):
        columns = (table.column(name).to_pylist() for name in ("messages", "metadata"))
        for messages, metadata in zip(*columns, strict=True):
            yield talk_of(orjson.loads(messages), intent.decode(metadata).task.text)


def talk_of(messages: Sequence[dict[str, Json]], intent: str = "") -> Talk:
    """Returns what is said in messages of OpenAI form."""
    speakers: dict[str, Literal["user", "agent"]] = {"user": "user", "assistant": "agent"}
    turns = ((speakers[each["role"]], said(each)) for each in messages if each["role"] in speakers)
    return Talk(tuple((speaker, text) for speaker, text in turns if text), intent)


def _foreign(path: Path) -> tuple[list[Talk], list[str]]:
    talks: list[Talk] = []
    problems: list[str] = []
    for place, value in json_rows(path, "dialogues"):
        try:
            messages = messages_of(value)
            _in_form(messages)
            talks.append(talk_of(messages))
        except FormError as error:
            problems.append(f"{place}: {error}")
    if not talks:
        first = f"; the first: {problems[0]}" if problems else ""
        raise UserError(f'{path}: has no dialogue in OpenAI form ({{"messages": [...]}}){first}')
    return talks, problems


def _in_form(messages: Sequence[dict[str, Json]]) -> None:
    """Looks at order and roles.

    Raises:
        FormError: says what is wrong.
    """
    unanswered: list[str] = []
    begun = False
    for number, message in enumerate(messages):
        role = message["role"]
        if role not in _ROLES:
            raise FormError(f"messages[{number}] has the role {role!r}; known are {', '.join(_ROLES)}")
        if role == "assistant" and not begun:
            raise FormError(f"messages[{number}]: the assistant speaks first; leave its greeting out")
        begun = begun or role == "user"
        if role == "tool":
            if not unanswered:
                raise FormError(f"messages[{number}] answers a call that was not made")
            unanswered.pop()
        elif unanswered:
            raise FormError(f"messages[{number}] comes before the result of the call of {unanswered[0]}")
        if role in ("user", "assistant"):
            said(message)
        if role == "assistant":
            unanswered = [name for name, _ in called(message)]
    if unanswered:
        raise FormError(f"the call of {unanswered[0]} has no result")
    if not begun:
        raise FormError("no user speaks")
