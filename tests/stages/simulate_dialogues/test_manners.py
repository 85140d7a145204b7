"""Manners of speech: each shows, the agent reacts sensibly, and the task's goal is what it was."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import msgspec
import pytest

from schemas.dialogue import Act, Dialogue, Message
from schemas.program import Filter, Program
from stages.behaviors.detectors import detect
from stages.behaviors.foreign_words import LANGUAGES, foreign
from stages.behaviors.misnomers import misnomer
from stages.behaviors.misspellings import COMMON
from stages.behaviors.space import SPACE, weighted
from stages.diversify_behaviors import DiversifyBehaviors
from stages.simulate_dialogues import wording_agent as agent_tables
from stages.simulate_dialogues import wording_temper as moods
from stages.simulate_dialogues import wording_user as tables
from stages.simulate_dialogues.habits.typing import broken
from stages.simulate_dialogues.hearing.user import UserHearing
from stages.simulate_dialogues.manner import Manner
from stages.text_statistics import polite
from tests.stages.proven import Order, played, world
from tests.stages.simulate_dialogues.talks import TASKS, domain, goal, simulated, words_of
from tool_specs.phrasing.answers import affirms, hedges, refuses

MANNERS = ("impatience", "scepticism", "frustration", "burstiness", "code_switching", "typos", "misnaming")


@cache
def dialogues(manner: str) -> list[Dialogue]:
    """All sample tasks that have room for a manner, told with it in some ways."""
    stage = DiversifyBehaviors(
        per_task=6 if manner == "misnaming" else 2, space=weighted(SPACE, {"traits": {manner: 1.0}})
    )
    found = []
    for number, task in enumerate(TASKS.values()):
        numbered = msgspec.structs.replace(
            task, goal_digest=goal(task), spec=msgspec.structs.replace(task.spec, number=number)
        )
        found += [simulated(one) for one in stage.scenarios(numbered, domain()) if manner in one.behavior.traits]
    return found


def talk(dialogue: Dialogue) -> list[Message]:
    return [message for message in dialogue.messages if message.role != "tool" and not message.tool_calls]


@pytest.mark.parametrize("manner", MANNERS)
def test_a_manner_shows_and_leaves_the_goal_as_it_is(manner: str) -> None:
    found = dialogues(manner)
    assert len(found) >= 8
    for dialogue in found:
        behavior = dialogue.scenario.behavior
        assert dialogue.final_digest == dialogue.scenario.task.goal_digest
        assert detect(dialogue) == {behavior.disclosure, manner}


def test_without_its_rule_no_manner_shows() -> None:
    """The same tasks, told by users who follow none of these rules."""
    stage = DiversifyBehaviors(per_task=2, space=weighted(SPACE, {"traits": {}}))
    for task in TASKS.values():
        assert not any(detect(simulated(one)) & set(MANNERS) for one in stage.scenarios(task, domain()))


def test_a_sceptical_user_hears_the_evidence_before_it_says_yes() -> None:
    doubts = compared = 0
    for dialogue in dialogues("scepticism"):
        said = talk(dialogue)
        for before, message, after in zip(said, said[1:], said[2:], strict=False):
            asked = [act for act in message.acts if act.kind == "doubt"]
            if message.role != "user" or not asked:
                continue
            doubts += 1
            assert {act.kind for act in message.acts} == {"doubt"}, "it neither agrees nor refuses"
            assert any(after.content.startswith(text) for text in moods.SURE), after.content
            assert not any(text in after.content for text in agent_tables.ONCE_MORE), "the reasons lead to the details"
            assert any(act.kind in ("confirm", "response") and act.request == asked[0].request for act in after.acts)
            amounts = {word.strip(".,;") for word in before.content.split() if word.startswith("$")}
            compared += bool(amounts & {word.strip(".,;") for word in after.content.split()})
    assert doubts >= 12 and compared > 0.6 * doubts


def test_a_frustrated_user_is_not_polite_and_the_agent_hears_it() -> None:
    vents, courteous = 0, []
    for dialogue in dialogues("frustration"):
        said = talk(dialogue)
        for message, after in pairwise(said):
            if message.role == "user" and any(act.kind == "vent" for act in message.acts):
                vents += 1
                over = any(act.kind == "user_bye" for act in message.acts)
                assert over or any(text in after.content for text in moods.CALM), after.content
        courteous += [polite(text) for text in words_of(dialogue, "user")]
    assert vents >= 30 and sum(courteous) < 0.05 * len(courteous)


def test_an_impatient_user_says_yes_first_and_never_wants_it_again_in_a_hurry() -> None:
    behind = 0
    for dialogue in dialogues("impatience"):
        for before, message in pairwise(talk(dialogue)):
            kinds = [act.kind for act in message.acts]
            if "complain" in kinds:
                assert not {"negate", "doubt"} & set(kinds), message.content
                listed = any(act.kind == "confirm" for act in before.acts)
                for answer in {"affirm" if listed else "", "user_bye"} & set(kinds):
                    assert kinds.index(answer) < kinds.index("complain"), message.content
                    behind += 1
    assert behind >= 5


def test_nobody_is_asked_to_forgive_a_wait_before_there_was_one() -> None:
    first = 0
    for dialogue in dialogues("impatience"):
        said = talk(dialogue)
        if any(act.kind == "complain" for act in said[0].acts):
            first += 1
            assert not re.search(r"\b(?:wait|while|patience)\b", said[1].content), said[1].content
    assert first


def test_what_is_said_in_a_mood_changes_no_yes_and_no_no() -> None:
    every = [moods.VENT_FIRST, moods.VENT, moods.VENT_AGAIN, moods.VENT_LAST, tables.COMPLAINT, tables.HURRY]
    for text in (text.lower() for table in every for texts in table.values() for text in texts):
        assert affirms(f"{text} yes, go ahead") and not affirms(f"{text} no, that's all"), text
        assert not refuses(text) and not hedges(f"{text} yes"), text
    for text in (text.lower() for texts in moods.DOUBT.values() for text in texts):
        assert not refuses(text), text


def test_bursts_break_no_value_and_keep_every_word() -> None:
    lines = turns = 0
    for dialogue in dialogues("burstiness"):
        own = [entry.value for entry in dialogue.scenario.task.knowledge if isinstance(entry.value, str)]
        names = [str(row) for row in ("T-Shirt", "Desk Lamp", "Hiking Boots", "Coffee Maker")]
        for text in words_of(dialogue, "user"):
            whole = " ".join(text.split("\n")).lower()
            for value in (each.lower() for each in (*own, *names)):
                assert (value in whole) <= any(value in line.lower() for line in text.split("\n")), (value, text)
            assert all(line.strip() for line in text.split("\n"))
            lines, turns = lines + len(text.split("\n")), turns + 1
        assert "\n" in words_of(dialogue, "user")[0]
    assert lines > 1.3 * turns


def test_words_of_one_other_language_come_in_and_never_in_values() -> None:
    seen = set()
    for dialogue in dialogues("code_switching"):
        texts = [text for text in words_of(dialogue, "user") if foreign(text)]
        spoken = {
            name
            for name, words in LANGUAGES.items()
            if all(any(each.lower() in text.lower() for part in words for each in part) for text in texts)
        }
        assert texts and spoken
        seen |= spoken if len(spoken) == 1 else set()
        values = [act.value for message in dialogue.messages for act in message.acts if isinstance(act.value, str)]
        assert not any(foreign(value) for value in values)
    assert len(seen) >= 5


def test_foreign_words_are_no_english_and_no_answers() -> None:
    for words in LANGUAGES.values():
        for text in (each.lower() for part in words for each in part):
            assert text not in COMMON and not affirms(text) and not refuses(text), text


def test_what_was_misnamed_is_asked_for_and_told_by_its_name() -> None:
    for dialogue in dialogues("misnaming"):
        said = talk(dialogue)
        place = next(n for n, m in enumerate(said) if any(act.kind == "misname" for act in m.acts))
        (act,) = (act for act in said[place].acts if act.kind == "misname")
        assert act.value.lower() in said[place].content.lower() and not any(
            other.kind == "inform" and other.slot == act.slot for other in said[place].acts
        )
        asks, answer = said[place + 1], said[place + 2]
        assert f'"{act.value}"' in asks.content
        assert any(other.kind == "request" and other.slot == act.slot for other in asks.acts)
        assert any(other.kind == "inform" and other.slot == act.slot for other in answer.acts)
        name = act.value.partition(" ")[0]
        assert any(f" {name}" in answer.content.lower() for name in (name, f"{name}s")), answer.content


def test_names_are_half_remembered_in_every_domain() -> None:
    """Of a name of several words the end, of one word the beginning, of a code its letter; and a listener follows."""
    orders: tuple[Order, ...] = (("read_heavy", 1, 4), ("write_intensive", 2, 3))
    for name in ("retail", "airline"):
        made = list(played(name, "misnaming", orders=orders, times=5))
        heard = 0
        for one in made:
            ear, before = UserHearing(world(name).domain, one.scenario), None
            for message in one.messages:
                if message.role == "assistant" and not message.tool_calls:
                    before = message
                if message.role == "user":
                    meant = [(act.request, act.slot) for act in message.acts if act.kind == "misname"]
                    acts = ear.hear(Message(role="user", content=message.content), before)
                    heard += bool(meant) and [(a.request, a.slot) for a in acts if a.kind == "misname"] == meant
            assert "misnaming" in detect(one) and one.final_digest == one.scenario.task.goal_digest
        assert len(made) >= 4 and heard >= 0.75 * len(made), (name, heard, len(made))


@pytest.mark.parametrize(
    ("name", "half"),
    [("Reading Lamp", "lamp"), ("Hammock", "ham-"), ("Backpack", "back-"), ("LHR", "L-"), ("Chef's Knife", "knife")],
)
def test_what_is_left_of_a_name(name: str, half: str) -> None:
    program = Program(steps=(), where=(Filter(column=("name",), op="eq", value=name),), role="object")
    request = msgspec.structs.replace(TASKS["cancel_named"].requests[0], programs=(program,))
    assert misnomer(request, "object") == half


def manner_that_asks_nicely() -> Manner:
    """The writing of a polite user who keeps to large letters."""
    scenario = dialogues("scepticism")[0].scenario
    scenario = msgspec.structs.replace(
        scenario, behavior=msgspec.structs.replace(scenario.behavior, register="neutral")
    )
    manner = Manner(scenario)
    manner.polite, manner.casual, manner.bare_marks = True, False, False
    return manner


def test_a_polite_user_begs_for_what_it_wants_and_not_for_what_is_so() -> None:
    manner, acts = manner_that_asks_nicely(), (Act(kind="inform", request=0, slot="object", value="red"),)
    wanted = {manner.compose(["the red one"], acts) for _ in range(40)}
    assert wanted == {"The red one.", "The red one, please."}
    for fact in ("I'm Nora Field", "my bad, it's 45280", "it isn't needed any longer", "the zip code is 45280"):
        assert not any("please" in manner.compose([fact], acts) for _ in range(40)), fact
    corrects = (*acts, Act(kind="correct", slot="zip", value="45280"))
    assert not any("please" in manner.compose(["wrong key, 45280 is right"], corrects) for _ in range(40))


def test_sentences_begin_with_large_letters_and_values_as_they_are() -> None:
    manner = manner_that_asks_nicely()
    assert manner.compose(["no, all done. thanks for the help."], ()) == "No, all done. Thanks for the help."
    for value in ("nora_field_1", "ann@example.com"):
        assert manner.compose([value], ()).startswith(value)
        assert f"Try {value}" in manner.compose([f"I changed that. try {value}"], ())
        assert f". {value}" in manner.compose(["I gave you an old one.", value], ())


def test_two_remarks_in_one_message_open_with_two_words() -> None:
    manner = manner_that_asks_nicely()
    for _ in range(40):
        assert not manner.pick(tables.REVISED, after="hm, more or less what I thought.").startswith("hm")


def test_nobody_is_pleased_or_polite_right_behind_a_complaint() -> None:
    manner = manner_that_asks_nicely()
    manner.register = "chatty"
    for _ in range(60):
        for table in (tables.YES, tables.DONE):
            text = manner.pick(table, after="this is ridiculous.")
            assert not polite(text) and not any(word in text for word in ("great", "perfect", "happy")), text
    for dialogue in dialogues("frustration"):
        for text in words_of(dialogue, "user"):
            vents = any(each in text.lower() for table in (moods.VENT, moods.VENT_AGAIN) for each in table["plain"])
            assert not (vents and re.search(r"[.!?] (?:sure|of course)[.,]", text.lower())), text


def test_who_doubts_hears_the_reasons_in_other_words() -> None:
    same = other = 0
    for dialogue in dialogues("scepticism"):
        said = talk(dialogue)
        for place, message in enumerate(said):
            if message.role == "user" and any(act.kind == "doubt" for act in message.acts) and place + 1 < len(said):
                sentences = {text for text in re.split(r"(?<=[.?]) ", said[place + 1].content) if " at $" in text}
                told = {text for m in said[:place] for text in re.split(r"(?<=[.?]) ", m.content)}
                same, other = same + len(sentences & told), other + len(sentences - told)
    assert other >= 8 and same < 0.1 * other


def test_a_list_stays_in_one_line() -> None:
    for text, lines in {
        "I'd like to cancel an order and return something I bought": 1,
        "I'd like to return the lamp I bought last week and I want the money back": 2,
        "There is, yes": 1,
    }.items():
        assert len(broken(text)) == lines, text
