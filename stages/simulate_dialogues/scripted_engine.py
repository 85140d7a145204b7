"""Scripted engine: answers as a language model's endpoint would, from the scenario's proof. No model is needed.

    engine = ScriptedEngine(sandboxes, {scenario.id: scenario}.get)
    await engine.complete(CompletionRequest(role="agent", session=session_of(scenario.id, 0) + "/agent", ...))

The scripted user and the scripted agent talk about the scenario once; whoever is asked for the next message of one of
them gets what was said at that place. Where the user's words differ from that talk, the agent hears them as far as
they can be understood, and goes on; a user whose history differs has no answer (`EngineError`).
An engine that serves such requests over HTTP needs `answered` alone: a request, its scenario, the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from itertools import count
from typing import Any, TypeVar

import msgspec
import orjson

from schemas.base import Json, content_id
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest, RawCall, Usage
from schemas.dialogue import Message
from stages.base import EngineError
from stages.simulate_dialogues.agent_words import is_careful
from stages.simulate_dialogues.asking import without_repair
from stages.simulate_dialogues.hearing.user import UserHearing
from stages.simulate_dialogues.loop import Caps, converse
from stages.simulate_dialogues.scripted_agent import ScriptedAgents
from stages.simulate_dialogues.scripted_user import ScriptedUser
from tool_specs.remember import remembered
from tool_specs.sandbox import Sandbox
from tool_specs.starting import started

REVISION = "scripted/1"
T = TypeVar("T")
_LETTERS_PER_TOKEN = 4
_ERROR = "Error: "


def session_of(scenario_id: str, attempt: int) -> str:
    """Returns the session of one attempt at a scenario; each role adds its name: `scenario-1c2d.../0/agent`."""
    return f"{scenario_id}/{attempt}"


def scenario_of(session: str) -> str:
    """Returns the id of the scenario that a session is about."""
    return session.partition("/")[0]


class ScriptedEngine:
    """Speaks for the agent or the user of any scenario that it is given.

    Attributes:
        revision: Name and version.
    """

    revision = REVISION

    def __init__(self, sandboxes: Mapping[str, Sandbox], scenarios: Callable[[str], Scenario | None]) -> None:
        """Takes the worlds, and the way from a scenario's id to the scenario."""
        self._sandboxes = sandboxes
        self._scenarios = scenarios

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answers a request.

        Raises:
            EngineError: the scenario is not known, or the history is nothing that a script can go on with.
        """
        wanted = scenario_of(request.session)
        scenario = self._scenarios(wanted)
        if scenario is None:
            raise EngineError(
                f"no scenario {wanted!r}; the scripted engine speaks only from scenarios that it was given"
            )
        return answered(request, scenario, self._sandboxes[scenario.task.domain])


def answered(request: CompletionRequest, scenario: Scenario, sandbox: Sandbox) -> Completion:
    """Answers a request about a scenario.

    Raises:
        EngineError: the history is nothing that a script can go on with.
    """
    script = scripted_talk(scenario, sandbox)
    chat = [message for message in without_repair(request.messages) if message["role"] != "system"]
    if request.role == "agent":
        said = _next_of_agent(script, chat) or _agent_hears(scenario, sandbox, chat)
    elif request.role == "user":
        said = _next_of_user(script, chat)
    elif request.role == "rewriter":  # a script has no other words
        said = Message(role="assistant", content=str(chat[-1]["content"]).partition("\n")[2])
    else:
        raise EngineError(f"no script speaks for the role {request.role!r}")
    return completion_of(said, request)


def completion_of(said: Message, request: CompletionRequest) -> Completion:
    """Returns a message as an endpoint would answer it."""
    bye = any(act.kind == "user_bye" for act in said.acts)
    calls = tuple(
        RawCall(id=f"scripted-{call.id}", name=call.name, arguments=orjson.dumps(call.arguments).decode())
        for call in said.tool_calls
    )
    content = f"{said.content}\n###STOP###" if bye and request.role == "user" else said.content
    letters = sum(len(str(message["content"])) for message in request.messages)
    usage = Usage(
        prompt_tokens=letters // _LETTERS_PER_TOKEN,
        completion_tokens=1 + (len(content) + sum(len(call.arguments) for call in calls)) // _LETTERS_PER_TOKEN,
    )
    reason = "tool_calls" if calls else "stop"
    return Completion(content=content, tool_calls=calls, finish_reason=reason, usage=usage, engine=REVISION)


@remembered(2, size=256)
def scripted_talk(scenario: Scenario, sandbox: Sandbox) -> tuple[Message, ...]:
    """Returns what the scripted user and the scripted agent say to each other; made once per scenario."""
    before = scenario.said_before
    agent = _AGENTS.agent(sandbox.domain, seed_of(scenario), before)
    user, state = ScriptedUser(sandbox.domain, scenario), started(sandbox, scenario.task)
    messages, _ = _now(converse(user, agent, state.fork(), Caps(), list(before)))
    return tuple(messages)


_AGENTS = ScriptedAgents()


def seed_of(scenario: Scenario) -> str:
    """Returns the agent's seed. It is a digest: it decides words and thoroughness, and tells nothing about the task.

    But a user who leaves out what tells several rows apart is served by an agent that looks twice: what the others
    make of it is a guess, and would be dropped. So the kept rows are as they would be, at half the price.
    """
    seed = content_id("seed", scenario.id)
    if any(request.flaw and request.flaw.kind == "omission" for request in scenario.task.requests):
        seeds = (content_id("seed", scenario.id, number) for number in count(1))
        return seed if is_careful(seed) else next(each for each in seeds if is_careful(each))
    return seed


def _next_of_agent(script: Sequence[Message], chat: Sequence[Json]) -> Message | None:
    """Returns what the script says next; None where the history has left it."""
    if not all(_same(said, message) for said, message in zip(chat, script, strict=False)):
        return None
    if len(chat) >= len(script) or script[len(chat)].role != "assistant":
        return None
    return script[len(chat)]


def _agent_hears(scenario: Scenario, sandbox: Sandbox, chat: Sequence[Json]) -> Message:
    """Returns what a scripted agent says that hears the user's words, if its past is what it would have said."""
    before = scenario.said_before
    agent = _AGENTS.agent(sandbox.domain, seed_of(scenario), before)
    ear = UserHearing(sandbox.domain, scenario)
    history: list[Message] = list(before)
    said: Message | None = None
    answer: Message | None = None
    for each in chat[len(before) :]:
        content = each["content"] or ""
        if each["role"] == "assistant":
            if answer is None or not _same(each, answer):
                raise EngineError(f"no script would have said {content[:80]!r}")
            answer = None
            continue
        if each["role"] == "user":
            heard = Message(role="user", content=content)
            history.append(msgspec.structs.replace(heard, acts=ear.hear(heard, said)))
        else:
            failed = content.startswith(_ERROR)
            history.append(Message(role="tool", content=content, name=each.get("name"), error=failed))
        answer = _now(agent.speak(history))
        said = said if answer.tool_calls else answer
    if answer is None:
        raise EngineError("the agent has nothing to say after this history")
    return answer


def _now(speaking: Coroutine[Any, Any, T]) -> T:
    """Returns what a scripted speaker says: it waits for nobody."""
    try:
        speaking.send(None)
    except StopIteration as stop:
        found: T = stop.value
        return found
    raise RuntimeError("a scripted speaker waited for something")


def _next_of_user(script: Sequence[Message], chat: Sequence[Json]) -> Message:
    words = [message for message in script if message.role != "tool" and not message.tool_calls]
    heard = chat[1:]  # the first one opens the chat
    for said, message in zip(heard, words, strict=False):
        if said["content"] != message.content:
            raise EngineError(f"the history leaves the script: {str(said['content'])[:80]!r}")
    if len(heard) >= len(words) or words[len(heard)].role != "user":
        raise EngineError("the user has nothing to say after this history")
    return words[len(heard)]


def _same(said: Json, message: Message) -> bool:
    if said["role"] != message.role or (said["content"] or "") != message.content:
        return False
    calls = [call["function"] for call in said.get("tool_calls", ())]
    return [(call["name"], orjson.loads(call["arguments"])) for call in calls] == [
        (call.name, call.arguments) for call in message.tool_calls
    ]
