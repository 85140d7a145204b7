"""The stage: a scenario in, its dialogue out.

    SimulateDialogues(max_turns=40, max_calls=120)   # Scenario -> Dialogue

Each dialogue gets its own fork of the domain's sandbox. Who speaks for which side is the engines' business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.base import content_id
from schemas.behavior import Scenario
from schemas.dialogue import Dialogue
from schemas.verdict import Drop
from stages.base import Services, Stage
from stages.simulate_dialogues.loop import Caps, converse
from stages.simulate_dialogues.scripted_agent import ScriptedAgents
from stages.simulate_dialogues.scripted_user import ScriptedUsers
from stages.simulate_dialogues.speakers import AgentEngine, UserEngine
from tool_specs.sandbox import Sandbox

Engine = Literal["scripted"]


@dataclass(frozen=True, kw_only=True)
class SimulateDialogues(Stage[Scenario, Dialogue]):
    """Lets a user and an agent talk until they are done.

    Attributes:
        max_turns: Messages of the user.
        max_calls: Tool calls of the agent.
        max_messages: Messages of everybody.
        agent: Who speaks for the agent.
        user: Who speaks for the user.
    """

    max_turns: int = 40
    max_calls: int = 120
    max_messages: int = 400
    agent: Engine = "scripted"
    user: Engine = "scripted"

    async def process(self, record: Scenario, services: Services) -> Sequence[Dialogue | Drop]:
        """Returns the dialogue."""
        sandbox = services.sandboxes[record.task.domain]
        agents: AgentEngine = services.memo(f"engine:agent:{self.agent}", ScriptedAgents)
        users: UserEngine = services.memo(f"engine:user:{self.user}", ScriptedUsers)
        return [await simulate(record, sandbox, agents, users, self.caps)]

    @property
    def caps(self) -> Caps:
        """The hard limits."""
        return Caps(turns=self.max_turns, calls=self.max_calls, messages=self.max_messages)


async def simulate(
    scenario: Scenario, sandbox: Sandbox, agents: AgentEngine, users: UserEngine, caps: Caps
) -> Dialogue:
    """Simulates one dialogue on a fork of a sandbox."""
    own = sandbox.fork()
    engines = {"agent": agents.revision, "user": users.revision}
    # The agent's seed is a digest: it decides words and thoroughness, and tells nothing about the task.
    agent = agents.agent(sandbox.domain, content_id("seed", scenario.id))
    user = users.user(sandbox.domain, scenario)
    messages, ended = await converse(user, agent, own, caps)
    return Dialogue(
        id=content_id("dialogue", scenario.id, engines),
        scenario=scenario,
        messages=tuple(messages),
        ended=ended,
        initial_digest=sandbox.digest(),
        final_digest=own.digest(),
        engines=engines,
    )
