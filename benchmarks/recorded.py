"""Dialogues of scripts as an endpoint would see them: the body of every request, and the answer to it.

    scenarios, recorder = asyncio.run(record(recipe, services))
    recorder.bodies["scenario-1c2d/agent"][0]      # b'{"model":"fixed","messages":[...]}'

Only scenarios whose dialogues come to their end are returned.
"""

from __future__ import annotations

import orjson

from pipeline.engines.wire import body_of
from pipeline.plan_tasks import first_orders
from pipeline.recipe import Recipe
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest
from schemas.verdict import Drop
from stages.base import Services
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.scripted_engine import ScriptedEngine, scenario_of

MODEL = "fixed"


class Recorder:
    """An engine that asks a script and keeps the bodies and the answers."""

    revision = MODEL

    def __init__(self, engine: ScriptedEngine) -> None:
        self._engine = engine
        self.bodies: dict[str, list[bytes]] = {}
        self.answers: dict[str, list[str]] = {}

    async def complete(self, request: CompletionRequest) -> Completion:
        found = await self._engine.complete(request)
        name = f"{scenario_of(request.session)}/{request.role}"
        self.bodies.setdefault(name, []).append(body_of(request, MODEL))
        self.answers.setdefault(name, []).append(wire(found))
        return found


def wire(found: Completion) -> str:
    """Returns a completion as an endpoint's JSON."""
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in found.tool_calls
    ]
    message = {"role": "assistant", "content": found.content, **({"tool_calls": calls} if calls else {})}
    usage = {"prompt_tokens": found.usage.prompt_tokens, "completion_tokens": found.usage.completion_tokens}
    choice = {"index": 0, "message": message, "finish_reason": found.finish_reason}
    return orjson.dumps({"model": MODEL, "choices": [choice], "usage": usage}).decode()


async def record(recipe: Recipe, services: Services) -> tuple[list[Scenario], Recorder]:
    """Makes scenarios, and lets scripts talk about them."""
    generate, diversify = GenerateTasks(), DiversifyBehaviors(per_task=1)
    simulate = SimulateDialogues(agent=MODEL, user=MODEL)
    scenarios: dict[str, Scenario] = {}
    for spec in first_orders(recipe):
        for task in await generate.process(spec, services):
            if not isinstance(task, Drop):
                for scenario in await diversify.process(task, services):
                    if isinstance(scenario, Scenario):
                        scenarios[scenario.id] = scenario
    recorder = Recorder(ScriptedEngine(services.sandboxes, scenarios.get))
    talking = Services(sandboxes=services.sandboxes, engines={"agent": recorder, "user": recorder})
    whole = [
        scenario
        for scenario in scenarios.values()
        if not isinstance((await simulate.process(scenario, talking))[0], Drop)
    ]
    return whole, recorder
