"""Users who ask for something else once they hear what their wish comes to: the goal is the proven one all the same."""

from __future__ import annotations

import msgspec
import pytest

from schemas.dialogue import Dialogue
from schemas.verdict import Judged
from stages.base import Services
from stages.behaviors.detectors import detect
from stages.behaviors.second_thoughts import revisions
from stages.validate_dialogues.stage import ValidateDialogues
from tests.stages.proven import Order, play, played, tasks, world

ORDERS: tuple[Order, ...] = (("read_heavy", 1, 4), ("information", 0, 4))


def revised_at(dialogue: Dialogue) -> int:
    return next(p for p, m in enumerate(dialogue.messages) if any(act.kind == "revise" for act in m.acts))


@pytest.mark.parametrize("domain", ["retail", "airline"])
def test_the_first_wish_is_followed_and_told_and_the_goal_is_the_proven_one(domain: str) -> None:
    services = Services(sandboxes={domain: world(domain)})
    made = list(played(domain, "revises", orders=ORDERS, times=4))
    assert len(made) >= 8
    for dialogue in made:
        assert dialogue.final_digest == dialogue.scenario.task.goal_digest
        assert isinstance(ValidateDialogues().validated(dialogue, services), Judged)
        assert "revises" in detect(dialogue)
        place = revised_at(dialogue)
        (revise,) = [act for act in dialogue.messages[place].acts if act.kind == "revise"]
        told = dialogue.messages[place - 1]
        assert told.role == "assistant" and any(act.request == revise.request for act in told.acts)
        assert any(message.role == "tool" for message in dialogue.messages[:place])


def test_both_outcomes_are_told_and_they_differ() -> None:
    for dialogue in played("airline", "revises", orders=(("information", 0, 4),), times=6):
        values = [
            act.value for m in dialogue.messages for act in m.acts if act.slot == "answer" and act.value is not None
        ]
        answers = [each for each in values if not isinstance(each, dict)]
        (request,) = dialogue.scenario.task.requests
        assert len(answers) == 2 and answers[0] != answers[1] == request.arguments["answer"]


def test_only_what_the_proof_shows_to_come_out_otherwise_is_wanted_first() -> None:
    lexicon = world("retail").domain.lexicon
    for task in tasks("retail", ORDERS, 4):
        bare = [
            msgspec.structs.replace(r, proof=msgspec.structs.replace(r.proof, distractors=())) for r in task.requests
        ]
        assert not revisions(msgspec.structs.replace(task, requests=tuple(bare)), lexicon)
        for thought in revisions(task, lexicon):
            assert thought.programs != task.requests[thought.request].programs


def test_without_the_behaviour_nobody_revises() -> None:
    for dialogue in played("retail", "revises", orders=ORDERS, times=2):
        behavior = msgspec.structs.replace(dialogue.scenario.behavior, traits=())
        assert "revises" not in detect(play(msgspec.structs.replace(dialogue.scenario, behavior=behavior)))
