"""Facts that a user lacks, tells in part, or has an old version of: the goal stays, and the dialogue shows it."""

from __future__ import annotations

import msgspec
import pytest

from schemas.dialogue import Dialogue
from schemas.verdict import Judged
from stages.base import Services
from stages.behaviors.detectors import detect
from stages.behaviors.lacks import lacked_numbers
from stages.behaviors.slips import near, stale
from stages.validate_dialogues.stage import ValidateDialogues
from tests.stages.proven import play, played, proven, world


@pytest.mark.parametrize(
    ("domain", "trait"),
    [
        ("retail", "lacks_number"),
        ("retail", "lacks_identity"),
        ("retail", "partial_identity"),
        ("retail", "stale_identity"),
        ("airline", "lacks_number"),
        ("airline", "stale_identity"),
    ],
)
def test_the_goal_is_the_same_and_the_dialogue_shows_it(domain: str, trait: str) -> None:
    made = list(played(domain, trait))
    services = Services(sandboxes={domain: world(domain)})
    assert len(made) >= 4
    for dialogue in made:
        assert dialogue.final_digest == dialogue.scenario.task.goal_digest
        assert trait in detect(dialogue)
        assert isinstance(ValidateDialogues().validated(dialogue, services), Judged)
        bare = msgspec.structs.replace(
            dialogue.scenario, behavior=msgspec.structs.replace(dialogue.scenario.behavior, traits=())
        )
        without = play(bare)
        assert trait not in detect(without)
        assert without.final_digest == dialogue.final_digest


def test_a_number_that_the_user_lacks_is_found_by_reading() -> None:
    numbers = [d for d in played("retail", "lacks_number")]
    assert numbers
    for dialogue in numbers:
        place = _lacked(dialogue)
        assert place is not None
        (act,) = [act for act in dialogue.messages[place].acts if act.kind == "fail_inform"]
        confirmed = [act for m in dialogue.messages[place:] for act in m.acts if act.kind == "confirm"]
        value = next(each.value[act.slot] for each in confirmed if each.request == act.request)
        assert any(value in m.content for m in dialogue.messages[place:] if m.role == "tool" and not m.error)
        assert not any(value in m.content for m in dialogue.messages if m.role == "user")


def _lacked(dialogue: Dialogue) -> int | None:
    return next(
        (
            place
            for place, message in enumerate(dialogue.messages)
            for act in message.acts
            if act.kind == "fail_inform" and act.request is not None
        ),
        None,
    )


def test_nobody_lacks_what_is_stated() -> None:
    domain = world("retail").domain
    for one in proven("retail"):
        facts = {entry.name for entry in one.task.knowledge}
        assert all(f"r{lack.request}.{lack.slot}" not in facts for lack in lacked_numbers(one.task, domain))


# One address each for which all old ones but the last are near, or the first one is the same.
ADDRESSES = ["ann@example.com", "ann19@example.com", "ann84@example.com", "dora.cunha6084@example.com"]


@pytest.mark.parametrize("value", [*ADDRESSES, "10247", "mia_li_3668"])
def test_what_is_outdated_is_no_slip_of_the_fingers(value: str) -> None:
    assert stale(value) != value and not near(stale(value), value)
    assert stale(value) == stale(value)
    assert ("@" in value) == ("@" in stale(value))
