"""What a judge is asked about a reply is a question that a person would ask."""

from __future__ import annotations

import re

import pytest

from schemas.dialogue import Act, Message
from stages.derive_checklists import wording
from tests.stages.derive_checklists.conftest import Checked
from tests.stages.derive_checklists.test_derive import items


@pytest.mark.parametrize(
    ("slots", "question"),
    [
        (("identity",), "Does the reply ask for a fact by which the user can be found?"),
        (("intent",), "Does the reply ask what the user wants done?"),
        (("object",), "Does the reply ask what exactly the request is about?"),
        (("target",), "Does the reply ask what the user wants instead?"),
        (("answer",), "Does the reply ask what exactly the user wants to know?"),
        (("new_shelf",), "Does the reply ask about the new shelf?"),
        (("reason", "target"), "Does the reply ask about the reason?"),
    ],
)
def test_a_question_is_asked_about_as_people_do(slots: tuple[str, ...], question: str) -> None:
    reply = Message(role="assistant", content="...", acts=tuple(Act(kind="request", slot=slot) for slot in slots))
    assert wording.answered(reply).question == question


def test_what_is_done_beside_a_question_for_more_is_what_counts() -> None:
    acts = (Act(kind="confirm", request=0), Act(kind="request", slot="intent"))
    assert "about to be done" in wording.answered(Message(role="assistant", content="...", acts=acts)).question


def test_no_question_names_a_slot(checked: list[Checked]) -> None:
    found = [item["question"] for _, checklist in checked for item in items(checklist).values()]
    assert any("what exactly the request is about" in each for each in found)
    slot = re.compile(r"\b(for|about) the (object|target|answer|intent|identity)\b")
    assert not [each for each in found if slot.search(each)]
