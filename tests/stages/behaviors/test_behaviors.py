from __future__ import annotations

import pytest

from stages.behaviors.misspellings import COMMON, has_misspelling, misspelled
from stages.behaviors.rules import fitting
from stages.behaviors.second_thoughts import second_thoughts
from stages.behaviors.slips import slippable, slipped
from stages.behaviors.space import SPACE
from stages.diversify_behaviors import scenario
from tests.tool_specs.phrasing.samples import TASKS
from tool_specs.dice import Dice
from tool_specs.retail import DOMAIN


@pytest.mark.parametrize("value", ["ann@example.com", "#W7678072", "78234", "11", "77 Hill Road"])
def test_a_slip_is_near_the_truth_and_never_it(value: str) -> None:
    for seed in range(40):
        wrong = slipped(value, Dice(seed))
        assert wrong != value
        assert len(wrong) == len(value)
        assert sum(a != b for a, b in zip(wrong, value, strict=True)) <= 2


def test_only_values_that_this_user_tells_can_slip() -> None:
    assert [entry.name for entry in slippable(TASKS["return_best_delivered"], DOMAIN)] == ["email"]
    assert [entry.name for entry in slippable(TASKS["cancel_named"], DOMAIN)] == ["email", "r0.order_id"]


def test_typos_touch_common_words_only() -> None:
    text = "please cancel the order #W7678072 for ann.please@the-order.com, the T-Shirt"
    for seed in range(40):
        dice = Dice(seed)
        typed = misspelled(text, dice.pick, limit=3, choose=dice.shuffled)
        assert "#W7678072" in typed
        assert "ann.please@the-order.com" in typed
        assert has_misspelling(typed)
        assert has_misspelling(misspelled("no, that's everything for today", dice.pick, limit=1, choose=dice.shuffled))
    assert misspelled("please cancel", lambda o: o[0], limit=3, protected=frozenset({"cancel"})).endswith(" cancel")


def test_nothing_mistyped_is_a_word_of_the_list() -> None:
    assert not {form for forms in COMMON.values() for form in forms} & COMMON.keys()


def test_second_thoughts_are_other_wishes_with_words() -> None:
    thoughts = second_thoughts(TASKS["return_best_delivered"], DOMAIN.lexicon)
    assert {thought.role for thought in thoughts} == {"object", "payment"}
    turned = next(thought for thought in thoughts if thought.role == "object")
    assert not turned.programs[0].order[0].descending
    assert {t.value for t in second_thoughts(TASKS["cancel_named"], DOMAIN.lexicon)} == {"ordered by mistake"}
    assert not second_thoughts(TASKS["balance"], DOMAIN.lexicon)


def test_a_behaviour_needs_room() -> None:
    assert "multi_request" in fitting(SPACE, TASKS["two_requests"], DOMAIN)
    assert "multi_request" not in fitting(SPACE, TASKS["cancel_named"], DOMAIN)
    assert not {"refuse_first", "drip"} & fitting(SPACE, TASKS["balance"], DOMAIN)


def test_an_instruction_has_goal_manner_and_rules() -> None:
    task = TASKS["two_requests"]
    text = scenario(task, "drip", "terse", ("typos",)).behavior.instruction
    for part in (
        "one detail per message",
        "very short messages",
        "typing errors",
        "raise the next one only",
        "###STOP###",
    ):
        assert part in text
    assert "nora.field2208@example.com" in text
    assert "raise the next one only" not in scenario(task, "drip", "terse", ("multi_request",)).behavior.instruction
