from __future__ import annotations

from pathlib import Path

from schemas.world import World
from tool_specs.conformance import conform, read_episodes
from tool_specs.domain import Domain, GuardContext
from tool_specs.sandbox import Sandbox


def test_every_recorded_episode_agrees(airline: Domain, real_airline_world: World, real_airline: Path) -> None:
    episodes = list(read_episodes(real_airline / "calls.jsonl"))
    assert len(episodes) == 250
    assert [str(each) for each in conform(airline, real_airline_world, episodes)] == []


def test_what_the_tools_refused_some_rule_refuses_too(
    airline: Domain, real_airline_world: World, real_airline: Path
) -> None:
    """Recorded writes that failed for another reason than an unknown id break a rule, as the policy has them all."""
    start = Sandbox(airline, real_airline_world)
    failed = 0
    for episode in read_episodes(real_airline / "calls.jsonl"):
        fork = start.fork()
        for step in episode["steps"]:
            name, arguments = step["name"], step["arguments"]
            writes = airline.tools[name].spec.effect == "write"
            if writes and step["error"] and "ZZZZZZ" not in step["content"]:
                context = GuardContext(sandbox=fork, history=False)
                assert airline.violations(context, name, arguments), (episode["episode"], step)
                failed += 1
            fork.call(name, arguments)
    assert failed > 100
