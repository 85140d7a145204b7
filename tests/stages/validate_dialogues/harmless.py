"""Changes that do no harm: whatever a check says about them is a false alarm. The other side of `mutators`."""

from __future__ import annotations

import random
import re

from schemas.dialogue import Dialogue, Message
from tests.stages.validate_dialogues.mutators import (
    Damage,
    affirming,
    calls,
    inserted_call,
    recorded,
    replace,
    texts,
    with_message,
    with_messages,
)
from tool_specs.sandbox import Sandbox

CHANGES: dict[str, Damage] = {}


def harmless(change: Damage) -> Damage:
    """Registers a change under its function's name."""
    CHANGES[change.__name__] = change
    return change


@harmless
def one_more_read(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    if dialogue.ended == "transferred":
        return None
    return recorded(inserted_call(dialogue, len(dialogue.messages) - 1, "list_all_product_types", {}), sandbox)


@harmless
def read_twice(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    read = rng.choice(calls(dialogue, sandbox, "read"))
    call = dialogue.messages[read].tool_calls[0]
    return recorded(inserted_call(dialogue, read + 2, call.name, call.arguments), sandbox)


@harmless
def sum_worked_out(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    prices = re.findall(r'"price":(\d+\.\d\d)\b', " ".join(m.content for m in dialogue.messages if m.role == "tool"))
    if len(prices) < 2 or dialogue.ended == "transferred":
        return None
    expression = f"{prices[0]} + {prices[-1]}"
    place = len(dialogue.messages) - 1
    return recorded(inserted_call(dialogue, place, "calculate", {"expression": expression}), sandbox)


@harmless
def other_call_ids(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    messages = [
        replace(
            m,
            tool_calls=tuple(replace(call, id=f"chatcmpl-{call.id}") for call in m.tool_calls),
            tool_call_id=m.tool_call_id and f"chatcmpl-{m.tool_call_id}",
        )
        for m in dialogue.messages
    ]
    return with_messages(dialogue, messages)


@harmless
def agent_is_kind(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "assistant"))
    said = rng.choice(["Thanks for your patience.", "I'm glad that you asked!", "(That took a moment.)"])
    return with_message(dialogue, place, content=f"{said} {dialogue.messages[place].content}")


@harmless
def user_is_kind(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    first = texts(dialogue, "user")[0]
    text = dialogue.messages[first].content
    return with_message(dialogue, first, content=f"{rng.choice(['good morning.', 'Hi there!', 'hello :)'])} {text}")


@harmless
def yes_in_other_words(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, rng.choice(writes)) if writes else None
    if place is None or {act.kind for act in dialogue.messages[place].acts} != {"affirm"}:
        return None
    words = rng.choice([
        "Yes, please go ahead.", "yep", "sure, do it", "ok sounds good", "that's right, go ahead", "y, yes", "YES!",
        "yes please, but be quick", "sorry, i was away but i'm back. yes", "fine, confirmed", "Correct. Thanks a lot",
    ])  # fmt: skip
    return with_message(dialogue, place, content=words)


@harmless
def details_again(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """The user has the details repeated before it says yes."""
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, rng.choice(writes)) if writes else None
    if place is None or place < 1:
        return None
    listing = dialogue.messages[place - 1]
    more = [Message(role="user", content="could you say that again?"), listing]
    return with_messages(dialogue, [*dialogue.messages[:place], *more, *dialogue.messages[place:]])


@harmless
def small_talk(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i in texts(dialogue, "assistant")[:-1] if dialogue.messages[i + 1].role == "user"]
    if not places:
        return None
    place = rng.choice(places)
    said = rng.choice(
        ["what a day. it won't stop raining here", "how is work today?", "my cat just walked over the keys"]
    )
    more = [Message(role="user", content=said), dialogue.messages[place]]
    return with_messages(dialogue, [*dialogue.messages[: place + 1], *more, *dialogue.messages[place + 1 :]])


@harmless
def nobody_says_what_was_meant(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """No acts: as a language model's words are before they are heard."""
    return with_messages(dialogue, [replace(message, acts=()) for message in dialogue.messages])
