"""Language agent: a service desk that a language model speaks for. It sees the policy, the tools and the history.

agent = LanguageAgent(engine, domain, "scenario-1c2d.../0")
message = await agent.speak([Message(role="user", content="hi")])
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from schemas.base import Json
from schemas.completion import Completion, CompletionRequest, Sampling
from schemas.dialogue import Message, ToolCall
from schemas.tool import openai_form
from stages.base import Engine
from stages.simulate_dialogues.asking import Fault, Reply, ask
from stages.simulate_dialogues.chat import agent_prompt, as_agent
from stages.simulate_dialogues.distrust import called_again, cut_off, said_again, unusable
from tool_specs.domain import Domain
from tool_specs.remember import remembered


class LanguageAgent:
    """Speaks for the desk of one dialogue."""

    def __init__(
        self, engine: Engine, domain: Domain, session: str, sampling: Sampling | None = None, template: str = ""
    ) -> None:
        """Opens a session.

        Args:
            engine: Who writes the answers.
            domain: Whose policy and tools it has.
            session: Names the dialogue and the attempt; the engine's session ends with the role.
            sampling: How answers are drawn; a seed that is not given follows from session and turn.
            template: Stands in place of `prompts/agent.md`, with its slots.
        """
        self._engine = engine
        self._domain = domain
        self._session = f"{session}/agent"
        self._sampling = sampling or Sampling()
        self._system, self._tools = _constants(domain, template)
        self._chat: list[Json] = [{"role": "system", "content": self._system}]
        self._heard = 0
        self._turn = 0
        self._calls = 0

    async def speak(self, history: Sequence[Message]) -> Message:
        """Returns the next message: a text or calls.

        Raises:
            Broken: what the engine answers cannot be used.
            EngineError: the engine does not answer.
        """
        self._chat.extend(as_agent(history[self._heard :]))
        self._calls += sum(len(message.tool_calls) for message in history[self._heard :])
        self._heard = len(history)
        request = CompletionRequest(
            role="agent",
            session=self._session,
            turn=self._turn,
            messages=tuple(self._chat),
            tools=self._tools,
            sampling=self._sampling,
        )
        reply, generation = await ask(self._engine, request, lambda got: self._read(got, history), "agent")
        self._turn += 2 if generation.repaired else 1
        return Message(role="assistant", content=reply.content, tool_calls=reply.tool_calls, generation=generation)

    def _read(self, got: Completion, history: Sequence[Message]) -> Reply | Fault:
        text = got.content.strip()
        fault = cut_off(got, self._sampling.max_tokens)
        if fault is not None:
            return fault
        if not text and not got.tool_calls:
            return Fault("empty_turn", "It is empty; write to the user or make a call.")
        fault = unusable(text, "agent", self._system, tuple(self._domain.tools)) if text else None
        if fault is not None:
            return fault
        if not got.tool_calls:
            return said_again(text, history, "assistant") or Reply(text)
        if text:
            return Fault("text_beside_call", "It has both words and a call; send one of them.")
        if len(got.tool_calls) > 1:
            return Fault("too_many_calls", f"It makes {len(got.tool_calls)} calls; make one at a time.")
        call = self._call(got)
        if isinstance(call, Fault):
            return call
        return called_again(call, history) or Reply("", (call,))

    def _call(self, got: Completion) -> ToolCall | Fault:
        raw = got.tool_calls[0]
        tool = self._domain.tools.get(raw.name)
        if tool is None:
            return Fault("unknown_tool", f"There is no tool {raw.name[:60]!r}.")
        try:
            arguments = orjson.loads(raw.arguments)
        except orjson.JSONDecodeError as error:
            return Fault("malformed_call", f"The arguments of {raw.name} are no JSON ({error}).")
        if not isinstance(arguments, dict):
            return Fault("malformed_call", f"The arguments of {raw.name} are no JSON object.")
        complaint = tool.complaint(arguments)
        if complaint is not None:
            return Fault("wrong_arguments", f"The arguments of {raw.name} do not fit its schema: {complaint}")
        return ToolCall(id=f"call_{self._calls + 1}", name=raw.name, arguments=arguments)


@remembered(1, size=16)
def _constants(domain: Domain, template: str) -> tuple[str, tuple[Json, ...]]:
    """Returns the system prompt and the tools, the same bytes in every dialogue of a domain."""
    return agent_prompt(domain, template), tuple(openai_form(tool.spec) for tool in domain.tools.values())
