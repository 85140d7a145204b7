"""Good dialogues pass everything; every damage is found by its check, with the right owner."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from schemas.base import decode, encode
from schemas.dialogue import Dialogue
from schemas.verdict import Drop, Judged
from stages.base import Services
from stages.validate_dialogues import CHECKS, ValidateDialogues, judge
from tests.stages.validate_dialogues import conduct as conduct
from tests.stages.validate_dialogues import harmless, mutators
from tests.stages.validate_dialogues import subtle as subtle

ENOUGH = 12
"""Damaged dialogues per mutator."""
SCARCE = {"transfer_left_out": 1, "refusal_unsaid": 2, "answered_before_reading": 2, "error_unmarked": 5}


def test_nearly_all_scripted_dialogues_pass(
    dialogues: list[Dialogue], good: list[Dialogue], services: Services
) -> None:
    failures = [
        f"{each.id} {each.scenario.task.kind}: {verdict.check}: {verdict.detail}"
        for each in dialogues
        for verdict in judge(each, services)
        if not verdict.passed
    ]
    assert len(dialogues) > 100
    assert len(good) >= 0.95 * len(dialogues), "\n".join(failures)


def test_who_is_found_by_other_facts_than_those_told_wrongly_first_is_at_no_fault(
    dialogues: list[Dialogue], services: Services
) -> None:
    taken_back = [
        each
        for each in dialogues
        if any(act.kind == "correct" and act.slot and act.value is None for m in each.messages for act in m.acts)
    ]
    assert taken_back
    assert all(verdict.passed for each in taken_back for verdict in judge(each, services))


@pytest.mark.parametrize("name", mutators.MUTATORS)
def test_every_damage_is_found(name: str, good: list[Dialogue], services: Services) -> None:
    mutator = mutators.MUTATORS[name]
    sandbox = services.sandboxes["retail"]
    rng = random.Random(name)
    damaged = 0
    for dialogue in good:
        changed = mutator.damage(dialogue, sandbox, rng)
        if changed is None or changed == dialogue:
            continue
        damaged += 1
        verdict = next(v for v in judge(changed, services) if v.check == mutator.check)
        shown = "\n".join(f"{i} {m.role}: {m.content[:300] or m.tool_calls}" for i, m in enumerate(changed.messages))
        assert not verdict.passed, f"{changed.id}: nothing found\n{shown}"
        assert verdict.owner == mutator.owner, f"{verdict}\n{shown}"
        assert verdict.detail
        if damaged == ENOUGH:
            break
    assert damaged >= SCARCE.get(name, 3), f"only {damaged} dialogues offer a place for it"


@pytest.mark.parametrize("name", harmless.CHANGES)
def test_what_does_no_harm_is_no_fault(name: str, good: list[Dialogue], services: Services) -> None:
    rng = random.Random(name)
    changed = 0
    for dialogue in good:
        other = harmless.CHANGES[name](dialogue, services.sandboxes["retail"], rng)
        if other is None or other == dialogue:
            continue
        changed += 1
        wrong = [verdict for verdict in judge(other, services) if not verdict.passed]
        assert not wrong, wrong
        if changed == ENOUGH:
            break
    assert changed >= 3


def test_every_check_has_several_damages() -> None:
    found: dict[str, int] = {}
    for mutator in mutators.MUTATORS.values():
        found[mutator.check] = found.get(mutator.check, 0) + 1
    assert {check.__name__ for check in CHECKS} == set(found)
    assert min(found.values()) >= 2


def test_a_dropped_dialogue_is_kept_whole(good: list[Dialogue], services: Services) -> None:
    stage = ValidateDialogues()
    damaged = mutators.MUTATORS["answer_altered"].damage(good[0], services.sandboxes["retail"], random.Random(1))
    assert damaged is not None
    (drop,) = asyncio.run(stage.process(damaged, services))
    assert isinstance(drop, Drop)
    assert (drop.reason, drop.owner, drop.record_id) == ("replay", "tool", damaged.id)
    assert encode(decode(drop.record, Dialogue)) == encode(damaged)


def test_a_good_one_comes_with_all_verdicts(good: list[Dialogue], services: Services) -> None:
    (judged,) = asyncio.run(ValidateDialogues().process(good[0], services))
    assert isinstance(judged, Judged)
    assert [verdict.check for verdict in judged.verdicts] == [check.__name__ for check in CHECKS]


def test_settings_allow_parallel_calls_and_words(good: list[Dialogue], services: Services) -> None:
    sandbox = services.sandboxes["retail"]
    strict, loose = ValidateDialogues(), ValidateDialogues(parallel_calls=2, text_beside_calls=True)
    kept = 0
    for dialogue in good[:40]:
        both = mutators.two_calls_at_once(dialogue, sandbox, random.Random(2))
        if both is not None:
            assert isinstance(strict.validated(both, services), Drop)
            kept += isinstance(loose.validated(both, services), Judged)
            words = mutators.words_beside_a_call(dialogue, sandbox, random.Random(2))
            assert words is not None
            assert isinstance(strict.validated(words, services), Drop)
            assert isinstance(loose.validated(words, services), Judged)
    assert kept > 5


def test_extra_reads_are_never_punished(good: list[Dialogue], services: Services) -> None:
    sandbox = services.sandboxes["retail"]
    for dialogue in good[:10]:
        place = len(dialogue.messages) - 1
        if dialogue.ended == "transferred":
            continue
        more = mutators.recorded(mutators.inserted_call(dialogue, place, "list_all_product_types", {}), sandbox)
        assert all(verdict.passed for verdict in judge(more, services))


def test_checking_is_cheap(good: list[Dialogue], services: Services) -> None:
    stage = ValidateDialogues()
    best = min(_seconds(stage, good, services) for _ in range(3))
    assert best / len(good) < 0.05  # 0.65 ms on a quiet machine; what grows with the square would show


def _seconds(stage: ValidateDialogues, good: list[Dialogue], services: Services) -> float:
    began = time.perf_counter()
    for dialogue in good:
        stage.validated(dialogue, services)
    return time.perf_counter() - began
