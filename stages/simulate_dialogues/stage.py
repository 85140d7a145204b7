"""The stage: a scenario in, its dialogue out.

    SimulateDialogues(max_turns=40, max_calls=120)   # Scenario -> Dialogue

Each dialogue gets its own fork of the domain's sandbox. Who speaks for which side is the recipe's choice: a script, or
whatever engine has the role `agent` or `user` (both: `live`; one of them: `mixed`). Two scripts may be put into the
words of an engine with the role `rewriter` (`rewritten`: what is called, said and meant stays). A language model whose
answer cannot be used ends its dialogue, which is dropped with the reason and its owner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from schemas.base import content_id, encode
from schemas.behavior import Scenario
from schemas.completion import EngineRole, Sampling
from schemas.dialogue import Dialogue, Ended, Message
from schemas.verdict import Drop
from stages.base import Engine, EngineError, Services, Stage
from stages.simulate_dialogues.asking import Broken
from stages.simulate_dialogues.hearing import Listening
from stages.simulate_dialogues.language_agent import LanguageAgent
from stages.simulate_dialogues.language_user import LanguageUser
from stages.simulate_dialogues.loop import Caps, converse
from stages.simulate_dialogues.openings import OpeningUsers, worded
from stages.simulate_dialogues.rewriting import rewritten
from stages.simulate_dialogues.scripted_agent import ScriptedAgents
from stages.simulate_dialogues.scripted_engine import seed_of, session_of
from stages.simulate_dialogues.scripted_user import ScriptedUsers
from stages.simulate_dialogues.speakers import AgentEngine, Speaker, UserEngine
from tool_specs.domain import Domain
from tool_specs.sandbox import Sandbox
from tool_specs.starting import started

SCRIPTED = "scripted"


@dataclass(frozen=True, kw_only=True)
class SimulateDialogues(Stage[Scenario, Dialogue]):
    """Lets a user and an agent talk until they are done.

    Attributes:
        max_turns: Messages of the user.
        max_calls: Tool calls of the agent.
        max_messages: Messages of everybody.
        agent: Who speaks for the agent: `scripted`, or the name and revision of the engine that has this role.
        user: Who speaks for the user, likewise.
        rewriter: Name and revision of the engine that puts a dialogue of two scripts into its words; "": nobody does.
        sampling: How the answers of an engine are drawn, by role.
        prompts: Role -> text in place of the role's file in `prompts/`, with the same slots.
        attempt: Which try at the scenario this is; language models say something else each time.
        verbalise: The stage that words the first messages of scripted users (`openings.py`); None: the grammar does.
    """

    max_turns: int = 40
    max_calls: int = 120
    max_messages: int = 400
    agent: str = SCRIPTED
    user: str = SCRIPTED
    rewriter: str = ""
    sampling: Mapping[EngineRole, Sampling] = field(default_factory=dict)
    prompts: Mapping[EngineRole, str] = field(default_factory=dict)
    attempt: int = 0
    verbalise: Any = None

    async def process(self, record: Scenario, services: Services) -> Sequence[Dialogue | Drop]:
        """Returns the dialogue, or the drop of one that a language model broke."""
        sandbox = services.sandboxes[record.task.domain]
        if self.agent == self.user == SCRIPTED:
            agents, users = self._scripts(services)
            if self.verbalise is not None:
                users = await self._opening(record, sandbox.domain, services)
            scripted = await simulate(record, sandbox, agents, users, self.caps)
            return [await self._rewritten(scripted, services, sandbox) if self.rewriter else scripted]
        return [await self._live(record, services, sandbox)]

    @property
    def caps(self) -> Caps:
        """The hard limits."""
        return Caps(turns=self.max_turns, calls=self.max_calls, messages=self.max_messages)

    def _scripts(self, services: Services) -> tuple[AgentEngine, UserEngine]:
        agents: AgentEngine = services.memo("engine:agent:scripted", ScriptedAgents)
        users: UserEngine = services.memo("engine:user:scripted", ScriptedUsers)
        return agents, users

    async def _opening(self, scenario: Scenario, domain: Domain, services: Services) -> OpeningUsers:
        session = session_of(scenario.id, self.attempt)
        opening = await worded(self.verbalise, domain, scenario, session, services)
        return OpeningUsers(opening, self.verbalise.verbaliser)

    async def _rewritten(self, dialogue: Dialogue, services: Services, sandbox: Sandbox) -> Dialogue | Drop:
        engine, scenario = _engine(services, "rewriter"), dialogue.scenario
        session = session_of(scenario.id, self.attempt)
        sampling, words = self.sampling.get("rewriter"), self.prompts.get("rewriter", "")
        engines = {**dialogue.engines, "rewriter": engine.revision}
        id_ = content_id("dialogue", scenario.id, engines, *([self.attempt] if self.attempt else []))
        dialogue = msgspec.structs.replace(dialogue, id=id_, engines=engines)
        try:
            messages = await rewritten(engine, sandbox.domain, scenario, dialogue.messages, session, sampling, words)
        except EngineError as error:
            return _dropped(dialogue, Broken("engine_error", "infrastructure", str(error)))
        return msgspec.structs.replace(dialogue, messages=tuple(messages))

    async def resumed(self, scenario: Scenario, said: Sequence[Message], services: Services) -> Dialogue | Drop | None:
        """Lets a dialogue go on that broke off.

        Args:
            scenario: what it is about.
            said: its messages so far; their calls have been made again, and answered alike.
            services: the worlds and the engines.

        Returns:
            The whole dialogue; None where a script would have said something else by now, and no language model has
            both seats.
        """
        sandbox = services.sandboxes[scenario.task.domain]
        if SCRIPTED not in (self.agent, self.user):
            return await self._live(scenario, services, sandbox, said)
        (made,) = await self.process(scenario, services)
        own = made.messages if isinstance(made, Dialogue) else ()
        return made if len(own) >= len(said) and all(map(_the_same, said, own)) else None

    async def _live(
        self, scenario: Scenario, services: Services, sandbox: Sandbox, said: Sequence[Message] = ()
    ) -> Dialogue | Drop:
        domain = sandbox.domain
        agents, users = self._scripts(services)
        if self.user == SCRIPTED and self.verbalise is not None:
            users = await self._opening(scenario, domain, services)
        session = session_of(scenario.id, self.attempt)
        agent: Speaker = agents.agent(domain, seed_of(scenario), scenario.said_before)
        user: Speaker = users.user(domain, scenario)
        revisions = {"agent": agents.revision, "user": users.revision}
        if self.agent != SCRIPTED:
            engine = _engine(services, "agent")
            agent = LanguageAgent(engine, domain, session, self.sampling.get("agent"), self.prompts.get("agent", ""))
            revisions["agent"] = engine.revision
        if self.user != SCRIPTED:
            engine = _engine(services, "user")
            words = self.prompts.get("user", "")
            user = LanguageUser(engine, scenario, session, self.sampling.get("user"), tuple(domain.tools), words)
            revisions["user"] = engine.revision
        heard = Listening(domain, scenario)
        if self.agent != SCRIPTED:
            agent = heard.agent(agent, user)
        if self.user != SCRIPTED:
            user = heard.user(user, scripted_partner=self.agent == SCRIPTED)
        state = started(sandbox, scenario.task)
        own = state.fork()
        before = scenario.said_before
        messages: list[Message] = [*before, *heard.past(said)]
        for call in (call for message in said for call in message.tool_calls):
            own.call(call.name, call.arguments)
        broken: Broken | None = None
        ended: Ended = "engine_error"
        try:
            _, ended = await converse(user, agent, services.watched(own), self.caps, messages)
        except Broken as error:
            broken = error
        except EngineError as error:
            broken = Broken("engine_error", "infrastructure", str(error))
        dialogue = Dialogue(
            id=content_id("dialogue", scenario.id, revisions, *([self.attempt] if self.attempt else [])),
            scenario=scenario,
            messages=tuple(messages[len(before) :]),
            ended=ended,
            initial_digest=state.digest(),
            final_digest=own.digest(),
            engines=revisions,
        )
        return dialogue if broken is None else _dropped(dialogue, broken)


def _the_same(recorded: Message, own: Message) -> bool:
    calls = [[(call.name, call.arguments) for call in message.tool_calls] for message in (recorded, own)]
    return recorded.role == own.role and recorded.content == own.content and calls[0] == calls[1]


def _engine(services: Services, role: EngineRole) -> Engine:
    engine = services.engines.get(role)
    if engine is None:
        raise ValueError(f"no engine has the role {role!r}; give it one, or let the script speak for it")
    return engine


def _dropped(dialogue: Dialogue, broken: Broken) -> Drop:
    return Drop(
        id=content_id("drop", dialogue.id, broken.reason),
        stage="simulate_dialogues",
        reason=broken.reason,
        owner=broken.owner,
        detail=f"message {len(dialogue.messages)}: {broken.detail}",
        record_id=dialogue.id,
        record=encode(dialogue).decode(),
    )


async def simulate(
    scenario: Scenario, sandbox: Sandbox, agents: AgentEngine, users: UserEngine, caps: Caps
) -> Dialogue:
    """Simulates one dialogue of scripted speakers on a fork of a sandbox."""
    state = started(sandbox, scenario.task)
    own = state.fork()
    before = scenario.said_before
    engines = {"agent": agents.revision, "user": users.revision}
    agent = agents.agent(sandbox.domain, seed_of(scenario), before)
    user = users.user(sandbox.domain, scenario)
    messages, ended = await converse(user, agent, own, caps, list(before))
    return Dialogue(
        id=content_id("dialogue", scenario.id, engines),
        scenario=scenario,
        messages=tuple(messages[len(before) :]),
        ended=ended,
        initial_digest=state.digest(),
        final_digest=own.digest(),
        engines=engines,
    )
