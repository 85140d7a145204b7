"""USI's features count what they say, and means are compared as the index compares them."""

from __future__ import annotations

import pytest

from stages.realism import DIMENSIONS, PUBLISHED, Talk, compare, measure
from stages.realism.usi import features


def talk(*users: str, agent: str = "Which one?") -> Talk:
    turns = [turn for text in users for turn in (("user", text), ("agent", agent))]
    return Talk(tuple(turns))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("feature", "counted", "other"),
    [
        ("polite", "the red one, please", "the red one"),
        ("short", "the red one", "the small red one"),
        ("dashes", "the red one \u2014 or the blue one", "the red-blue one"),
        ("ack_only", "Okay, sounds good, thanks!", "okay, the red one"),
        ("identity_confusion", "How can I help you today?", "can you help me today?"),
        ("uncertainty", "I\u2019m not sure, the red one", "I'm sure it's the red one"),
        ("certainty", "I'm sure it's the red one", "I'm not sure, the red one"),
        ("pushback", "no, the red one was mine", "no, that's all"),
        ("pushback", "that's not what I said", "that's what I want"),
        ("clarify", "can you explain that again", "can you renew that"),
        ("info_question", "when is it due", "tell me the date"),
        ("info_question", "can you renew it?", "do it"),
        ("emotion", "this is so frustrating", "this is the red one"),
        ("accusation", "you told me it was free", "I told you it was free"),
        ("pivot", "actually, the blue one", "the blue one"),
    ],
)
def test_turns_are_counted_by_rule(feature: str, counted: str, other: str) -> None:
    assert features(talk(counted, other))[feature] == 0.5
    assert features(talk(counted))[feature] == 1.0
    assert features(talk(other))[feature] == 0.0


def test_objecting_asking_back_and_asking_exclude_one_another_in_that_order() -> None:
    found = features(talk("no, which one did you mean? when is it due?", "what do you mean? when is it due?"))
    assert (found["pushback"], found["clarify"], found["info_question"]) == (0.5, 0.5, 0.0)


def test_lengths_and_ids() -> None:
    found = features(talk("one two three four", "one two", "#L3 is ann@example.com"))
    assert found["words_per_turn"] == 3
    assert found["opening_words"] == 4
    assert found["front_loading"] == pytest.approx(6 / 9)
    assert found["id_density"] == pytest.approx(2 / 3)
    assert found["verbosity_cv"] == pytest.approx(0.272, abs=0.001)


def test_repeating_three_words_more_than_ten_times_is_noticed() -> None:
    assert features(talk(*["renew my book"] * 11))["repeats"] == 1.0
    assert features(talk(*["renew my book"] * 10, "book book book book"))["repeats"] == 0.0
    assert features(talk("book " * 30))["repeats"] == 1.0


def test_means_come_before_comparisons() -> None:
    # One user always short, one never: the mean is at the reference, though each of them is far from it.
    measured = measure([talk("yes"), talk("I would like the red one")])
    assert measured.features["short"] == 0.5
    assert compare(measured.features, {"short": 0.5}).dice == {"short": 1.0}
    assert compare(measured.features, {"short": 0.25}).dice["short"] == pytest.approx(2 / 3)
    assert compare(measured.features, {"dashes": 0.0}).dice["dashes"] == 1.0
    assert compare(measured.features, {"dashes": 0.1}).dice["dashes"] == 0.0


def test_a_dimension_needs_all_its_features() -> None:
    measured = measure([talk("yes please", "when is it due?"), talk("the red one, I think")])
    same = compare(measured.features, measured.features)
    assert same.dimensions == {name: 100.0 for name in DIMENSIONS} and same.usi == 100.0
    assert compare(measured.features, PUBLISHED.means).dimensions == {}
    part = {name: 0.5 for name in DIMENSIONS["D4"]}
    assert set(compare(measured.features, part).dimensions) == {"D4"}
    assert compare(measured.features, part).usi is None


def test_turns_and_dialogues_are_two_ways_of_counting() -> None:
    measured = measure([talk("yes", "yes", "yes"), talk("I would like the red one"), Talk((("agent", "hello"),))])
    assert (measured.dialogues, measured.turns) == (2, 4)
    assert (measured.short_turns, measured.features["short"]) == (0.75, 0.5)
    assert measured.turn_words == [1, 1, 1, 6]


def test_nothing_is_measured_of_nothing() -> None:
    measured = measure([])
    assert measured.dialogues == 0 and set(measured.features.values()) == {0.0}
