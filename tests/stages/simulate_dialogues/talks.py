"""Dialogues for tests: the sample tasks of the grammar's tests, told in any manner and simulated on their world."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import msgspec

from schemas.behavior import BehaviorSpace, Scenario
from schemas.dialogue import Dialogue
from schemas.task import Task
from schemas.world import World
from stages.behaviors.space import COLUMNS, SPACE, weighted
from stages.diversify_behaviors import DiversifyBehaviors, scenario
from stages.simulate_dialogues import simulate
from stages.simulate_dialogues.loop import Caps
from stages.simulate_dialogues.scripted_agent import ScriptedAgents
from stages.simulate_dialogues.scripted_user import ScriptedUsers
from tests.tool_specs.phrasing.samples import TABLES, TASKS
from tool_specs.domain import Domain
from tool_specs.retail import DOMAIN
from tool_specs.sandbox import Sandbox

AGENTS, USERS = ScriptedAgents(), ScriptedUsers()


def sandbox_of(tables: dict[str, Any] = TABLES) -> Sandbox:
    return Sandbox(DOMAIN, World.of(DOMAIN.name, "sample", tables))


SANDBOX = sandbox_of()


def domain() -> Domain:
    return SANDBOX.domain


def goal(task: Task) -> str:
    """The state after the gold writes."""
    trial = SANDBOX.fork()
    for request in task.writes:
        result = trial.call(request.tool or "", request.arguments)
        assert not result.error, result.content
    return trial.digest()


def told(name: str, disclosure: str = "drip", register: str = "neutral", *traits: str) -> Scenario:
    task = msgspec.structs.replace(TASKS[name], goal_digest=goal(TASKS[name]))
    return scenario(task, disclosure, register, traits)


def simulated(one: Scenario, sandbox: Sandbox = SANDBOX, caps: Caps | None = None) -> Dialogue:
    return asyncio.run(simulate(one, sandbox, AGENTS, USERS, caps or Caps()))


def lively() -> BehaviorSpace:
    """All behaviours, those that may hold more often than by default."""
    shares = {axis.name: [p for p in SPACE.behaviors if p.axis == axis.name] for axis in SPACE.axes}
    once = {p.behavior: 0.45 / len(own) for own in shares.values() for p in own if p.axis not in COLUMNS}
    return weighted(SPACE, {"disclosure": {p.behavior: 0.25 for p in shares["disclosure"]}, "traits": once})


LIVELY = lively()


def every_scenario(per_task: int) -> list[tuple[str, Scenario]]:
    stage = DiversifyBehaviors(per_task=per_task, space=LIVELY)
    found = []
    for number, (name, task) in enumerate(TASKS.items()):
        numbered = msgspec.structs.replace(task, spec=msgspec.structs.replace(task.spec, number=number))
        found += [(name, one) for one in stage.scenarios(numbered, domain())]
    return found


def words_of(dialogue: Dialogue, role: str) -> list[str]:
    return [m.content for m in dialogue.messages if m.role == role and not m.tool_calls]


def tables_copy() -> dict[str, Any]:
    return copy.deepcopy(TABLES)
