"""Requests that their users take back: what was written before stands, and what is taken back is not written."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from schemas.base import plain
from schemas.dialogue import Dialogue, Message, ToolCall
from schemas.task import Task, TaskSpec
from schemas.verdict import Verdict
from stages.base import Services
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.loop import execute
from stages.validate_dialogues import judge
from tests.independent.checker import Checker
from tests.stages.proven import world

GROUNDS = (("retail", "declined"), ("retail", "abandoned"), ("airline", "abandoned"))


def services(domain: str) -> Services:
    return Services(sandboxes={domain: world(domain)})


def made(domain: str, kind: str, times: int = 3) -> list[Task]:
    found = []
    for number in range(times):
        spec = TaskSpec(
            id=f"spec-{number}", domain=domain, kind=kind, num_writes=number % 3, burden=2, seed=3, number=number
        )  # type: ignore[arg-type]  # fmt: skip
        found += asyncio.run(GenerateTasks(attempts=40).process(spec, services(domain)))
    assert all(isinstance(each, Task) for each in found)
    return [each for each in found if isinstance(each, Task)]


def told(task: Task, domain: str, per_task: int = 3) -> list[Dialogue]:
    found: list[Dialogue] = []
    for scenario in DiversifyBehaviors(per_task=per_task).scenarios(task, world(domain).domain):
        acted = asyncio.run(SimulateDialogues().process(scenario, services(domain)))
        found += [each for each in acted if isinstance(each, Dialogue)]
    return found


@pytest.fixture(scope="module", params=GROUNDS)
def ground(request: pytest.FixtureRequest) -> tuple[str, list[Task], list[Dialogue]]:
    domain, kind = request.param
    tasks = made(domain, kind)
    return domain, tasks, [dialogue for task in tasks for dialogue in told(task, domain)]


def failures(dialogue: Dialogue, domain: str) -> list[Verdict]:
    return [each for each in judge(dialogue, services(domain)) if not each.passed]


def test_the_goal_is_the_state_without_what_is_taken_back(ground: tuple[str, list[Task], list[Dialogue]]) -> None:
    domain, tasks, _ = ground
    for task in tasks:
        *before, last = task.requests
        assert last.kind == {"declined": "decline", "abandoned": "abandon"}[task.kind]
        assert [each.kind for each in before] == ["write"] * task.spec.num_writes
        assert task.num_writes == task.spec.num_writes
        fork = world(domain).fork()
        for request in before:
            assert not fork.call(str(request.tool), request.arguments).error
        assert fork.digest() == task.goal_digest
        assert not fork.call(str(last.tool), last.arguments).error and fork.digest() != task.goal_digest
        assert last.proof.lower == last.proof.upper


def test_dialogues_pass_all_checks_and_end_as_declared(ground: tuple[str, list[Task], list[Dialogue]]) -> None:
    domain, _, dialogues = ground
    for dialogue in dialogues:
        assert not failures(dialogue, domain)
        last = dialogue.scenario.task.requests[-1]
        calls = [(call.name, call.arguments) for message in dialogue.messages for call in message.tool_calls]
        assert (last.tool, last.arguments) not in calls
        withdrawn = [m for m in dialogue.messages if any(act.kind == "withdraw" for act in m.acts)]
        assert len(withdrawn) == 1 and withdrawn[0].role == "user"
        left = any(act.kind == "user_bye" for act in withdrawn[0].acts)
        assert left == (last.kind == "abandon")


def test_a_write_that_was_taken_back_is_dropped(ground: tuple[str, list[Task], list[Dialogue]]) -> None:
    """The agent goes on all the same, and what it says and calls is recorded as it was."""
    domain, _, dialogues = ground
    for dialogue in dialogues[:6]:
        last = dialogue.scenario.task.requests[-1]
        call = ToolCall(id="call_999", name=str(last.tool), arguments=last.arguments)
        fork = world(domain).fork()
        for message in dialogue.messages:
            for each in message.tool_calls:
                fork.call(each.name, each.arguments)
        *most, end = dialogue.messages
        forced = (*most, Message(role="assistant", content="", tool_calls=(call,)), execute(fork, call), end)
        worse = msgspec.structs.replace(dialogue, messages=forced, final_digest=fork.digest())
        assert "outcome" in {each.check for each in failures(worse, domain)}


def test_what_is_declined_was_worked_out_and_listed() -> None:
    (dialogue,) = told(made("retail", "declined", 1)[0], "retail", per_task=1)
    place = next(p for p, m in enumerate(dialogue.messages) if any(act.kind == "confirm" for act in m.acts))
    vague = msgspec.structs.replace(dialogue.messages[place], content="Shall I do it (yes/no)?")
    messages = (*dialogue.messages[:place], vague, *dialogue.messages[place + 1 :])
    (found, *_) = failures(msgspec.structs.replace(dialogue, messages=messages), "retail")
    assert found.check == "evidence_before_write" and "never listed" in found.detail


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["declined", "abandoned"])
def test_the_second_program_finds_the_same(kind: str) -> None:
    checker = Checker(world("retail"))
    for task in made("retail", kind, 2):
        problems = [p for request in plain(task)["requests"] for p in checker._request(plain(task), request)]
        assert not problems and not list(checker._orders(plain(task)))
