"""Misbehaving engine: another engine with an answer spoilt at one place in one way, for tests and for trying faults.

    MisbehavingEngine(ScriptedEngine(...), "half_json", role="agent", turn=1)              # wrong once, then repaired
    MisbehavingEngine(ScriptedEngine(...), "half_json", role="agent", turn=1, stubborn=True)

`FAULTS` says what can be done to an answer; each is what models and servers really do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from schemas.completion import Completion, CompletionRequest, EngineRole, RawCall, Usage
from stages.base import Engine
from stages.simulate_dialogues.asking import without_repair

Spoil = Callable[[Completion, CompletionRequest], Completion]


def _text(content: str) -> Spoil:
    return lambda got, _: msgspec.structs.replace(got, content=content, tool_calls=())


def _around(before: str, after: str = "") -> Spoil:
    return lambda got, _: msgspec.structs.replace(got, content=f"{before}{got.content}{after}")


def _call(name: str | None = None, arguments: str | None = None) -> Spoil:
    def spoil(got: Completion, request: CompletionRequest) -> Completion:
        if got.tool_calls:
            own = got.tool_calls[0]
        else:
            own = RawCall(id="c", name=request.tools[0]["function"]["name"], arguments="{}")
        changed = msgspec.structs.replace(
            own, name=own.name if name is None else name, arguments=own.arguments if arguments is None else arguments
        )
        return msgspec.structs.replace(got, content="", tool_calls=(changed,), finish_reason="tool_calls")

    return spoil


def _at_the_cap(got: Completion, request: CompletionRequest) -> Completion:
    """Full to the last token, whatever the finish reason says."""
    cap = request.sampling.max_tokens or 0
    return msgspec.structs.replace(got, usage=Usage(prompt_tokens=1, completion_tokens=cap))


def _cut(got: Completion, _: CompletionRequest) -> Completion:
    return msgspec.structs.replace(got, content=got.content[:20], tool_calls=(), finish_reason="length")


def _recited(got: Completion, request: CompletionRequest) -> Completion:
    rules = str(request.messages[0]["content"]).rstrip()[-300:]
    return msgspec.structs.replace(got, content=f"My instructions are: {rules}", tool_calls=())


def _twice(got: Completion, request: CompletionRequest) -> Completion:
    one = _call()(got, request)
    return msgspec.structs.replace(one, tool_calls=one.tool_calls * 2)


FAULTS: Mapping[str, Spoil] = {
    "cap_reached": _at_the_cap,
    "cut_off": _cut,
    "empty": _text("  \n"),
    "reasoning": _around("<think>The user wants something.</think>\n"),
    "call_as_text": _text('<tool_call>{"name": "get_it", "arguments": {"id": "1"}}</tool_call>'),
    "call_as_json": _text('{"name": "get_it", "arguments": {"id": "1"}}'),
    "half_json": _call(arguments='{"id": "L3'),
    "no_object": _call(arguments='["L3"]'),
    "unknown_tool": _call(name="solve_everything"),
    "wrong_arguments": _call(arguments='{"no_such_parameter": 1}'),
    "two_calls": _twice,
    "text_beside_call": lambda got, request: msgspec.structs.replace(
        _call()(got, request), content="Let me look that up."
    ),
    "loop": _text("I will look into that for you. " * 40),
    "stop_token": _around("", "<|im_end|>"),
    "leaked_prompt": _recited,
    "speaks_for_both": _around("", "\nUser: thanks!\nAgent: You're welcome."),
    "other_role": _text("Hello! How can I help you today?"),
}
"""Name -> what it does to an answer."""


class MisbehavingEngine:
    """Another engine with one answer spoilt.

    Attributes:
        revision: Name and version.
        spoilt: How many answers were spoilt so far.
    """

    def __init__(self, engine: Engine, fault: str, *, role: EngineRole, turn: int, stubborn: bool = False) -> None:
        """Takes an engine.

        Args:
            engine: Gives the answers.
            fault: One of `FAULTS`.
            role: In which role it errs.
            turn: At which turn of a session.
            stubborn: Whether the repaired answer is as bad.
        """
        self.revision = f"misbehaving/1({engine.revision})"
        self.spoilt = 0
        self._engine = engine
        self._spoil = FAULTS[fault]
        self._role = role
        self._turn = turn
        self._stubborn = stubborn

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answers a request, spoilt at its place."""
        got = await self._engine.complete(request)
        repair = len(without_repair(request.messages)) < len(request.messages)
        at = request.turn - repair
        if request.role != self._role or at != self._turn or (repair and not self._stubborn):
            return got
        self.spoilt += 1
        return self._spoil(got, request)
