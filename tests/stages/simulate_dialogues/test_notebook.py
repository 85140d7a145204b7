from __future__ import annotations

import dataclasses

import pytest

from schemas.base import plain
from schemas.dialogue import Act, Message
from stages.simulate_dialogues.agent_words import AgentWords
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.notebook import Notebook
from stages.simulate_dialogues.serving import Serving
from stages.simulate_dialogues.wishes import UNTOLD, programs_of
from tests.stages.simulate_dialogues.talks import SANDBOX, TASKS, domain

DESK = Desk(domain())
NORA = "nora_field_4411"


def opened(*acts: Act) -> Notebook:
    notebook = Notebook(DESK)
    notebook.hear(Message(role="user", content="...", acts=acts))
    return notebook


def read(notebook: Notebook, tool: str, **arguments: str) -> None:
    result = SANDBOX.call(tool, arguments)
    notebook.note_read(tool, dict(arguments), Message(role="tool", content=result.content, error=result.error))


def test_a_desk_learns_from_declarations() -> None:
    assert [(tool.name, dict(tool.facts)) for tool in DESK.identity] == [
        ("find_user_id_by_email", {"email": "email"}),
        ("find_user_id_by_name_zip", {"first_name": "first_name", "last_name": "last_name", "zip": "zip"}),
    ]
    assert DESK.row_reads["orders"] == ("get_order_details", "order_id")
    assert DESK.row_of["cancel_pending_order"] == "orders"
    assert ("modify_user_address", "user_id") in DESK.principal_parameters
    assert DESK.handed_over == "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."


def test_a_rehearsal_names_the_first_row_it_lacks() -> None:
    notebook = opened()
    cancel = ("cancel_pending_order", {"order_id": "#W7678072", "reason": "no longer needed"})
    assert notebook.rehearse(*cancel)[2] == ("orders", "#W7678072")
    read(notebook, "get_order_details", order_id="#W7678072")
    assert notebook.rehearse(*cancel)[2] == ("users", NORA)
    read(notebook, "get_user_details", user_id=NORA)
    _, result, unread = notebook.rehearse(*cancel)
    assert unread is None
    assert not result.error


def test_a_write_makes_other_rows_that_it_changed_unread() -> None:
    notebook = opened()
    read(notebook, "get_order_details", order_id="#W7678072")
    read(notebook, "get_user_details", user_id=NORA)
    arguments = {"order_id": "#W7678072", "reason": "no longer needed"}
    rehearsal, _, _ = notebook.rehearse("cancel_pending_order", arguments)
    result = SANDBOX.fork().call("cancel_pending_order", arguments)
    notebook.note_write("cancel_pending_order", arguments, Message(role="tool", content=result.content), rehearsal)
    values = {key[0]: value for key, value in notebook.reads.items()}
    assert values["get_order_details"]["status"] == "cancelled"  # the answer showed it
    assert "get_user_details" not in values  # its gift card got the money back


def test_a_selection_that_continues_an_untold_one_waits() -> None:
    request = TASKS["exchange_cheapest_black"].requests[0]
    intent = Act(kind="inform_intent_clear", request=0, slot="intent", value={"tool": request.tool, "kind": "write"})
    target = {"program": plain(request.programs[1]), "number": 1, "binds": {}}
    notebook = opened(intent, Act(kind="inform", request=0, slot="target", value=target))
    assert programs_of(notebook.wishes[0]) == (UNTOLD, UNTOLD)
    first = {"program": plain(request.programs[0]), "number": 0, "binds": {}}
    notebook.hear(Message(role="user", content="", acts=(Act(kind="inform", request=0, slot="object", value=first),)))
    assert programs_of(notebook.wishes[0]) == request.programs[:2]


def test_hearing_the_same_again_changes_nothing() -> None:
    request = TASKS["exchange_cheapest_black"].requests[0]
    act = Act(
        kind="inform", request=0, slot="object", value={"program": plain(request.programs[0]), "number": 0, "binds": {}}
    )
    notebook = opened(act)
    version = notebook.wishes[0].version
    notebook.hear(Message(role="user", content="", acts=(act,)))
    assert notebook.wishes[0].version == version


def test_a_profile_that_an_own_write_has_changed_is_looked_at_again() -> None:
    desk = Desk(dataclasses.replace(domain(), identity_tools=("get_user_details",)))
    notebook = Notebook(desk)
    read(notebook, "get_order_details", order_id="#W7678072")
    read(notebook, "get_user_details", user_id=NORA)
    notebook.identify("get_user_details", {"user_id": NORA}, None)
    agent = Serving(desk, notebook, AgentWords(desk, 1))
    assert list(agent.identified("get_user_details")) == []  # it is known

    arguments = {"order_id": "#W7678072", "reason": "no longer needed"}
    rehearsal, _, _ = notebook.rehearse("cancel_pending_order", arguments)
    world = SANDBOX.fork()
    result = world.call("cancel_pending_order", arguments)
    notebook.note_write("cancel_pending_order", arguments, Message(role="tool", content=result.content), rehearsal)
    looking = agent.identified("get_user_details")
    (call,) = next(looking).tool_calls
    assert (call.name, call.arguments) == ("get_user_details", {"user_id": NORA})
    with pytest.raises(StopIteration) as stop:
        looking.send(Message(role="tool", content=world.call(call.name, call.arguments).content))
    assert stop.value.value == world.call("get_user_details", {"user_id": NORA}).value
