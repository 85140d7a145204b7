"""The checker on a dialogue written by hand, with arguments as text, answers out of order and verdicts of a judge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stages.derive_checklists.checker import score

GOLD = {"loan_id": "L2", "weeks": 2}
WRITE = {"tool": "renew_loan", "arguments": GOLD, "others": []}


def item(name: str, condition: dict[str, Any] | None, focus: str = "tool.content") -> dict[str, Any]:
    return {"id": name, "judge": "rule" if condition else "llm", "condition": condition, "focus_on": focus}


CHECKLIST: dict[str, Any] = {
    "id": "dialogue-1",
    "turns": [
        {
            "turn": 0,
            "items": [
                item("read", {"type": "obtained", "reads": [{"tool": "get_loan", "arguments": {"loan_id": "L2"}}]}),
                item("asked", None),
            ],
            "weight": {"read": 0.75, "asked": 0.25},
            "dependence": {},
        },
        {
            "turn": 1,
            "items": [
                item("loan_id", {"type": "written", **WRITE, "parameter": "loan_id"}),
                item("weeks", {"type": "written", **WRITE, "parameter": "weeks"}),
                item("agreed", {"type": "agreed", **WRITE, "writes": ["renew_loan"]}),
                item(
                    "changes",
                    {"type": "only", "writes": ["renew_loan"], "calls": [{"tool": "renew_loan", "arguments": GOLD}]},
                ),
            ],
            "weight": {"loan_id": 0.25, "weeks": 0.25, "agreed": 0.25, "changes": 0.25},
            "dependence": {"loan_id": ["read"]},
        },
    ],
}


def call(name: str, answer: str = "{}", **arguments: Any) -> list[dict[str, Any]]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "x", "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": "x", "content": answer},
    ]


def dialogue(*parts: Any, yes: str = "yse please") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"role": "system", "content": "Policy."}, {"role": "user", "content": "renew it"}]
    for part in parts:
        found += part
    return found


ASK = [{"role": "assistant", "content": "Renew L2 for 2 weeks?"}]
YES = [{"role": "user", "content": "Yse, please do"}]
END = [{"role": "assistant", "content": "Done."}]
READ = call("get_loan", loan_id="L2")


def test_all_is_met_and_each_message_earns_its_part() -> None:
    found = score(CHECKLIST, dialogue(READ, ASK, YES, call("renew_loan", loan_id="L2", weeks=2), END))
    assert (found["score"], found["turns"], found["missed"], found["undecided"]) == (1.0, [1.0, 1.0], [], ["asked"])
    assert found["met"] == {"read": 3, "loan_id": 6, "weeks": 6, "agreed": 6, "changes": 8}
    assert found["rewards"] == [0, 0, 0, 0.5, 0, 0, 0.375, 0, 0.125]


def test_a_judge_has_its_weight() -> None:
    whole = dialogue(READ, ASK, YES, call("renew_loan", loan_id="L2", weeks=2), END)
    assert score(CHECKLIST, whole, {"asked": False})["turns"] == [0.75, 1.0]
    assert score(CHECKLIST, whole, {"asked": True})["score"] == 1.0


@pytest.mark.parametrize(
    ("parts", "missed"),
    [
        ((ASK, YES, call("renew_loan", loan_id="L2", weeks=2), READ, END), ["loan_id"]),  # read too late
        ((ASK, YES, call("renew_loan", loan_id="L2", weeks=2), END), ["read", "loan_id"]),
        ((READ, ASK, YES, call("renew_loan", loan_id="L2", weeks=3), END), ["weeks", "changes"]),
        ((READ, call("renew_loan", loan_id="L2", weeks=2), END), ["agreed"]),
        ((READ, ASK, YES, call("renew_loan", "Error: closed", loan_id="L2", weeks=2), END),
         ["loan_id", "weeks", "agreed", "changes"]),
        ((READ, ASK, YES, *[call("renew_loan", loan_id="L2", weeks=2)] * 2, END), ["changes"]),
        ((call("get_loan", "Error: no such loan", loan_id="L2"), ASK, END),
         ["read", "loan_id", "weeks", "agreed", "changes"]),
    ],
)  # fmt: skip
def test_what_is_missed(parts: Any, missed: list[str]) -> None:
    assert score(CHECKLIST, dialogue(*parts))["missed"] == missed


@pytest.mark.parametrize(
    ("answer", "agreed"),
    [("yes", True), ("Perfect, thanks", True), ("no", False), ("yes, but only if it's free", False),
     ("hm, what does that cost me then?", False), ("I'll have to ask my wife about all that first", False)],
)  # fmt: skip
def test_what_is_a_yes(answer: str, agreed: bool) -> None:
    said = [{"role": "user", "content": answer}]
    found = score(CHECKLIST, dialogue(READ, ASK, said, call("renew_loan", loan_id="L2", weeks=2), END))
    assert ("agreed" in found["met"]) is agreed


def test_calls_side_by_side_find_their_answers() -> None:
    one, answer = READ
    other, failed = call("get_loan", "Error: no such loan", loan_id="L9")
    other["tool_calls"][0]["id"] = failed["tool_call_id"] = "y"
    both = {**one, "tool_calls": [*one["tool_calls"], *other["tool_calls"]]}
    found = score(CHECKLIST, dialogue([both, failed, answer], ASK))
    assert found["met"] == {"read": 4}


def test_a_row_is_named_by_what_tells_it_from_others() -> None:
    row = {"row": [["visa"], ["3105"], ["credit card"]], "beside": [[0, 2], [2]]}
    listing = {"type": "listed", **WRITE, "groups": [["card_1", row]]}
    checklist = {"turns": [{"turn": 0, "items": [item("listed", listing)], "weight": {"listed": 1}, "dependence": {}}]}
    for text, told in (("Your Visa?", False), ("The Visa credit card?", False), ("The one ending in 3105?", True),
                       ("card_1?", True), ("number 31055?", False)):  # fmt: skip
        found = score(checklist, dialogue([{"role": "assistant", "content": text}]))
        assert bool(found["met"]) is told, text
