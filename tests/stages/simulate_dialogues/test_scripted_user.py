from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.dialogue import Dialogue
from stages.behaviors.detectors import detect, words_per_turn
from tests.stages.simulate_dialogues.talks import TASKS, simulated, told, words_of
from tool_specs.retail import DOMAIN

NAMES = [name for name, task in TASKS.items() if any(request.kind == "write" for request in task.requests)]
WAYS: tuple[str, ...] = ("all_at_once", "drip", "only_when_asked", "vague_start")


def found_by(dialogue: Dialogue) -> list[tuple[str, bool]]:
    """The tools that looked for the user, in order, and whether they found it."""
    calls = [call.name for message in dialogue.messages for call in message.tool_calls]
    answers = [message for message in dialogue.messages if message.role == "tool"]
    pairs = zip(calls, answers, strict=True)
    return [(name, not answer.error) for name, answer in pairs if name in DOMAIN.identity_tools]


def talks(*traits: str) -> Iterator[Dialogue]:
    for name in NAMES:
        for way in WAYS:
            yield simulated(told(name, way, "neutral", *traits))


def test_some_who_slipped_are_found_by_name_instead_and_come_to_the_same_goal() -> None:
    slipped = [each for each in talks("slip") if found_by(each)[0] == ("find_user_id_by_email", False)]
    otherwise = [each for each in slipped if found_by(each)[1:] == [("find_user_id_by_name_zip", True)]]
    assert 0.1 < len(otherwise) / len(slipped) < 0.6
    for dialogue in otherwise:
        assert dialogue.final_digest == dialogue.scenario.task.goal_digest
        assert "slip" in detect(dialogue)
        assert not any("nora.field2208@example.com" in text for text in words_of(dialogue, "user"))


def test_some_who_tell_everything_at_once_are_found_the_other_way() -> None:
    every = [simulated(told(name, "all_at_once", "neutral")) for name in NAMES]
    otherwise = [each for each in every if found_by(each) == [("find_user_id_by_name_zip", True)]]
    assert 0.1 < len(otherwise) / len(every) < 0.6
    assert all(each.final_digest == each.scenario.task.goal_digest for each in otherwise)
    assert not any("@" in text for each in otherwise for text in words_of(each, "user"))


@pytest.mark.parametrize("way", WAYS)
def test_the_register_shows_in_the_length_of_turns(way: str) -> None:
    means: dict[str, float] = {}
    registers: tuple[str, ...] = ("terse", "neutral", "chatty")
    for register in registers:
        lengths = [words_per_turn(simulated(told(name, way, register))) for name in NAMES]
        means[register] = sum(lengths) / len(lengths)
    assert means["terse"] < 0.95 * means["neutral"], means
    assert means["chatty"] > 1.05 * means["neutral"], means
