"""What a dialogue's checklist holds; the dialogue meets all of it, and damaged ones lose exactly what they should."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest

from schemas.checklist import Checklist
from schemas.dialogue import Dialogue
from schemas.task import Kind
from stages.base import Services
from stages.derive_checklists.checker import score
from stages.derive_checklists.lint import lint
from stages.export_rows import openai_messages
from tests.stages.derive_checklists.conftest import Checked
from tests.stages.validate_dialogues import conduct as conduct
from tests.stages.validate_dialogues import harmless, mutators
from tests.stages.validate_dialogues.mutators import Damage


def messages(dialogue: Dialogue) -> list[dict[str, Any]]:
    return [{"role": "system", "content": "Policy."}, *openai_messages(dialogue.messages)]


def items(checklist: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for turn in checklist["turns"] for item in turn["items"]}


def test_a_dialogue_meets_its_own_checklist_whatever_the_kind(checked: list[Checked]) -> None:
    for dialogue, checklist in checked:
        found = score(checklist, messages(dialogue))
        assert found["score"] == 1.0 and not found["missed"], (dialogue.id, dialogue.scenario.task.kind, found)
        assert sum(found["rewards"]) == pytest.approx(1, abs=1e-4)
        assert all(item["judge"] == "llm" for name, item in items(checklist).items() if name in found["undecided"])
    kinds = {(dialogue.scenario.task.domain, dialogue.scenario.task.kind) for dialogue, _ in checked}
    assert {kind for domain, kind in kinds if domain == "retail"} == set(get_args(Kind))
    assert len([kind for domain, kind in kinds if domain == "airline"]) >= 8


def test_nothing_of_the_proof_is_left_out(checked: list[Checked]) -> None:
    for dialogue, checklist in checked:
        found = items(checklist)
        for number, request in enumerate(dialogue.scenario.task.requests):
            if request.kind == "write":
                wanted = [f"r{number}.{name}" for name in (*request.arguments, "listed", "agreed")]
                assert set(wanted) <= found.keys(), (dialogue.id, set(wanted) - found.keys())
            if request.kind == "refuse":
                assert {f"r{number}.refused", f"r{number}.transferred"} & found.keys(), dialogue.id
            else:
                told = [f"r{number}.told.{place}" for place in range(len(request.communicate))]
                assert set(told) <= found.keys(), dialogue.id
                answered = {
                    (each["tool"], msgspec.json.encode(each.get("arguments")))
                    for item in found.values()
                    if (item["condition"] or {}).get("type") == "obtained"
                    for each in item["condition"]["reads"]
                }
                # A clause of one read is that read's item.
                for clause in request.proof.clauses:
                    read = request.proof.reachable[clause.reads[0]]
                    if len(clause.reads) == 1 and clause.why == "witness":
                        assert (read.tool, msgspec.json.encode(read.arguments)) in answered, (dialogue.id, read)
            if request.flaw:
                assert found[f"r{number}.noticed"]["judge"] == "llm"
        assert "end.changes" in found


def test_checklists_are_well_formed_and_stand_in_the_dialogue(checked: list[Checked]) -> None:
    for dialogue, checklist in checked:
        assert list(lint(checklist)) == [], dialogue.id
        msgspec.convert(checklist, Checklist)
        turns: list[list[str]] = []
        for message in dialogue.messages:
            if message.role == "user":
                turns.append([])
            calls = [f'{{"name":"{call.name}","arguments":' for call in message.tool_calls]
            turns[-1] += [message.content, *calls]
        assert len(checklist["turns"]) == len(turns)
        for item in items(checklist).values():
            for shown in item["evidence"]:
                said = turns[shown["turn"]]
                assert any(shown["snippet"] in each or (each and shown["snippet"].startswith(each)) for each in said)


def test_arguments_depend_on_the_clauses_that_decide_them(checked: list[Checked]) -> None:
    seen = 0
    for dialogue, checklist in checked:
        found = items(checklist)
        needs = {name: each for turn in checklist["turns"] for name, each in turn["dependence"].items()}
        for number, request in enumerate(dialogue.scenario.task.requests):
            for clause in request.proof.clauses:
                if request.kind != "write" or clause.witness is None or len(clause.reads) > 1:
                    continue
                read = request.proof.reachable[clause.reads[0]]
                for name, value in clause.witness.answer.items():
                    if value != request.arguments.get(name, value):
                        asked = [found[need]["condition"]["reads"] for need in needs[f"r{number}.{name}"]]
                        assert [{"tool": read.tool, "arguments": read.arguments}] in asked, dialogue.id
                        seen += 1
    assert seen > 50


# Damages, by the mutators that the checks are measured with: a pattern for the items that each must lose.
ANY = r"r\d+\."
LOST: dict[str, Callable[[set[str]], bool]] = {
    "no_yes": lambda lost: bool(lost) and all(re.fullmatch(ANY + "agreed", each) for each in lost),
    "nothing_listed": lambda lost: bool(lost) and all(re.fullmatch(ANY + "listed", each) for each in lost),
    "other_details_listed": lambda lost: bool(lost) and all(re.fullmatch(ANY + "listed", each) for each in lost),
    "write_too_many": lambda lost: lost == {"end.changes"},
    "transferred_for_nothing": lambda lost: lost == {"end.changes"},
    "refusal_unsaid": lambda lost: len(lost) == 1 and all(each.endswith(".refused") for each in lost),
    "answer_untold": lambda lost: bool(lost) and all(re.fullmatch(ANY + r"told\.\d+", each) for each in lost),
    "answer_told_wrongly": lambda lost: bool(lost) and all(re.fullmatch(ANY + r"told\.\d+", each) for each in lost),
    "answered_before_reading": lambda lost: bool(lost) and all(re.fullmatch(ANY + r"told\.\d+", each) for each in lost),
    "needed_read_left_out": lambda lost: any(".read." in each for each in lost) and "end.changes" not in lost,
    "read_after_the_write": lambda lost: bool(lost) and not any(".read." in e or e == "end.changes" for e in lost),
    "bye_instead_of_yes": lambda lost: "end.changes" in lost and any(each.endswith(".agreed") for each in lost),
}


def changed(name: str, change: Damage, checked: list[Checked], worlds: Services, most: int) -> list[tuple[Any, Any]]:
    rng, found = random.Random(name), []
    for dialogue, checklist in random.Random(1).sample(checked, len(checked)):
        if dialogue.scenario.task.domain == "retail":  # the mutators know its tools
            other = change(dialogue, worlds.sandboxes["retail"], rng)
            if other is not None and other != dialogue:
                found.append((other, checklist))
    return found[:most]


@pytest.mark.parametrize("name", LOST)
def test_a_damaged_dialogue_loses_exactly_what_it_should(name: str, checked: list[Checked], worlds: Services) -> None:
    damaged = changed(name, mutators.MUTATORS[name].damage, checked, worlds, 20)
    assert len(damaged) >= 2
    for dialogue, checklist in damaged:
        found = score(checklist, messages(dialogue))
        lost = set(found["missed"])
        assert LOST[name](lost), (dialogue.id, lost)
        assert found["score"] < 1


def test_a_write_of_a_mistake_loses_the_arguments_that_it_has_wrong(checked: list[Checked], worlds: Services) -> None:
    damaged = changed("mistake", mutators.MUTATORS["write_of_a_mistake"].damage, checked, worlds, 20)
    assert len(damaged) >= 10
    for dialogue, checklist in damaged:
        wrong = {"end.changes"}
        calls = [call for message in dialogue.messages for call in message.tool_calls]
        for number, request in enumerate(dialogue.scenario.task.requests):
            if request.kind == "write" and not any(c.arguments == request.arguments for c in calls):
                others = [other.arguments for other in dialogue.scenario.task.writes if other is not request]
                made = next(c for c in calls if c.name == request.tool and c.arguments not in others)
                wrong |= {f"r{number}.{n}" for n, v in request.arguments.items() if made.arguments[n] != v}
        assert set(score(checklist, messages(dialogue))["missed"]) == wrong, dialogue.id


@pytest.mark.parametrize("name", harmless.CHANGES)
def test_what_does_no_harm_loses_nothing(name: str, checked: list[Checked], worlds: Services) -> None:
    for dialogue, checklist in changed(name, harmless.CHANGES[name], checked, worlds, 20):
        assert score(checklist, messages(dialogue))["missed"] == [], dialogue.id


def test_one_dialogue_about_a_task_is_measured_by_the_checklist_of_another(checked: list[Checked]) -> None:
    """The user tells it in another manner and order; what the proof demands is the same."""
    pairs = [
        (dialogue, checklist)
        for dialogue, _ in checked
        for other, checklist in checked
        if other.scenario.task.id == dialogue.scenario.task.id and other.id != dialogue.id
    ]
    assert len(pairs) > 40
    whole = sum(score(checklist, messages(dialogue))["score"] == 1 for dialogue, checklist in pairs)
    assert whole >= 0.95 * len(pairs)
