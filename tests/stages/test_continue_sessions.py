"""Sessions: what follows begins where the task before ended, and everything that holds for one task holds for it."""

from __future__ import annotations

import asyncio
import copy
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import orjson
import pytest

from schemas.base import encode
from schemas.behavior import Behavior, BehaviorSpace, Playbook
from schemas.dialogue import Dialogue
from schemas.task import Call, Task, TaskSpec
from schemas.verdict import Drop, Judged
from stages.base import Past, Services
from stages.behaviors.space import SPACE, by_name, joined
from stages.continue_sessions import LASTING, ContinueSessions, _by_the_same, going_on
from stages.diversify_behaviors import DiversifyBehaviors
from stages.export_rows import ExportRows
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.hearing.user import UserHearing
from stages.simulate_dialogues.manner import Manner
from stages.simulate_dialogues.pointing import subject_of
from stages.validate_dialogues import ValidateDialogues
from stages.validate_dialogues.stage import context_of, judge
from tests.independent.checker import Checker
from tests.stages.proven import proven, world

GENERATE = GenerateTasks(attempts=30)
STAGE = ContinueSessions(
    lengths=((3, 1.0),),
    generate=GENERATE,
    diversify=DiversifyBehaviors(per_task=1),
    simulate=SimulateDialogues(),
    validate=ValidateDialogues(),
)


SUBJECTS = ("order_id", "reservation_id")


@cache
def services(name: str) -> Services:
    return Services(sandboxes={name: world(name)})


@cache
def sessions(name: str) -> tuple[Judged, ...]:
    """Sessions of three tasks that really were made, and shorter ones where no more could be had."""
    found: list[Judged] = []
    for scenario in proven(name, (("write_intensive", 1, 2), ("information", 0, 3)), times=12):
        (dialogue,) = asyncio.run(STAGE.simulate.process(scenario, services(name)))
        (judged,) = asyncio.run(STAGE.validate.process(dialogue, services(name)))
        if isinstance(judged, Judged):
            found += [each for each in asyncio.run(STAGE.process(judged, services(name))) if isinstance(each, Judged)]
    return tuple(found)


def long_ones(name: str) -> list[Judged]:
    return [each for each in sessions(name) if len(each.dialogue.scenario.tasks) > 1]


def row(judged: Judged, name: str) -> dict[str, Any]:
    (made,) = asyncio.run(ExportRows().process(judged, services(name)))
    assert not isinstance(made, Drop)
    plain: dict[str, Any] = orjson.loads(encode(made))
    return plain


@pytest.mark.parametrize("name", ["retail", "airline"])
def test_each_task_begins_in_the_state_that_the_one_before_left(name: str) -> None:
    assert len(long_ones(name)) >= 6
    for judged in long_ones(name):
        tasks = judged.dialogue.scenario.tasks
        done: list[Call] = []
        for before, after in pairwise(tasks):
            done += [Call(tool=str(each.tool), arguments=each.arguments) for each in before.writes]
            assert after.initial_digest == before.goal_digest
            assert list(after.start) == done
            assert after.principal == before.principal
        assert judged.dialogue.final_digest == tasks[-1].goal_digest


@pytest.mark.parametrize("name", ["retail", "airline"])
def test_a_session_reads_as_one_dialogue(name: str) -> None:
    for judged in long_ones(name):
        whole = judged.dialogue.whole
        told = [call for message in whole for call in message.tool_calls]
        assert [call.id for call in told] == [f"call_{number}" for number in range(1, len(told) + 1)]
        byes = [message for message in whole if any(act.kind == "user_bye" for act in message.acts)]
        assert byes == ([whole[-2]] if judged.dialogue.ended == "user_done" else [])
        roles = [message.role for message in whole if message.role != "tool" and not message.tool_calls]
        assert all(one != other for one, other in pairwise(roles))
        # Whoever has been found does not say again who it is.
        own = judged.dialogue.messages
        identity = {entry.name for entry in judged.dialogue.scenario.task.knowledge if entry.identity}
        assert not any(act.slot in identity for message in own for act in message.acts if act.kind == "inform")


@pytest.mark.parametrize("name", ["retail", "airline"])
def test_a_person_writes_as_before_when_it_comes_back(name: str) -> None:
    lasting = {each.behavior for each in SPACE.behaviors if each.axis in LASTING}
    later, kept = 0, 0
    for judged in sessions(name):
        scenario = judged.dialogue.scenario
        first = next((episode.behavior for episode in scenario.before if episode.behavior is not None), None)
        if first is None:
            continue
        later += 1
        behavior = scenario.behavior
        assert behavior.register == first.register
        assert lasting & set(behavior.traits) <= lasting & set(first.traits)
        kept += bool(lasting & set(behavior.traits))
        for each in (behavior.register, *behavior.traits):
            assert by_name(SPACE)[each].present in behavior.instruction
        once = msgspec.structs.replace(scenario, task=scenario.before[0].task, behavior=first, before=())
        then, now = Manner(once), Manner(scenario)
        assert (then.polite, then.casual, then.bare_marks) == (now.polite, now.casual, now.bare_marks)
    assert later >= 3 and kept


