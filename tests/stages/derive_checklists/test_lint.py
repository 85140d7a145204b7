"""What the linter finds in a checklist that is sound but for one thing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from stages.derive_checklists.lint import lint

SOUND: dict[str, Any] = {
    "turns": [
        {
            "turn": 0,
            "items": [
                {
                    "id": "read",
                    "evidence": [{"turn": 0, "step": 0, "from": "tool.content", "snippet": "{}"}],
                    "focus_on": "tool.content",
                    "question": 'Is there an answer of get_loan("Error and trial, if at turn 1")?',
                    "pass_condition": "A call of get_loan is answered.",
                    "failure_examples": ["the call failed, and nothing was tried again"],
                    "required_for_next_turn": True,
                    "judge": "rule",
                    "condition": {"type": "obtained", "reads": [{"tool": "get_loan", "arguments": {"loan_id": "L1"}}]},
                },
                {
                    "id": "told",
                    "evidence": [{"turn": 0, "step": 1, "from": "user", "snippet": "please"}],
                    "focus_on": "assistant.content.user_visible_reply",
                    "question": "Does the reply tell the day?",
                    "pass_condition": "The day stands in the reply.",
                    "failure_examples": ["no day is told"],
                    "required_for_next_turn": False,
                },
            ],
            "weight": {"read": 0.5, "told": 0.5},
            "dependence": {"told": ["read"]},
        }
    ]
}


def spoil(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(checklist: dict[str, Any]) -> None:
        checklist["turns"][0]["items"][1].update(changes)

    return change


def turn(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda checklist: checklist["turns"][0].update(changes)


def test_a_sound_one_has_no_problems() -> None:
    assert list(lint(SOUND)) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (spoil(question="Does the reply tell the day and the hour?"), "(told): question: holds two facts (\"and\")"),
        (spoil(question="Is it told? Is it right?"), "holds two facts"),
        (spoil(pass_condition="The day stands in it; the hour, too."), "pass_condition: holds two facts"),
        (spoil(question="Does the reply of turn 3 tell the day?"), 'names a turn ("turn 3")'),
        (spoil(question="Does the second message tell the day?"), 'names a turn ("second message")'),
        (spoil(question="If asked, does the reply tell the day?"), 'supposes something ("If")'),
        (spoil(pass_condition="It is told when it is known."), 'supposes something ("when")'),
        (spoil(pass_condition="The tool gives a type mismatch error."), 'mentions a failed try ("mismatch")'),
        (spoil(question="Does it retry the call?"), 'mentions a failed try ("retry")'),
        (spoil(question="It tells the day."), "does not end with a question mark"),
        (spoil(question=" "), "has no question"),
        (spoil(evidence=[]), "has no evidence"),
        (spoil(evidence=[{"turn": 0, "step": 0, "from": "user", "snippet": " "}]), "evidence[0]: has no snippet"),
        (spoil(evidence=[{"turn": 4, "step": 0, "from": "user", "snippet": "x"}]), "is from turn 4"),
        (spoil(evidence=[{"turn": 0, "from": "user", "snippet": "x"}]), "needs turn and step"),
        (spoil(evidence=[{"turn": 0, "step": 0, "from": "agent", "snippet": "x"}]), "from is 'agent'"),
        (spoil(focus_on="reply"), "focus_on is 'reply'"),
        (spoil(failure_examples=[]), "has no failure_examples"),
        (spoil(required_for_next_turn="no"), "required_for_next_turn"),
        (spoil(id=""), "turns[0].items[1]: has no id"),
        (spoil(id="read"), "the id is taken by an item of turns[0]"),
        (spoil(judge="me"), "judge is 'me'"),
        (spoil(judge="rule"), "is decided by rule and has no condition"),
        (spoil(condition={"type": "said"}), "a judge that does not look at it"),
        (spoil(judge="rule", condition={"type": "seen"}), "condition: Invalid value 'seen'"),
        (spoil(judge="rule", condition={"type": "said", "pattern": "("}), "condition: missing )"),
        (turn(weight={"read": 0.5, "told": 0.6}), "the weights sum to 1.1"),
        (turn(weight={"read": 1.0}), "weight: 'told' has none"),
        (turn(weight={"read": 0.5, "told": 0.5, "seen": 0.1}), "weight: 'seen' is no item"),
        (turn(weight={"read": 1.5, "told": -0.5}), "that of 'told' is not above 0"),
        (turn(weight=None), "weight is no object"),
        (turn(dependence={"told": ["seen"]}), "'told' needs 'seen', which is no item"),
        (turn(dependence={"seen": ["read"]}), "'seen' is no item of this turn"),
        (turn(dependence={"read": ["told"]}), "which is not about tool.content"),
        (turn(dependence={"told": ["read"], "read": ["told"]}), "is a circle"),
        (turn(dependence={"read": ["read"]}), "read -> read is a circle"),
        (turn(dependence={"told": "read"}), "dependence is no object of lists"),
        (turn(items=[]), 'turns[0]: has no "items"'),
    ],
)  # fmt: skip
def test_each_thing_is_found(change: Callable[[dict[str, Any]], None], problem: str) -> None:
    spoilt = copy.deepcopy(SOUND)
    change(spoilt)
    found = list(lint(spoilt))
    assert any(problem in each for each in found), found


def test_a_dependency_on_a_later_turn_is_found() -> None:
    spoilt = copy.deepcopy(SOUND)
    later = copy.deepcopy(SOUND["turns"][0])
    for each in later["items"]:
        each["id"] = f"later {each['id']}"
    later.update(weight={"later read": 0.5, "later told": 0.5}, dependence={"later told": ["read"]}, turn=1)
    spoilt["turns"].append(later)
    assert list(lint(spoilt)) == []
    spoilt["turns"][0]["dependence"] = {"told": ["later read"]}
    assert list(lint(spoilt)) == ["turns[0]: dependence: 'told' needs 'later read', which belongs to a later turn"]


@pytest.mark.parametrize("value", [None, [], {}, {"turns": []}, {"turns": "x"}, {"turns": [1]}])
def test_what_is_no_checklist_is_said_so(value: Any) -> None:
    assert list(lint(value))
