"""Every behaviour of the data file: told by its playbook, followed by its rule, seen by its detector; the goal stays.

The cases are the playbooks themselves: one whose rule does nothing, whose detector is blind or sees it everywhere, or
whose text is not told to a language model, fails here. Each is told of generated tasks that have room for it, beside
the same tasks told without it.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from schemas.behavior import Playbook
from schemas.dialogue import Dialogue
from schemas.task import Task
from schemas.verdict import Judged
from stages.base import Services
from stages.behaviors.detectors import detect, words_per_turn
from stages.behaviors.rules import fitting
from stages.behaviors.space import DISCLOSURE, REGISTER, SPACE, by_name
from stages.diversify_behaviors import scenario
from stages.validate_dialogues.stage import ValidateDialogues
from tests.stages.proven import WAYS, Order, play, tasks, world

ORDERS: dict[str, tuple[Order, ...]] = {
    "retail": (
        ("read_heavy", 1, 4),
        ("write_intensive", 3, 3),
        ("write_intensive", 4, 3),
        ("mixed", 2, 4),
        ("information", 0, 4),
    ),
    "airline": (("read_heavy", 1, 4), ("write_intensive", 2, 3)),
}
TIMES = 3
MOST = 10
"""Tasks on which a behaviour is tried."""
LEAST = 4
REGISTERS = ("terse", "neutral", "chatty")
"""From few words to many."""
PLAYBOOKS = pytest.mark.parametrize("playbook", SPACE.behaviors, ids=lambda playbook: playbook.behavior)


@cache
def every() -> tuple[Task, ...]:
    return tuple(task for name, orders in ORDERS.items() for task in tasks(name, orders, TIMES))


@cache
def room(number: int) -> frozenset[str]:
    """The behaviours that a task has room for; tasks go by their number."""
    task = every()[number]
    return fitting(SPACE, task, world(task.domain).domain, world(task.domain))


@cache
def told(number: int, way: str, register: str, traits: tuple[str, ...] = ()) -> Dialogue:
    return play(scenario(every()[number], way, register, traits))


@cache
def pairs(name: str) -> list[tuple[Dialogue, Dialogue]]:
    """Dialogues of users with a behaviour, each beside the same task told by one who differs in nothing else.

    On an axis of which one behaviour always holds, the other one has another of them.
    """
    playbook = by_name(SPACE)[name]
    found: list[tuple[Dialogue, Dialogue]] = []
    for number in [number for number in range(len(every())) if name in room(number)][:MOST]:
        ways = [way for way in WAYS if way in room(number) and not apart(way, name) and way != name]
        way = ways[len(found) % len(ways)]
        if playbook.axis == DISCLOSURE:
            found.append((told(number, name, "neutral"), told(number, way, "neutral")))
        elif playbook.axis == REGISTER:
            other = "terse" if name == "neutral" else "neutral"
            found.append((told(number, way, name), told(number, way, other)))
        else:
            found.append((told(number, way, "neutral", (name,)), told(number, way, "neutral")))
    return found


def apart(one: str, other: str) -> bool:
    found = by_name(SPACE)
    return one in found[other].excludes or other in found[one].excludes


@PLAYBOOKS
def test_it_shows_where_it_is_and_nowhere_else(playbook: Playbook) -> None:
    name = playbook.behavior
    assert len(pairs(playbook.behavior)) >= LEAST, "no tasks have room for it"
    if name in REGISTERS:
        return
    for with_it, without in pairs(playbook.behavior):
        behavior = with_it.scenario.behavior
        assert detect(with_it) == {behavior.disclosure, *behavior.traits}, texts(with_it)
        assert name not in detect(without), texts(without)


@pytest.mark.parametrize(("shorter", "longer"), tuple(pairwise(REGISTERS)))
def test_registers_differ_in_their_words(shorter: str, longer: str) -> None:
    assert set(REGISTERS) == {each.behavior for each in SPACE.behaviors if each.axis == REGISTER}
    few, many = (
        [words_per_turn(told(number, "vague_start", register)) for number in range(len(every()))]
        for register in (shorter, longer)
    )
    assert sum(few) < 0.93 * sum(many)
    assert sum(a < b for a, b in zip(few, many, strict=True)) > 0.6 * len(few)


@PLAYBOOKS
def test_the_goal_is_the_same_with_it_and_without_it(playbook: Playbook) -> None:
    for dialogue in (each for pair in pairs(playbook.behavior) for each in pair):
        services = Services(sandboxes={dialogue.scenario.task.domain: world(dialogue.scenario.task.domain)})
        assert dialogue.final_digest == dialogue.scenario.task.goal_digest
        judged = ValidateDialogues().validated(dialogue, services)
        assert isinstance(judged, Judged), judged


@PLAYBOOKS
def test_a_language_model_is_told_it_and_told_nothing_of_it_otherwise(playbook: Playbook) -> None:
    for with_it, without in pairs(playbook.behavior):
        asked, unasked = (each.scenario.behavior.instruction for each in (with_it, without))
        assert playbook.present in asked and playbook.present not in unasked
        if playbook.absent:
            assert playbook.absent in unasked and playbook.absent not in asked


def texts(dialogue: Dialogue) -> str:
    return "\n".join(f"{m.role}: {m.content}" for m in dialogue.messages if m.role != "tool" and not m.tool_calls)
