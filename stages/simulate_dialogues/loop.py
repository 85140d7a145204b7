"""The loop: user -> agent -> (tools)* -> user, until somebody is done or a cap is reached.

    user       "hi, i'd like to renew a book"
    assistant  ""  call_1: find_reader(...)
    tool       "{...}"
    assistant  "What would you like to renew?"
    user       ...

Caps are counted here, never asked for in a prompt. After the user's good-bye the agent has the last word, unless a
write that was agreed to has not run yet; nothing follows a transfer. What a tool answers goes into the messages as it
is; an error is an answer like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.dialogue import Ended, Message, ToolCall
from stages.simulate_dialogues.speakers import Speaker
from tool_specs.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Hard limits of one dialogue.

    Attributes:
        turns: Messages of the user.
        calls: Tool calls of the agent.
        messages: Messages of everybody.
    """

    turns: int = 40
    calls: int = 120
    messages: int = 400


async def converse(
    user: Speaker, agent: Speaker, sandbox: Sandbox, caps: Caps, messages: list[Message] | None = None
) -> tuple[list[Message], Ended]:
    """Lets two speakers talk.

    Args:
        user: Opens the dialogue.
        agent: Answers and calls tools.
        sandbox: The dialogue's own fork; calls change it.
        caps: When to stop whatever they say.
        messages: Where the messages go, behind those of earlier episodes; whoever gives a list has them even if a
            speaker raises.

    Returns:
        The messages, and why it ended.
    """
    messages = [] if messages is None else messages
    calls = 0
    for _ in range(caps.turns):
        said = await user.speak(messages)
        over = any(act.kind == "user_bye" for act in said.acts)
        if over and not said.content:  # nothing but the wish to end it
            return messages, "user_done"
        messages.append(said)
        transferred = False
        while True:
            answer = await agent.speak(messages)
            messages.append(answer)
            if not answer.tool_calls:
                break
            for call in answer.tool_calls:
                calls += 1
                if calls > caps.calls:
                    # The call is not made, so that no message claims a call without its answer.
                    messages.pop()
                    return messages, "call_cap"
                result = execute(sandbox, call)
                messages.append(result)
                transferred = transferred or (call.name == sandbox.domain.transfer_tool and not result.error)
            if len(messages) >= caps.messages:
                return messages, "turn_cap"
        if transferred:
            return messages, "transferred"
        if over and not _owed(messages, sandbox):
            return messages, "user_done"
        if len(messages) >= caps.messages:
            break
    return messages, "turn_cap"


def _owed(messages: Sequence[Message], sandbox: Sandbox) -> bool:
    """Whether the user said good-bye with its yes, and the write has not run: the dialogue may not end before it."""
    last = max(index for index, message in enumerate(messages) if message.role == "user")
    if not any(act.kind == "affirm" for act in messages[last].acts) or last == 0:
        return False
    if not any(act.kind == "confirm" for act in messages[last - 1].acts):
        return False
    made = {call.name for message in messages[last:] for call in message.tool_calls}
    return not any(sandbox.domain.tools[name].spec.effect == "write" for name in made if name in sandbox.domain.tools)


def execute(sandbox: Sandbox, call: ToolCall) -> Message:
    """Makes a call and returns its answer as a message."""
    result = sandbox.call(call.name, call.arguments)
    return Message(role="tool", content=result.content, tool_call_id=call.id, name=call.name, error=result.error)
