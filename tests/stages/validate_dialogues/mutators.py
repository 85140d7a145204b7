"""Mutators: each damages a good dialogue in one way, and names the check and the owner that must be found.

They share no code with the checks. `MUTATORS` maps a name to a `Mutator`; `damage(dialogue, sandbox, rng)` returns the
damaged dialogue, or None where a dialogue offers no place for it. Where a damage is about the agent's decisions and not
about the record, calls are made again on a fork, so that recorded answers stay true.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from schemas.base import Json
from schemas.dialogue import Act, Dialogue, Message, ToolCall
from schemas.verdict import Check, Owner
from tool_specs.sandbox import Sandbox

Damage = Callable[[Dialogue, Sandbox, random.Random], Dialogue | None]
replace = msgspec.structs.replace


@dataclass(frozen=True)
class Mutator:
    """A damage with what must be found.

    Attributes:
        also: checks that a drop may name instead, because the damage does theirs, too.
    """

    damage: Damage
    check: Check
    owner: Owner
    also: tuple[Check, ...] = ()


MUTATORS: dict[str, Mutator] = {}


def mutator(check: Check, owner: Owner, also: tuple[Check, ...] = ()) -> Callable[[Damage], Damage]:
    """Registers a damage under its function's name."""

    def register(damage: Damage) -> Damage:
        MUTATORS[damage.__name__] = Mutator(damage, check, owner, also)
        return damage

    return register


# Tools of the trade


def with_messages(dialogue: Dialogue, messages: Sequence[Message]) -> Dialogue:
    """Returns the dialogue with other messages."""
    return replace(dialogue, messages=tuple(messages))


def with_message(dialogue: Dialogue, index: int, **changes: object) -> Dialogue:
    """Returns the dialogue with one message changed."""
    messages = list(dialogue.messages)
    messages[index] = replace(messages[index], **changes)
    return with_messages(dialogue, messages)


def recorded(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue:
    """Makes all calls again on a fork; answers and the final digest become what they then are."""
    fork = sandbox.fork()
    messages: list[Message] = []
    results = {}
    for message in dialogue.messages:
        for call in message.tool_calls:
            results[call.id] = fork.call(call.name, call.arguments)
        if message.role == "tool" and message.tool_call_id in results:
            result = results[message.tool_call_id]
            message = replace(message, content=result.content, error=result.error)
        messages.append(message)
    return replace(dialogue, messages=tuple(messages), final_digest=fork.digest())


def texts(dialogue: Dialogue, role: str) -> list[int]:
    """Indices of a role's messages in words."""
    return [i for i, m in enumerate(dialogue.messages) if m.role == role and m.content and not m.tool_calls]


def calls(dialogue: Dialogue, sandbox: Sandbox, *effects: str) -> list[int]:
    """Indices of messages that call a tool of these effects."""
    tools = sandbox.domain.tools
    return [
        i for i, m in enumerate(dialogue.messages) if any(tools[c.name].spec.effect in effects for c in m.tool_calls)
    ]


def without(dialogue: Dialogue, indices: Sequence[int]) -> Dialogue:
    """Returns the dialogue without calls at these indices and their answers."""
    gone = {index + offset for index in indices for offset in (0, 1)}
    return with_messages(dialogue, [m for i, m in enumerate(dialogue.messages) if i not in gone])


def renumbered(dialogue: Dialogue) -> Dialogue:
    """Gives calls the ids call_1, call_2, ... again."""
    names: dict[str | None, str] = {}
    messages = []
    for message in dialogue.messages:
        for call in message.tool_calls:
            names[call.id] = f"call_{len(names) + 1}"
        own = tuple(replace(call, id=names[call.id]) for call in message.tool_calls)
        messages.append(replace(message, tool_calls=own, tool_call_id=names.get(message.tool_call_id)))
    return with_messages(dialogue, messages)


def inserted_call(dialogue: Dialogue, place: int, name: str, arguments: dict[str, Json]) -> Dialogue:
    """Returns the dialogue with one more call, made just before message `place`."""
    call = ToolCall(id="call_new", name=name, arguments=arguments)
    asking = Message(role="assistant", content="", tool_calls=(call,))
    answering = Message(role="tool", content="", tool_call_id="call_new", name=name)
    messages = [*dialogue.messages[:place], asking, answering, *dialogue.messages[place:]]
    return renumbered(with_messages(dialogue, messages))


def arguments_changed(dialogue: Dialogue, index: int, **changes: Json) -> Dialogue:
    """Returns the dialogue with other arguments in the call at an index."""
    call = dialogue.messages[index].tool_calls[0]
    return with_message(dialogue, index, tool_calls=(replace(call, arguments={**call.arguments, **changes}),))


def wrong_digit(text: str, rng: random.Random) -> str:
    """Returns a text with one digit changed."""
    places = [i for i, c in enumerate(text) if c.isdigit()]
    place = rng.choice(places)
    return text[:place] + str((int(text[place]) + rng.randint(1, 9)) % 10) + text[place + 1 :]


# Structure


@mutator("structure", "infrastructure")
def answer_missing(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.role == "tool"]
    if not places:
        return None
    place = rng.choice(places)
    return with_messages(dialogue, [m for i, m in enumerate(dialogue.messages) if i != place])


@mutator("structure", "infrastructure")
def answer_twice(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.role == "tool"]
    place = rng.choice(places)
    return with_messages(dialogue, [*dialogue.messages[: place + 1], *dialogue.messages[place:]])


@mutator("structure", "infrastructure")
def answer_under_another_name(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.role == "tool"]
    return with_message(dialogue, rng.choice(places), name="get_something_else")


@mutator("structure", "infrastructure")
def call_id_used_twice(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.tool_calls]
    if len(places) < 2:
        return None
    first, second = dialogue.messages[places[0]].tool_calls[0], dialogue.messages[places[1]].tool_calls[0]
    changed = with_message(dialogue, places[1], tool_calls=(replace(second, id=first.id),))
    return with_message(changed, places[1] + 1, tool_call_id=first.id)


@mutator("structure", "infrastructure")
def user_speaks_twice(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "user"))
    return with_messages(dialogue, [*dialogue.messages[: place + 1], *dialogue.messages[place:]])


