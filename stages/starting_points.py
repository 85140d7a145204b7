r"""Starting points: a dialogue from outside, in OpenAI form, becomes the past of one that goes on from there.

    {"messages": [{"role": "user", "content": "hi, ann@example.com here"},
                  {"role": "assistant", "content": null, "tool_calls": [{"id": "a1", "type": "function",
                   "function": {"name": "find_reader", "arguments": "{\"email\": \"ann@example.com\"}"}}]},
                  {"role": "tool", "tool_call_id": "a1", "content": "\"ann\""},
                  {"role": "assistant", "content": "Hello Ann, what can I do for you?"}]}

Its calls are made again on a fork of the world; what they answer must be what was recorded (the same JSON, however it
is written). Whoever an identity tool finds is the user. Everything that cannot be so is a `StartError` with its place.
What the user asked for there is not known, so messages after the agent's last words are left out.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from schemas.base import Json
from schemas.message import Message, ToolCall
from schemas.task import Call
from tool_specs.domain import Domain
from tool_specs.reading import texts
from tool_specs.sandbox import Sandbox

_SYSTEM = ("system", "developer")
_ROLES = (*_SYSTEM, "user", "assistant", "tool")


class StartError(ValueError):
    """A dialogue that nothing can go on from; begins with the place inside it."""


@dataclass(frozen=True)
class StartingPoint:
    """Where a dialogue from outside stands.

    Attributes:
        messages: up to the agent's last words, with calls named as everywhere.
        person: row id of the user.
        identity: the facts by which the user was found.
        calls: the writes that succeeded.
        left_out: messages behind the agent's last words.
    """

    messages: tuple[Message, ...]
    person: str
    identity: tuple[str, ...]
    calls: tuple[Call, ...]
    left_out: int = 0


def starting_point(value: Json, sandbox: Sandbox) -> StartingPoint:
    """Reads a dialogue and reaches its state.

    Raises:
        StartError: its form is another, or the world answers otherwise.
    """
    messages, places = parsed(value, sandbox.domain)
    end = max((n for n, m in enumerate(messages, 1) if m.role == "assistant" and not m.tool_calls), default=0)
    if not end:
        raise StartError("messages: the agent never says anything; give a dialogue with at least one answer")
    person, identity, calls = replayed(messages, places, end, sandbox)
    if not person:
        raise StartError("messages: nobody finds out who the user is, so no further task can be made for it")
    return StartingPoint(tuple(messages[:end]), person, identity, calls, len(messages) - end)


def parsed(value: Json, domain: Domain) -> tuple[list[Message], list[int]]:
    """Returns a dialogue's messages without the system's, and where each stands.

    Raises:
        StartError: its form is another.
    """
    given = value.get("messages") if isinstance(value, dict) else None
    if not isinstance(given, list) or not given:
        raise StartError('messages: is no list of messages; give {"messages": [{"role": ..., "content": ...}, ...]}')
    found: list[Message] = []
    places: list[int] = []
    waiting: dict[str, tuple[ToolCall, str]] = {}
    calls = 0
    for number, each in enumerate(given):
        place = f"messages[{number}]"
        role = each.get("role") if isinstance(each, dict) else None
        if role not in _ROLES:
            raise StartError(f"{place}.role: {role!r} is no role; it is one of {', '.join(_ROLES)}")
        if role in _SYSTEM:
            continue
        places.append(number)
        if role == "tool":
            found.append(_answer(each, waiting, place))
            continue
        if waiting:
            raise StartError(f"{next(iter(waiting.values()))[1]}: has no result before {place}; add its tool message")
        if not found and role == "assistant":
            raise StartError(
                f"{place}: the assistant speaks first; leave out what stands before the user's first words"
            )
        if role == "user" and found and (found[-1].role != "assistant" or found[-1].tool_calls):
            raise StartError(f"{place}: the user speaks after {_after(found[-1])}; an answer of the agent is missing")
        if role == "assistant" and found[-1].role == "assistant" and not found[-1].tool_calls:
            raise StartError(f"{place}: two texts of the assistant in a row; join them")
        made: list[ToolCall] = []
        for position, raw in enumerate(each.get("tool_calls") or ()):
            calls += 1
            call = _call(raw, calls, domain, f"{place}.tool_calls[{position}]")
            waiting[str(raw.get("id"))] = call, f"{place}.tool_calls[{position}] ({call.name})"
            made.append(call)
        text = _text(each.get("content"), f"{place}.content")
        if not made and not text:
            raise StartError(f"{place}.content: is empty")
        found.append(Message(role="user" if role == "user" else "assistant", content=text, tool_calls=tuple(made)))
    if waiting:
        raise StartError(f"{next(iter(waiting.values()))[1]}: has no result; add its tool message, or leave it out")
    return found, places


def _after(message: Message) -> str:
    return "a call" if message.tool_calls else {"tool": "a tool"}.get(message.role, "the user")


def _answer(each: Mapping[str, Any], waiting: dict[str, tuple[ToolCall, str]], place: str) -> Message:
    known = waiting.pop(str(each.get("tool_call_id")), None)
    if known is None:
        raise StartError(f"{place}.tool_call_id: {each.get('tool_call_id')!r} answers no call that waits for an answer")
    text = _text(each.get("content"), f"{place}.content")
    return Message(role="tool", content=text, tool_call_id=known[0].id, name=known[0].name)


def _call(raw: Json, number: int, domain: Domain, place: str) -> ToolCall:
    function = raw.get("function") if isinstance(raw, dict) else None
    if not isinstance(function, dict):
        raise StartError(f"{place}: has no function; a call is {{id, type, function: {{name, arguments}}}}")
    name, arguments = function.get("name"), function.get("arguments")
    if name not in domain.tools:
        close = difflib.get_close_matches(str(name), domain.tools, n=1)
        raise StartError(
            f"{place}: {domain.name} has no tool {name!r}" + (f"; did you mean {close[0]!r}?" if close else "")
        )
    if isinstance(arguments, str):
        try:
            arguments = orjson.loads(arguments or "{}")
        except orjson.JSONDecodeError as error:
            raise StartError(f"{place}.function.arguments: is no JSON: {error}") from None
    if not isinstance(arguments, dict):
        raise StartError(f"{place}.function.arguments: is no object of arguments")
    return ToolCall(id=f"call_{number}", name=str(name), arguments=arguments)


def _text(content: Json, place: str) -> str:
    """Returns a content's text; OpenAI's form may have it in parts."""
    if isinstance(content, list):
        parts = [
            part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content
        ]
        if None in parts:
            raise StartError(f"{place}[{parts.index(None)}]: is no text; only texts can be gone on with")
        return "".join(map(str, parts)).strip()
    if content is not None and not isinstance(content, str):
        raise StartError(f"{place}: is neither a text nor null")
    return (content or "").strip()


def replayed(
    messages: list[Message], places: list[int], end: int, sandbox: Sandbox
) -> tuple[str, tuple[str, ...], tuple[Call, ...]]:
    """Makes the calls of the first messages again, and puts what the world answers in the place of what was recorded.

    Returns:
        Who the user is (""), the facts that tell so, and the writes that succeeded.

    Raises:
        StartError: the world answers otherwise.
    """
    fork, domain = sandbox.fork(), sandbox.domain
    made = {call.id: call for message in messages for call in message.tool_calls}
    person, identity = "", ()  # type: str, tuple[str, ...]
    writes: list[Call] = []
    for number, message in enumerate(messages[:end]):
        if message.role != "tool":
            continue
        call = made[message.tool_call_id or ""]
        result = fork.call(call.name, call.arguments)
        if not _alike(message.content, result.content) and not (result.error and call.name in domain.loose_errors):
            raise StartError(
                f"messages[{places[number]}]: {call.name} answers otherwise in this world: recorded "
                f"{message.content[:80]!r}, here {result.content[:80]!r}"
            )
        messages[number] = msgspec.structs.replace(message, content=result.content, error=result.error)
        if result.error:
            continue
        if domain.tools[call.name].spec.effect == "write":
            writes.append(Call(tool=call.name, arguments=call.arguments))
        if not person and call.name in domain.identity_tools:
            rows = [id_ for table, id_ in result.rows if table == domain.principal.table]
            named = [text for text in texts(result.value) if text in sandbox.world.tables[domain.principal.table]]
            person, identity = (rows or named or [""])[-1], _facts_of(domain, call.name)
    return person, identity, tuple(writes)


def _facts_of(domain: Domain, tool: str) -> tuple[str, ...]:
    spec, types = domain.specs[tool], domain.principal.types
    wanted = [spec.types.get(parameter) for parameter in spec.required]
    return tuple(name for kind in wanted for name, known in types.items() if known == kind)


def _alike(recorded: str, here: str) -> bool:
    if recorded == here:
        return True
    try:
        return bool(orjson.loads(recorded) == orjson.loads(here))
    except orjson.JSONDecodeError:
        return recorded.strip('"') == here
