"""What a write costs is said before it is made: the right amount follows from the write, a wrong one from nothing."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from schemas.dialogue import Dialogue
from schemas.verdict import Verdict
from stages.base import Services
from stages.validate_dialogues import judge
from tests.stages.proven import play, proven, world
from tests.stages.validate_dialogues.mutators import with_message

AMOUNT = re.compile(r"\$([\d,]+\.\d\d)")


@cache
def made() -> tuple[tuple[Dialogue, int], ...]:
    """Dialogues of changes of reservations, each with the message that lists one with its price."""
    found = []
    for told in proven("airline", (("write_intensive", 2, 3),), times=8):
        dialogue = play(told)
        for index, message in enumerate(dialogue.messages):
            confirms = [act for act in message.acts if act.kind == "confirm" and isinstance(act.value, dict)]
            if any("payment_id" in act.value for act in confirms) and AMOUNT.search(message.content):  # type: ignore[operator]
                found.append((dialogue, index))
    return tuple(found)


def faults(dialogue: Dialogue) -> list[Verdict]:
    return [
        verdict for verdict in judge(dialogue, Services(sandboxes={"airline": world("airline")})) if not verdict.passed
    ]


def test_the_amount_of_a_change_is_that_of_the_write() -> None:
    assert len(made()) >= 4
    for dialogue, _ in made():
        assert not faults(dialogue)


def test_another_amount_is_found() -> None:
    """One with cents: all that the airline's rows hold, and what may be worked out of them, are whole dollars."""
    for dialogue, index in made():
        text = dialogue.messages[index].content
        said = AMOUNT.search(text)
        assert said is not None
        wrong = f"{text[: said.start()]}${float(said[1].replace(',', '')) + 0.37:,.2f}{text[said.end() :]}"
        found = faults(with_message(dialogue, index, content=wrong))
        assert any(v.check == "grounding" and v.owner == "agent" for v in found), wrong


def test_words_alone_are_enough_where_no_act_says_what_is_listed() -> None:
    """Of a language model no more is heard than what the user has told."""
    for dialogue, _ in made():
        unheard = [msgspec.structs.replace(m, acts=()) if m.role == "assistant" else m for m in dialogue.messages]
        found = faults(msgspec.structs.replace(dialogue, messages=tuple(unheard)))
        assert not any(verdict.check == "grounding" for verdict in found), found
