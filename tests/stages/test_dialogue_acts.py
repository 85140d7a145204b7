"""One act per turn, and which follow one another."""

from __future__ import annotations

from collections import Counter

import pytest

from schemas.dialogue import Act, Message, ToolCall
from stages.dialogue_acts import POSSIBLE, SYSTEM, USER, act_of, acts_of, coverage, pairs


@pytest.mark.parametrize(
    ("role", "kinds", "act"),
    [
        ("user", ["inform_intent_clear_add", "inform"], "inform_intent_clear_add"),
        ("user", ["affirm", "inform"], "affirm"),
        ("user", ["negate", "change_mind", "inform"], "negate"),
        ("user", ["correct"], "inform"),
        ("user", ["complain", "user_bye"], "user_bye"),
        ("user", ["off_topic"], "other"),
        ("user", [], "other"),
        ("assistant", ["confirm"], "suggest"),
        ("assistant", ["refuse", "request"], "response_fail"),
        ("assistant", ["response", "system_bye"], "response"),
        ("assistant", ["call"], "call"),
    ],
)
def test_a_turn_has_one_act(role: str, kinds: list[str], act: str) -> None:
    assert act_of(role, [Act(kind=kind) for kind in kinds]) == act


def test_asking_for_more_work_ends_a_response_and_asking_for_a_detail_goes_on() -> None:
    response = Act(kind="response")
    assert act_of("assistant", [response, Act(kind="request", slot="intent")]) == "response"
    assert act_of("assistant", [response, Act(kind="request", slot="email")]) == "request"


def test_pairs_of_a_dialogue() -> None:
    call = ToolCall(id="call_1", name="get_loan", arguments={})
    messages = [
        Message(role="user", content="is it due?", acts=(Act(kind="inform_intent_clear"),)),
        Message(role="assistant", content="", tool_calls=(call,), acts=(Act(kind="call"),)),
        Message(role="tool", content="{}", tool_call_id="call_1", name="get_loan"),
        Message(role="assistant", content="Not yet.", acts=(Act(kind="response"),)),
        Message(role="user", content="nice cat", acts=(Act(kind="off_topic"),)),
    ]
    acts = acts_of(messages)
    assert acts == ["inform_intent_clear", "call", "response", "other"]
    seen = pairs(acts)
    assert seen == Counter([("inform_intent_clear", "call"), ("call", "response"), ("response", "other")])
    assert coverage(seen) == (2, len(POSSIBLE))


def test_what_may_follow_what() -> None:
    assert len(USER) + len(SYSTEM) == 15
    assert ("affirm", "call") in POSSIBLE and ("call", "call") in POSSIBLE and ("suggest", "affirm") in POSSIBLE
    assert ("system_bye", "inform") not in POSSIBLE and ("call", "inform") not in POSSIBLE
    assert ("inform", "inform") not in POSSIBLE
