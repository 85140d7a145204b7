"""Profiles: somebody is the same in every dialogue, mentions what is so, and wants what the task says."""

from __future__ import annotations

import asyncio
from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.behavior import Scenario
from schemas.dialogue import Dialogue
from schemas.profile import VERSION, Profile
from schemas.verdict import Judged
from stages.base import Services
from stages.behaviors.profile_words import SENTENCES, disagreements, mention, read_back
from stages.behaviors.profiles import generated, one_of
from stages.give_profiles import GiveProfiles
from stages.simulate_dialogues import SimulateDialogues
from stages.text_statistics import polite
from stages.validate_dialogues import ValidateDialogues
from stages.validate_dialogues.stage import judge
from tests.stages.proven import proven, world

SERVICES = Services(sandboxes={"retail": world("retail")})


@cache
def told() -> tuple[tuple[Dialogue, Dialogue], ...]:
    """Dialogues about the same tasks in the same manners, by nobody in particular and by somebody."""
    found = []
    for scenario in proven("retail", (("read_heavy", 1, 4), ("information", 0, 3)), times=6, per_task=3):
        (somebody,) = asyncio.run(GiveProfiles(seed=7).process(scenario, SERVICES))
        assert isinstance(somebody, Scenario)
        (one,) = asyncio.run(SimulateDialogues().process(scenario, SERVICES))
        (two,) = asyncio.run(SimulateDialogues().process(somebody, SERVICES))
        assert isinstance(one, Dialogue) and isinstance(two, Dialogue)
        found.append((one, two))
    return tuple(found)


def turns(dialogue: Dialogue) -> list[str]:
    return [message.content for message in dialogue.messages if message.role == "user"]


def profile(dialogue: Dialogue) -> Profile:
    found = dialogue.scenario.behavior.profile
    assert found
    return found


def test_a_person_is_always_the_same_and_two_are_not() -> None:
    assert generated(7, "ann") == generated(7, "ann")
    assert generated(7, "ann") != generated(8, "ann")
    assert len({generated(7, f"person-{number}").id for number in range(50)}) == 50
    assert generated(7, "ann").version == VERSION
    by_person: dict[str, set[str]] = {}
    for _, dialogue in told():
        by_person.setdefault(dialogue.scenario.task.principal, set()).add(profile(dialogue).id)
    assert all(len(ids) == 1 for ids in by_person.values())


def test_the_task_and_its_goal_are_what_they_were() -> None:
    for without, dialogue in told():
        assert dialogue.scenario.task == without.scenario.task
        assert dialogue.final_digest == without.final_digest
        assert all(verdict.passed for verdict in judge(dialogue, SERVICES))


def test_what_is_mentioned_is_read_back_as_it_is() -> None:
    mentioned = 0
    for without, dialogue in told():
        assert read_back(turns(without)) == {}
        assert disagreements(profile(dialogue), turns(dialogue)) == []
        mentioned += len(read_back(turns(dialogue)))
    assert mentioned >= len(told()) / 3


@given(
    st.sampled_from(sorted(SENTENCES)), st.integers(0, 5), st.sampled_from(["chess", "old radios", "master's degree"])
)
def test_every_sentence_has_its_way_back(fact: str, variant: int, value: str) -> None:
    text = mention(fact, value, variant)  # type: ignore[arg-type]
    assert read_back([f"The red one. {text}"]) == {fact: {value}}
    assert read_back([text.rstrip(".").upper()]) == {fact: {value}}


def test_a_user_who_is_somebody_else_in_between_is_found() -> None:
    dialogue = next(dialogue for _, dialogue in told() if read_back(turns(dialogue)))
    own = profile(dialogue)
    fact, value = next((name, value) for name, value in own.facts.items() if name in read_back(turns(dialogue)))
    other = msgspec.structs.replace(own, facts={**own.facts, fact: f"not {value}"})
    behavior = msgspec.structs.replace(dialogue.scenario.behavior, profile=other)
    scenario = msgspec.structs.replace(dialogue.scenario, behavior=behavior)
    false = msgspec.structs.replace(dialogue, scenario=scenario)
    (drop,) = asyncio.run(ValidateDialogues().process(false, SERVICES))
    assert not isinstance(drop, Judged)
    assert (drop.reason, drop.owner) == ("behavior", "user")
    assert f"the profile has 'not {value.lower()}'" in drop.detail


def test_style_shows_in_the_words() -> None:
    def share(wanted: bool) -> float:
        found = [text for _, each in told() if profile(each).style.polite is wanted for text in turns(each)]
        return sum(map(polite, found)) / len(found)

    assert share(True) > share(False) + 0.05
    casual = [turns(each)[0][:1].isupper() for _, each in told() if profile(each).style.casual]
    formal = [turns(each)[0][:1].isupper() for _, each in told() if not profile(each).style.casual]
    assert sum(casual) / len(casual) < 0.5 < sum(formal) / len(formal)


def test_a_language_model_is_told_whom_it_plays() -> None:
    behavior = told()[0][1].scenario.behavior
    head, _, own = behavior.instruction.partition("\n\n# Who you are beside this\n")
    assert head == told()[0][0].scenario.behavior.instruction
    assert all(value in own for value in profile(told()[0][1]).facts.values())
    assert "nothing to do with your goal" in own


def test_people_of_a_file_stay_who_they_are() -> None:
    profiles = tuple(generated(1, str(number)) for number in range(5))
    assert one_of(profiles, "ann") is one_of(profiles, "ann")
    assert {one_of(profiles, f"person-{number}").id for number in range(60)} == {each.id for each in profiles}
    with pytest.raises(ZeroDivisionError):
        one_of((), "ann")
