"""Requests raised two at a time, and opinions on what was done: the goal is the same, and the dialogue shows it."""

from __future__ import annotations

import msgspec
import pytest

from schemas.verdict import Judged
from stages.base import Services
from stages.behaviors.detectors import INTENTS, detect
from stages.validate_dialogues.stage import ValidateDialogues
from tests.stages.proven import Order, play, played, world

SEVERAL: tuple[Order, ...] = (("write_intensive", 3, 3),)


@pytest.mark.parametrize("domain", ["retail", "airline"])
@pytest.mark.parametrize("traits", [("in_pairs",), ("gives_feedback",), ("in_pairs", "gives_feedback")])
def test_the_goal_is_the_same_and_the_dialogue_shows_it(domain: str, traits: tuple[str, ...]) -> None:
    services = Services(sandboxes={domain: world(domain)})
    made = list(played(domain, *traits, orders=SEVERAL, times=1))
    assert len(made) >= 3
    for dialogue in made:
        assert dialogue.final_digest == dialogue.scenario.task.goal_digest
        assert isinstance(ValidateDialogues().validated(dialogue, services), Judged)
        assert set(traits) <= detect(dialogue)
        behavior = msgspec.structs.replace(dialogue.scenario.behavior, traits=())
        without = play(msgspec.structs.replace(dialogue.scenario, behavior=behavior))
        assert not set(traits) & detect(without) and without.final_digest == dialogue.final_digest


def test_the_third_request_waits_until_the_first_two_are_done() -> None:
    for dialogue in played("retail", "in_pairs", orders=SEVERAL, times=1):
        raising = [
            (place, len({act.request for act in message.acts if act.kind in INTENTS}))
            for place, message in enumerate(dialogue.messages)
            if any(act.kind in INTENTS and act.request == number for number in range(3) for act in message.acts)
        ]
        last = raising[-1][0]
        done = {act.request for m in dialogue.messages[:last] for act in m.acts if act.kind == "response"}
        assert raising[0][1] == 2 and {0, 1} <= done


def test_feedback_goes_with_the_next_thing_that_is_said() -> None:
    for dialogue in played("retail", "gives_feedback", orders=SEVERAL, times=1):
        told = [message for message in dialogue.messages if any(act.kind == "feedback" for act in message.acts)]
        assert told and all(len(message.acts) > 1 for message in told)
