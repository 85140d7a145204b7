"""Rows that an agent sees inside another row's answer are rows that it has read: a write on them can be rehearsed."""

from __future__ import annotations

from typing import Any

import orjson
from typing_extensions import TypedDict

from schemas.dialogue import Message
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.notebook import Notebook
from tool_specs.domain import Domain, by_name
from tool_specs.lexicon import Lexicon
from tool_specs.state import State
from tool_specs.tool import ToolError, tool


class Note(TypedDict):
    """A note."""

    note_id: int
    text: str


class Board(TypedDict):
    """A board with its notes."""

    board_id: int
    notes: list[Note]


@tool(effect="read")
def get_board(db: State, board_id: int) -> Board:
    """Look a board up.

    Args:
        board_id: Its number.
    """
    row: Any = db.row("boards", str(board_id))
    return {"board_id": board_id, "notes": [db.row("notes", str(each)) for each in row["notes"]]}  # type: ignore[typeddict-item, misc]


@tool(effect="write")
def remove_note(db: State, note_id: int) -> str:
    """Take a note down.

    Args:
        note_id: Its number.
    """
    if db.row("notes", str(note_id)) is None:
        raise ToolError("There is no such note")
    db.delete("notes", str(note_id))
    return "Done"


def test_rows_inside_an_answer_can_be_rehearsed_on() -> None:
    domain = Domain(
        name="boards",
        tools=by_name((get_board, remove_note)),
        policy="",
        rows={"boards": dict, "notes": Note},
        generate=lambda seed, size: {"boards": {}, "notes": {}},
        lexicon=Lexicon(),
    )
    notebook = Notebook(Desk(domain))
    assert notebook.rehearse("remove_note", {"note_id": 7})[2] == ("notes", "7")
    answer = {"board_id": 1, "notes": [{"note_id": 7, "text": "milk"}, {"note_id": 8, "text": "tea"}]}
    message = Message(role="tool", content=orjson.dumps(answer).decode(), tool_call_id="1", name="get_board")
    notebook.note_read("get_board", {"board_id": 1}, message)
    sandbox, result, unread = notebook.rehearse("remove_note", {"note_id": 7})
    assert unread is None and not result.error and sandbox.diff() == {"notes": {"7": None}}
    assert notebook.rehearse("remove_note", {"note_id": 9})[2] == ("notes", "9")
