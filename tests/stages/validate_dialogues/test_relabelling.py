"""Dialogues whose users told their tasks in another manner than planned: dropped, or kept under what they show."""

import asyncio

from msgspec import UNSET, structs

from schemas.dialogue import Dialogue
from schemas.verdict import Drop, Judged
from stages.base import Services
from stages.behaviors.detectors import detect
from stages.validate_dialogues import ValidateDialogues


def planned_otherwise(dialogue: Dialogue, *traits: str) -> Dialogue:
    """Returns the dialogue as if its user had been told to do something else."""
    behavior = structs.replace(dialogue.scenario.behavior, traits=traits)
    return structs.replace(dialogue, scenario=structs.replace(dialogue.scenario, behavior=behavior))


def validated(dialogue: Dialogue, services: Services, *, relabel: bool) -> Judged | Drop:
    (made,) = asyncio.run(ValidateDialogues(relabel=relabel).process(dialogue, services))
    return made


def test_what_shows_another_manner_is_dropped_or_bears_the_one_that_it_shows(
    good: list[Dialogue], services: Services
) -> None:
    kept = 0
    for dialogue in [each for each in good if "off_topic" not in detect(each)][:40]:
        own = dialogue.scenario.behavior
        other = planned_otherwise(dialogue, "off_topic")
        dropped = validated(other, services, relabel=False)
        assert isinstance(dropped, Drop) and (dropped.reason, dropped.owner) == ("behavior", "user")
        judged = validated(other, services, relabel=True)
        assert isinstance(judged, Judged), judged.detail
        shown = judged.dialogue.scenario.behavior
        assert shown.planned == (own.disclosure, "off_topic") and shown.register == own.register
        assert {shown.disclosure, *shown.traits} <= detect(dialogue) and set(own.traits) <= set(shown.traits)
        assert judged.dialogue.messages == dialogue.messages
        kept += 1
    assert kept == 40


def test_what_shows_the_planned_manner_stays_as_it_is_and_what_is_wrong_is_dropped(
    good: list[Dialogue], services: Services
) -> None:
    for dialogue in good[:20]:
        judged = validated(dialogue, services, relabel=True)
        assert isinstance(judged, Judged) and judged.dialogue == dialogue
        assert judged.dialogue.scenario.behavior.planned is UNSET
    told = structs.replace(planned_otherwise(good[0], "off_topic"), final_digest="0" * 32)
    assert isinstance(validated(told, services, relabel=True), Drop)