def again(own: tuple[str, ...], first: tuple[str, ...] | None, *more: Playbook) -> Behavior:
    """How somebody tells the next task who was drawn with some traits; `first`: those of the task before."""
    scenario = sessions("retail")[0].dialogue.scenario
    drawn, before = (
        msgspec.structs.replace(
            scenario.behavior, traits=traits, own=tuple(each for each in more if each.behavior in traits)
        )
        for traits in (own, first or ())
    )
    space = joined(SPACE, BehaviorSpace(axes=(), behaviors=more))
    scenario = msgspec.structs.replace(scenario, behavior=drawn)
    return _by_the_same(scenario, None if first is None else before, world("retail").domain, space)


def test_who_comes_from_elsewhere_has_each_trait_once() -> None:
    found = again(("impatience", "typos"), None)
    assert found.traits == ("impatience", "typos")
    assert found.instruction.count(by_name(SPACE)["typos"].present) == 1


def test_what_does_not_go_with_how_somebody_types_is_left_out() -> None:
    tidy = msgspec.structs.replace(by_name(SPACE)["impatience"], behavior="tidy", excludes=("typos",))
    assert again(("tidy",), ("burstiness",), tidy).traits == ("tidy", "burstiness")
    assert again(("tidy",), ("typos",), tidy).traits == ("typos",)
    hasty = msgspec.structs.replace(
        by_name(SPACE)["typos"], behavior="hasty", excludes=("only_when_asked", "all_at_once")
    )
    assert again((), ("hasty",), hasty).traits == ()


@pytest.mark.parametrize("name", ["retail", "airline"])
def test_nobody_asks_for_the_same_thing_twice(name: str) -> None:
    for judged in long_ones(name):
        requests = [request for task in judged.dialogue.scenario.tasks for request in task.requests if request.tool]
        asked = [(each.tool, [each.arguments.get(name) for name in SUBJECTS]) for each in requests]
        assert len({repr(each) for each in asked}) == len(asked)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["retail", "airline"])
def test_the_second_program_finds_the_same_of_every_task(name: str) -> None:
    checker = Checker(world(name))
    rows = [row(judged, name) for judged in long_ones(name)[:5]]
    assert [checker.check(each) for each in rows] == [[]] * len(rows)
    assert checker.counts["tasks of sessions"] >= 5

    written = next(each for each in rows if each["metadata"]["further"][0]["task"]["start"])
    false = copy.deepcopy(written)
    false["metadata"]["further"][0]["task"]["start"] = []
    assert any("was done before" in problem for problem in checker.check(false))
    false = copy.deepcopy(written)
    false["metadata"]["further"][0]["task"]["initial_digest"] = written["metadata"]["task"]["initial_digest"]
    assert "task 1: the world is not the one of the task" in checker.check(false)


def test_a_row_counts_all_and_tells_its_cell_by_the_first_task() -> None:
    judged = next(each for each in long_ones("retail") if len(each.dialogue.scenario.tasks) == 3)
    found, first = row(judged, "retail"), judged.dialogue.scenario.tasks[0]
    assert (found["num_tasks"], found["kind"], found["num_writes"]) == (3, first.kind, first.num_writes)
    assert found["num_turns"] == sum(message.role == "user" for message in judged.dialogue.whole)
    assert len(found["messages"]) == len(judged.dialogue.whole) + 1
    begins = [each["begins"] for each in found["metadata"]["further"]]
    assert all(found["messages"][place]["role"] == "user" for place in begins)
    assert found["metadata"]["digests"]["final"] == found["metadata"]["digests"]["goal"]


def test_what_was_read_before_a_change_is_no_evidence_after_it() -> None:
    """Without the reads of its own a task whose rows were changed since is a guess."""
    tried = 0
    for judged in (*long_ones("retail"), *long_ones("airline")):
        name, dialogue = judged.dialogue.scenario.task.domain, judged.dialogue
        context = context_of(dialogue, services(name))
        before = {step.key: step for step in context.steps if step.index < context.begin and step.effect == "read"}
        for step in context.steps:
            old = before.get(step.key)
            if step.index < context.begin or old is None or old.result.content == step.result.content:
                continue
            kept = [m for m in dialogue.messages if step.call not in m.tool_calls and m.tool_call_id != step.call.id]
            blind = msgspec.structs.replace(dialogue, messages=tuple(kept))
            context = context_of(blind, services(name))
            assert step.key not in context.made
            tried += 1
    assert tried