@mutator("structure", "agent")
def agent_speaks_twice(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "assistant"))
    return with_messages(dialogue, [*dialogue.messages[: place + 1], *dialogue.messages[place:]])


@mutator("structure", "infrastructure")
def agent_opens(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    hello = Message(role="assistant", content="Hello! How can I help you?")
    return with_messages(dialogue, [hello, *dialogue.messages])


@mutator("structure", "agent")
def user_has_the_last_word(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return with_messages(dialogue, dialogue.messages[:-1])


@mutator("structure", "agent")
def two_calls_at_once(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    messages = dialogue.messages
    places = [i for i in range(len(messages) - 3) if messages[i].tool_calls and messages[i + 2].tool_calls]
    if not places:
        return None
    i = rng.choice(places)
    both = replace(messages[i], tool_calls=(*messages[i].tool_calls, *messages[i + 2].tool_calls))
    return with_messages(dialogue, [*messages[:i], both, messages[i + 1], messages[i + 3], *messages[i + 4 :]])


@mutator("structure", "agent")
def words_beside_a_call(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.tool_calls]
    return with_message(dialogue, rng.choice(places), content="Let me look that up for you.")


def agent_says(text: str) -> Damage:
    """The agent says a text, `~` standing for what it said."""

    def damage(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
        place = rng.choice(texts(dialogue, "assistant"))
        return with_message(dialogue, place, content=text.replace("~", dialogue.messages[place].content))

    return damage


def user_says(text: str) -> Damage:
    """The user says a text, `~` standing for what it said."""

    def damage(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
        place = rng.choice(texts(dialogue, "user"))
        return with_message(dialogue, place, content=text.replace("~", dialogue.messages[place].content))

    return damage


for _name, _text in {
    "nothing": "",
    "only_space": " ",
    "a_slot": "~ I will take care of {object}.",
    "a_python_none": "~ That goes to your None then.",
    "a_missing_value": "~ It is MISSING.",
    "a_thought": "<think>what now?</think>~",
    "tool_markup": '~ <tool_call>{"name": "x"}</tool_call>',
    "two_spaces": "~  Anything else?",
    "a_gap": "~ Well , fine.",
    "a_doubled_word": "~ I changed the the address.",
}.items():
    MUTATORS[f"agent_says_{_name}"] = Mutator(agent_says(_text), "structure", "agent")
    MUTATORS[f"user_says_{_name}"] = Mutator(user_says(_text), "structure", "user")


# Schema of calls


@mutator("call_schema", "agent")
def unknown_tool(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice([i for i, m in enumerate(dialogue.messages) if m.tool_calls])
    call = dialogue.messages[place].tool_calls[0]
    changed = with_message(dialogue, place, tool_calls=(replace(call, name="do_magic"),))
    return recorded(with_message(changed, place + 1, name="do_magic"), sandbox)


@mutator("call_schema", "agent")
def argument_missing(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice([i for i, m in enumerate(dialogue.messages) if m.tool_calls and m.tool_calls[0].arguments])
    call = dialogue.messages[place].tool_calls[0]
    fewer = dict(list(call.arguments.items())[1:])
    return recorded(with_message(dialogue, place, tool_calls=(replace(call, arguments=fewer),)), sandbox)


@mutator("call_schema", "agent")
def argument_too_many(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice([i for i, m in enumerate(dialogue.messages) if m.tool_calls])
    return recorded(arguments_changed(dialogue, place, verbose=True), sandbox)


@mutator("call_schema", "agent")
def argument_of_another_type(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice([i for i, m in enumerate(dialogue.messages) if m.tool_calls and m.tool_calls[0].arguments])
    name = next(iter(dialogue.messages[place].tool_calls[0].arguments))
    return recorded(arguments_changed(dialogue, place, **{name: 12}), sandbox)


# Replay


@mutator("replay", "tool")
def answer_altered(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.role == "tool" and re.search(r"\d", m.content)]
    place = rng.choice(places)
    return with_message(dialogue, place, content=wrong_digit(dialogue.messages[place].content, rng))


@mutator("replay", "tool")
def answer_of_another_call(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.role == "tool"]
    other = [i for i in places if dialogue.messages[i].content != dialogue.messages[places[0]].content]
    return with_message(dialogue, places[0], content=dialogue.messages[other[0]].content) if other else None


@mutator("replay", "tool")
def error_unmarked(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice([i for i, m in enumerate(dialogue.messages) if m.role == "tool"])
    return with_message(dialogue, place, error=not dialogue.messages[place].error)


@mutator("replay", "infrastructure")
def final_digest_forged(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return replace(dialogue, final_digest=wrong_digit(dialogue.final_digest, rng))


@mutator("replay", "infrastructure")
def another_world(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    task = replace(dialogue.scenario.task, initial_digest=wrong_digit(dialogue.scenario.task.initial_digest, rng))
    return replace(dialogue, scenario=replace(dialogue.scenario, task=task))


# Truncation


@mutator("truncation", "agent")
def stopped_by_a_cap(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return replace(dialogue, ended=rng.choice(["turn_cap", "call_cap"]))


@mutator("truncation", "user")
def user_never_leaves(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    last = [
        n for n, m in enumerate(dialogue.messages) if any((a.kind, a.slot) == ("request", "intent") for a in m.acts)
    ]
    if not last or dialogue.messages[last[-1]].acts[-1].slot != "intent":
        return None
    return replace(dialogue, messages=dialogue.messages[: last[-1] + 1], ended="turn_cap")


@mutator("truncation", "infrastructure")
def engine_failed(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return replace(dialogue, ended="engine_error")


@mutator("truncation", "agent")
def agent_breaks_off(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i in texts(dialogue, "assistant") if len(dialogue.messages[i].content.split()) > 6]
    if not places:
        return None
    place = rng.choice(places)
    words = dialogue.messages[place].content.split()
    cut = rng.randint(3, len(words) - 2)
    return with_message(dialogue, place, content=" ".join(words[:cut]).rstrip(".?!:") + " an")


@mutator("truncation", "user")
def user_breaks_off(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "user"))
    ends = rng.choice([" and the", ", because", " (which", " with the"])
    return with_message(dialogue, place, content=dialogue.messages[place].content.rstrip(".!?,") + ends)


# Behavior


@mutator("behavior", "user")
def planned_but_not_done(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    scenario = dialogue.scenario
    free = [
        t
        for t in ("impatience", "slip", "change_of_mind", "refuse_first", "off_topic")
        if t not in scenario.behavior.traits
    ]
    traits = (*scenario.behavior.traits, rng.choice(free))
    return replace(dialogue, scenario=replace(scenario, behavior=replace(scenario.behavior, traits=traits)))


@mutator("behavior", "user")
def told_in_another_manner(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    scenario = dialogue.scenario
    kinds = ["all_at_once", "drip", "only_when_asked", "vague_start"]
    kinds.remove(scenario.behavior.disclosure)
    behavior = replace(scenario.behavior, disclosure=rng.choice(kinds))
    return replace(dialogue, scenario=replace(scenario, behavior=behavior))


def affirming(dialogue: Dialogue, write: int) -> int | None:
    """Index of the user's message right before a write."""
    return next((i for i in range(write, -1, -1) if dialogue.messages[i].role == "user"), None)


def act(kind: str) -> tuple[Act, ...]:
    """One act."""
    return (Act(kind=kind),)
