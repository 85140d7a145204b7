"""A language model's candidates are data: what fits the schema comes in, the rest is counted and dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.completion import Completion, CompletionRequest, Sampling, Usage
from stages.base import EngineError
from stages.behaviors.space import SPACE, by_name, sum_problem
from stages.evolution import Elite, LanguageProposer, Measured, Mutation
from stages.evolution.ideas import taken
from stages.evolution.scripted import proposed

IDEA = {
    "axis": "temper", "behavior": "sighs", "definition": "Sighs.", "present": "Sigh once.",
    "words": ["Oh dear.", "What a day."], "weight": 0.2,
}  # fmt: skip
ELITE = Elite(SPACE, Measured(0.4, 0.3, 0.35), 0, 5)
PEOPLE = {"short": (0.29, 0.1), "polite": (0.15, 0.4)}


def test_a_new_behaviour_is_a_remark_with_a_detector_made_of_its_words() -> None:
    found = taken(SPACE, {"behaviors": [IDEA], "weights": [{"behavior": "typos", "weight": 0.3}]})
    own = by_name(found.space)["sighs"]
    assert (own.rule, own.detector, own.words) == ("remark", "words", ("Oh dear.", "What a day."))
    assert own.pattern == r"Oh\ dear|What\ a\ day"
    assert (found.used, not found.dropped) == (2, True)
    assert 0 < own.weight <= 0.2 and by_name(found.space)["typos"].weight == 0.3
    for axis in found.space.axes:
        assert not sum_problem(axis, sum(each.weight for each in found.space.behaviors if each.axis == axis.name))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"axis": "moods"}, "axis"),
        ({"axis": "disclosure"}, "axis"),
        ({"behavior": "typos"}, "name"),
        ({"behavior": "Sighs aloud"}, "space"),
        ({"behavior": 7}, "form"),
        ({"definition": " "}, "form"),
        ({"present": ""}, "form"),
        ({"rule": "typos"}, "form"),
        ({"pattern": "(a+)+$"}, "form"),
        ({"detector": "__import__('os').system('true')"}, "form"),
        ({"words": "Oh dear."}, "form"),
        ({"words": ["Oh dear."]}, "words"),
        ({"words": ["Oh dear."] * 9}, "words"),
        ({"words": ["Oh dear.", ""]}, "words"),
        ({"words": ["Oh dear.", "It is order 7."]}, "words"),
        ({"words": ["Oh dear.", "{item}"]}, "words"),
        ({"words": ["Oh dear.", "See <b>this</b>."]}, "words"),
        ({"words": ["Oh dear.", "Yes, please do that."]}, "words"),
        ({"words": ["Oh dear.", "No, don't do that."]}, "words"),
        ({"words": ["Oh dear.", "Sure thing!"]}, "words"),
        ({"words": ["Oh dear.", "Never mind."]}, "words"),
        ({"words": ["Oh dear.", "a" * 121]}, "words"),
        ({"weight": 1.5}, "weight"),
        ({"weight": -0.1}, "weight"),
        ({"weight": "much"}, "form"),
    ],
)
def test_what_does_not_fit_is_dropped_and_the_rest_is_used(change: dict[str, object], why: str) -> None:
    good = {**IDEA, "behavior": "groans"}
    found = taken(SPACE, {"behaviors": [{**IDEA, **change}, good], "weights": []})
    assert found.dropped == {why: 1} and found.used == 1
    assert by_name(found.space).keys() == {*by_name(SPACE), "groans"}


@pytest.mark.parametrize(
    ("weight", "why"),
    [
        ({"behavior": "nobody", "weight": 0.1}, "unknown"),
        ({"behavior": "typos", "weight": 2}, "weight"),
        ({"behavior": "typos"}, "form"),
        ("typos", "form"),
    ],
)
def test_weights_that_are_none_are_dropped(weight: object, why: str) -> None:
    found = taken(SPACE, {"behaviors": [], "weights": [weight]})
    assert found.dropped == {why: 1} and (found.used, found.space) == (0, SPACE)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*IDEA, "x"]), inner, max_size=6),
    max_leaves=20,
)


@given(behaviors=JSON, weights=JSON)
def test_any_json_leaves_a_space_whose_axes_are_in_order(behaviors: object, weights: object) -> None:
    found = taken(SPACE, {"behaviors": behaviors, "weights": weights})
    for axis in found.space.axes:
        assert not sum_problem(axis, sum(each.weight for each in found.space.behaviors if each.axis == axis.name))
    assert found.used or found.space == SPACE


def proposer(ask: Callable[[CompletionRequest], Completion]) -> LanguageProposer:
    return LanguageProposer(ask, Sampling(max_tokens=500), 7, PEOPLE)


def test_every_other_candidate_is_asked_for_and_the_rest_is_chance() -> None:
    asked: list[CompletionRequest] = []

    def ask(request: CompletionRequest) -> Completion:
        asked.append(request)
        return proposed(request)

    one = proposer(ask)
    found = [one.propose([ELITE], 1, number) for number in range(4)]
    assert [found[n] for n in (1, 3)] == [Mutation(7).propose([ELITE], 1, n) for n in (1, 3)]
    assert all(len(found[n].behaviors) == len(SPACE.behaviors) + 1 for n in (0, 2)) and found[0] != found[2]
    assert (one.asked, one.used, not one.dropped) == (2, 6, True)
    assert [request.session for request in asked] == ["evolve-7/1.0/proposer", "evolve-7/1.2/proposer"]
    told = str(asked[0].messages)
    assert "likeness 0.400, coverage 0.300" in told and "- short: 0.29, 0.1" in told
    assert all(axis.definition in told for axis in SPACE.axes if axis.pick == "most_one")
    assert all(each.definition in str(asked[0].messages[0]["content"]) for each in SPACE.behaviors)
    again = proposer(proposed)
    assert [again.propose([ELITE], 1, number) for number in range(4)] == found


def silent(request: CompletionRequest) -> Completion:
    raise EngineError("nobody there")


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (silent, {"no_answer": 1}),
        (lambda request: Completion(content="Make them kinder."), {"unusable": 1}),
        (lambda request: Completion(content='{"behaviors": ['), {"unusable": 1}),
        (lambda request: Completion(content="{}", usage=Usage(completion_tokens=500)), {"unusable": 1}),
        (lambda request: Completion(content="{}"), {}),
        (lambda request: Completion(content='{"behaviors": 7, "weights": {}}'), {"form": 2}),
    ],
)
def test_where_nothing_can_be_used_chance_proposes(ask: Any, why: dict[str, int]) -> None:
    one = proposer(ask)
    assert one.propose([ELITE], 2, 4) == Mutation(7).propose([ELITE], 2, 4)
    assert dict(one.dropped) == why and one.used == 0


def test_the_scripted_proposer_knows_nothing_of_the_request_but_its_session() -> None:
    request = CompletionRequest(role="proposer", session="evolve-7/1.0/proposer", turn=0, messages=())
    assert orjson.loads(proposed(request).content)["behaviors"][0]["words"]