def test_what_a_write_has_shown_need_not_be_read_again() -> None:
    spared = 0
    for judged in (*long_ones("retail"), *long_ones("airline")):
        name = judged.dialogue.scenario.task.domain
        context = context_of(judged.dialogue, services(name))
        shown = [key for key, place in context.made.items() if context.messages[place].name != key[0]]
        spared += len(shown)
        assert all(verdict.passed for verdict in judge(judged.dialogue, services(name)))
    assert spared


def test_a_follow_up_points_at_what_was_just_done() -> None:
    pointed = []
    for judged in long_ones("airline"):
        episodes = [*judged.dialogue.scenario.before, judged.dialogue]
        for before, after in zip(judged.dialogue.scenario.before, episodes[1:], strict=False):
            task = after.task if not isinstance(after, Dialogue) else after.scenario.task
            assert before.task is not None and task is not None
            stated = {str(entry.value) for entry in task.knowledge if not entry.identity}
            touched = {
                value for write in before.task.writes for value in write.arguments.values() if type(value) is str
            }
            said = "\n".join(message.content for message in after.messages if message.role == "user")
            if (both := stated & touched) and "reservation" in said and not any(each in said for each in both):
                made = [call for message in after.messages for call in message.tool_calls]
                assert any(each in map(str, call.arguments.values()) for each in both for call in made)
                pointed.append(said)
    assert any("same reservation" in said or "that reservation" in said or "just" in said for said in pointed)


def test_who_was_handed_over_or_says_more_with_the_good_bye_does_not_come_back() -> None:
    dialogue = next(each.dialogue for each in sessions("retail") if each.dialogue.ended == "user_done")
    assert going_on(dialogue) == dialogue.messages[:-2]
    assert going_on(msgspec.structs.replace(dialogue, ended="transferred")) is None
    bye = dialogue.messages[-2]
    more = msgspec.structs.replace(bye, acts=(*bye.acts, *dialogue.messages[0].acts))
    changed = (*dialogue.messages[:-2], more, dialogue.messages[-1])
    assert going_on(msgspec.structs.replace(dialogue, messages=changed)) is None


def test_lengths_are_shares_of_the_dialogues() -> None:
    stage = ContinueSessions(lengths=((2, 0.3),), generate=None, diversify=None, simulate=None, validate=None)
    first = sessions("retail")[0]
    drawn = [stage._length(msgspec.structs.replace(first, id=f"dialogue-{number}")) for number in range(2000)]
    assert {1, 2} == set(drawn)
    assert abs(drawn.count(2) / len(drawn) - 0.3) < 0.04


def test_a_user_of_another_world_has_no_further_task() -> None:
    order = TaskSpec(
        id="x", domain="retail", kind="write_intensive", num_writes=1, burden=2, seed=1, number=1, split="train"
    )
    made = GENERATE.follow_up(Past("nobody_at_all", ("email",), ()), order, services("retail"))
    assert isinstance(made, Drop)
    assert "nobody in this world" in made.detail


def test_a_further_task_does_not_make_the_last_one_pointless() -> None:
    """Who has just had an order changed does not call it off: the change could not be made after that."""
    found: list[Task] = []
    refused = 0
    for number in range(40):
        order = TaskSpec(
            id=f"w{number}", domain="retail", kind="write_intensive", num_writes=1, burden=2, seed=3, number=number
        )
        (task,) = asyncio.run(GENERATE.process(order, services("retail")))
        if not isinstance(task, Task):
            continue
        identity = tuple(entry.name for entry in task.knowledge if entry.identity)
        calls = tuple(Call(tool=str(each.tool), arguments=each.arguments) for each in task.writes)
        past = Past(task.principal, identity, calls, task.requests)
        made = GENERATE.follow_up(past, order, services("retail"), extending=True)
        if isinstance(made, Drop):
            refused += "pointless" in made.detail
        else:
            found.append(made)
            fork = world("retail").fork()
            now = [Call(tool=str(each.tool), arguments=each.arguments) for each in made.writes]
            assert not any(fork.call(each.tool, each.arguments).error for each in (*now, *calls))
    assert found and refused


def test_who_listens_understands_what_is_pointed_at() -> None:
    heard = 0
    for judged in long_ones("airline"):
        scenario, own = judged.dialogue.scenario, judged.dialogue.messages
        subject = subject_of(scenario)
        said = [message for message in own if message.role == "user"]
        if subject is None or any(str(subject.value) in message.content for message in said):
            continue
        ear = UserHearing(world("airline").domain, scenario)
        acts = [act for message in said for act in ear.hear(msgspec.structs.replace(message, acts=()), None)]
        assert any(act.slot == subject.name and act.value == subject.value for act in acts)
        heard += 1
    assert heard
