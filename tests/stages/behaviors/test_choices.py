"""Users who want to hear what there is and pick from the list: what is written is what they would have described."""

from __future__ import annotations

import pytest

from schemas.dialogue import Dialogue, Message
from schemas.verdict import Judged
from stages.base import Services
from stages.behaviors.detectors import detect
from stages.simulate_dialogues.hearing.user import UserHearing
from stages.validate_dialogues.stage import ValidateDialogues
from tests.stages.proven import Order, played, world

ORDERS: tuple[Order, ...] = (("read_heavy", 1, 4), ("write_intensive", 2, 3), ("write_intensive", 1, 3))


def listing(dialogue: Dialogue) -> tuple[int, list[dict[str, str]]]:
    """The message that lists what there is, and the list."""
    for place, message in enumerate(dialogue.messages):
        for act in message.acts:
            if act.kind == "request" and isinstance(act.value, dict):
                return place, act.value["options"]
    raise AssertionError("nothing was listed")


@pytest.mark.parametrize("domain", ["retail", "airline"])
@pytest.mark.parametrize("trait", ["picks_from_list", "picks_by_exclusion"])
def test_the_agent_reads_and_lists_and_the_user_picks_what_is_meant(domain: str, trait: str) -> None:
    services = Services(sandboxes={domain: world(domain)})
    made = list(played(domain, trait, orders=ORDERS, times=3))
    shown = 0
    for dialogue in made:
        assert dialogue.final_digest == dialogue.scenario.task.goal_digest
        place, options = listing(dialogue)
        before = dialogue.messages[:place]
        for option in options:  # a list of what was read
            assert any(option["value"] in message.content for message in before if message.role == "tool")
            assert option["label"] in dialogue.messages[place].content
        picked = dialogue.messages[place + 1]
        value = next(act.value for act in picked.acts if act.kind == "inform" and isinstance(act.value, str))
        assert any(value in request.arguments.values() for request in dialogue.scenario.task.requests)
        assert value not in picked.content
        if len(options) > 1:  # who has one thing alone has nothing to choose
            shown += 1
            assert trait in detect(dialogue)
            assert isinstance(ValidateDialogues().validated(dialogue, services), Judged)
    assert shown >= 2


@pytest.mark.parametrize("trait", ["picks_from_list", "picks_by_exclusion"])
def test_a_pick_is_heard_in_words_alone(trait: str) -> None:
    heard = 0
    for dialogue in played("airline", trait, orders=ORDERS, times=3):
        ear, before = UserHearing(world("airline").domain, dialogue.scenario), None
        place, _ = listing(dialogue)
        for number, message in enumerate(dialogue.messages):
            if message.role == "assistant" and not message.tool_calls:
                before = message
            if message.role == "user":
                acts = ear.hear(Message(role="user", content=message.content), before)
                if number == place + 1:
                    meant = {(act.slot, act.value) for act in message.acts if isinstance(act.value, str)}
                    heard += meant <= {(act.slot, act.value) for act in acts if isinstance(act.value, str)}
                    assert meant
    assert heard >= 3
