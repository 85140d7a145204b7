"""What UserLM measures, on dialogues made for it."""

from __future__ import annotations

import pytest

from stages.realism import Talk, measure
from stages.realism.userlm import first_turn_diversity, follow_up_rate, intent_overlap, termination_f1


def talk(*turns: str, intent: str = "") -> Talk:
    speakers = ("user", "agent")
    return Talk(tuple((speakers[place % 2], text) for place, text in enumerate(turns)), intent)  # type: ignore[misc]


def test_first_turns_differ_by_their_words() -> None:
    assert first_turn_diversity([talk("renew a book"), talk("Renew a book!")]) == pytest.approx(0)
    assert first_turn_diversity([talk("renew a book"), talk("what is due")]) == pytest.approx(100)
    assert first_turn_diversity([talk("a b c"), talk("b c d"), talk("x y z")]) == pytest.approx(100 - 50 / 3)
    assert first_turn_diversity([talk("renew a book")]) is None


def test_own_words_do_not_overlap_with_the_intent() -> None:
    intent = "You want to renew the red book until Friday."
    assert intent_overlap([talk("renew the red book", intent=intent)]) == 100
    assert intent_overlap([talk("could i keep that one longer", intent=intent)]) == 0
    assert intent_overlap([talk("renew the red book please", intent=intent)]) == pytest.approx(200 / 3)
    assert intent_overlap([talk("renew the red book")]) is None


def test_good_byes_belong_to_the_end() -> None:
    good = talk("renew my book", "Done.", "thanks, bye")
    never = talk("renew my book", "Done.", "and the other one")
    early = talk("hi, that's all, bye", "Pardon?", "renew my book", "Done.", "bye")
    assert termination_f1([good]) == 100
    assert termination_f1([never]) == 0
    assert termination_f1([good, never]) == pytest.approx(200 / 3)
    assert termination_f1([early]) == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    ("turn", "genuine"),
    [
        ("the atlas, until friday", True),
        ("is the atlas heavy?", True),
        ("yes", False),
        ("the atlas", False),
        ("and something about gardens", False),
        ("renew it", False),
    ],
)
def test_a_follow_up_takes_something_up_and_adds_something(turn: str, genuine: bool) -> None:
    found = talk("renew something", "You have an atlas and a novel. Which one?", turn)
    assert follow_up_rate([found]) == float(genuine)


def test_what_the_user_said_first_is_not_taken_up_from_the_agent() -> None:
    found = talk("renew the atlas", "The atlas?", "the atlas, until friday")
    assert follow_up_rate([found]) == 0


def test_naturalness_is_what_the_users_detector_says() -> None:
    talks = [talk("renew a book", "Done.", "bye")]
    assert measure(talks).userlm["naturalness"] is None
    assert measure(talks, lambda texts: [0.5 if text == "bye" else 1.0 for text in texts]).userlm["naturalness"] == 75
