"""Mutators that are harder to see: one letter, one digit, one condition. See `mutators`."""

from __future__ import annotations

import random
import re

from schemas.base import Json
from schemas.dialogue import Dialogue, Message, ToolCall
from tests.stages.validate_dialogues.mutators import (
    MUTATORS,
    Mutator,
    affirming,
    agent_says,
    arguments_changed,
    calls,
    inserted_call,
    mutator,
    recorded,
    renumbered,
    replace,
    texts,
    user_says,
    with_message,
    with_messages,
    wrong_digit,
)
from tool_specs.sandbox import Sandbox


def own_orders(dialogue: Dialogue, sandbox: Sandbox) -> list[str]:
    """The orders of the user of a dialogue."""
    found: list[str] = sandbox.world.tables["users"][dialogue.scenario.task.principal]["orders"]
    return found


# Structure

for _name, _text in {
    "an_object": "~ That is [object Object].",
    "an_entity": "~ Fine&nbsp;then.",
    "a_broken_letter": "~ That is fi\ufffdne.",
    "an_escape": "~\\nThat is fine.",
    "a_format": "~ That makes %s in all.",
    "a_placeholder": "~ Regards, [Your Name].",
    "a_stop_word": "~ ###STOP###",
    "an_end_token": "~<|im_end|>",
    "a_speaker": "Assistant: ~",
    "a_heading": "### Response\n~",
}.items():
    MUTATORS[f"agent_says_{_name}"] = Mutator(agent_says(_text), "structure", "agent")
    MUTATORS[f"user_says_{_name}"] = Mutator(user_says(_text), "structure", "user")


@mutator("structure", "infrastructure")
def answers_exchanged(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.role == "tool"]
    if len(places) < 2:
        return None
    one, other = rng.sample(places, 2)
    messages = list(dialogue.messages)
    messages[one], messages[other] = messages[other], messages[one]
    return with_messages(dialogue, messages)


@mutator("structure", "infrastructure")
def answer_to_nothing(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "user"))
    answer = Message(role="tool", content="{}", tool_call_id="call_0", name="get_order_details")
    return with_messages(dialogue, [*dialogue.messages[: place + 1], answer, *dialogue.messages[place + 1 :]])


@mutator("structure", "infrastructure")
def user_calls_a_tool(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    call = ToolCall(id="call_0", name="list_all_product_types", arguments={})
    return with_message(dialogue, rng.choice(texts(dialogue, "user")), tool_calls=(call,))


# Schema of calls


@mutator("call_schema", "agent")
def argument_is_nothing(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice([i for i, m in enumerate(dialogue.messages) if m.tool_calls and m.tool_calls[0].arguments])
    name = rng.choice(list(dialogue.messages[place].tool_calls[0].arguments))
    return recorded(arguments_changed(dialogue, place, **{name: None}), sandbox)


@mutator("call_schema", "agent")
def argument_in_a_list(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice([i for i, m in enumerate(dialogue.messages) if m.tool_calls and m.tool_calls[0].arguments])
    name, value = rng.choice(list(dialogue.messages[place].tool_calls[0].arguments.items()))
    return recorded(arguments_changed(dialogue, place, **{name: [value]}), sandbox)


@mutator("call_schema", "agent")
def reason_not_listed(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    for place in calls(dialogue, sandbox, "write"):
        if "reason" in dialogue.messages[place].tool_calls[0].arguments:
            return recorded(arguments_changed(dialogue, place, reason="changed my mind"), sandbox)
    return None


@mutator("call_schema", "agent")
def tool_in_capitals(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice([i for i, m in enumerate(dialogue.messages) if m.tool_calls])
    call = dialogue.messages[place].tool_calls[0]
    changed = with_message(dialogue, place, tool_calls=(replace(call, name=call.name.title()),))
    return recorded(with_message(changed, place + 1, name=call.name.title()), sandbox)


# Replay


@mutator("replay", "tool")
def answer_cut_short(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.role == "tool" and len(m.content) > 20]
    if not places:
        return None
    place = rng.choice(places)
    content = dialogue.messages[place].content
    return with_message(dialogue, place, content=content[: rng.randrange(5, len(content))])


@mutator("replay", "tool")
def answer_with_one_more_key(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i, m in enumerate(dialogue.messages) if m.role == "tool" and m.content.startswith('{"')]
    if not places:
        return None
    place = rng.choice(places)
    return with_message(dialogue, place, content='{"note":"vip",' + dialogue.messages[place].content[1:])


@mutator("replay", "tool")
def answer_before_the_write(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """A write answers as if nothing had changed: with what the read before it showed."""
    for place in calls(dialogue, sandbox, "write"):
        order = dialogue.messages[place].tool_calls[0].arguments.get("order_id")
        for index in calls(dialogue, sandbox, "read"):
            call = dialogue.messages[index].tool_calls[0]
            if index < place and call.name == "get_order_details" and call.arguments["order_id"] == order:
                return with_message(dialogue, place + 1, content=dialogue.messages[index + 1].content)
    return None


@mutator("replay", "infrastructure")
def claimed_start_forged(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return replace(dialogue, initial_digest=wrong_digit(dialogue.initial_digest, rng))


# Outcome


@mutator("outcome", "agent")
def write_on_another_row(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """The same is done to another order of the same user."""
    for place in calls(dialogue, sandbox, "write"):
        order = dialogue.messages[place].tool_calls[0].arguments.get("order_id")
        others = [each for each in own_orders(dialogue, sandbox) if each != order]
        if order is not None and others:
            return recorded(arguments_changed(dialogue, place, order_id=rng.choice(others)), sandbox)
    return None


@mutator("outcome", "agent")
def paid_otherwise(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    methods = list(sandbox.world.tables["users"][dialogue.scenario.task.principal]["payment_methods"])
    for place in calls(dialogue, sandbox, "write"):
        method = dialogue.messages[place].tool_calls[0].arguments.get("payment_method_id")
        others = [each for each in methods if each != method]
        if method is not None and others:
            changed = recorded(arguments_changed(dialogue, place, payment_method_id=rng.choice(others)), sandbox)
            if changed.final_digest != dialogue.final_digest:
                return changed
    return None


# Evidence before write


@mutator("evidence_before_write", "agent", also=("communication",))
def needed_read_of_another_row(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """Instead of an order that some decision cannot do without, another one is read twice."""
    needed = {
        clause_read.arguments["order_id"]
        for request in dialogue.scenario.task.requests
        if request.kind != "refuse"
        for clause in request.proof.clauses
        if len(clause.reads) == 1 and clause.why == "witness"
        for clause_read in [request.proof.reachable[clause.reads[0]]]
        if clause_read.tool == "get_order_details"
    }
    made: dict[str, list[int]] = {}
    for index in calls(dialogue, sandbox, "read"):
        call = dialogue.messages[index].tool_calls[0]
        if call.name == "get_order_details":
            made.setdefault(str(call.arguments["order_id"]), []).append(index)
    for order in sorted(needed & made.keys()):
        others = sorted(made.keys() - {order})
        if others:
            for index in made[order]:
                dialogue = arguments_changed(dialogue, index, order_id=others[0])
            return recorded(dialogue, sandbox)
    return None


# Grounding


@mutator("grounding", "agent", also=("guards", "communication"))
def agent_misstates_an_amount(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i in texts(dialogue, "assistant") if re.search(r"\$\d+\.\d\d", dialogue.messages[i].content)]
    if not places:
        return None
    place = rng.choice(places)
    content = dialogue.messages[place].content
    found = rng.choice(re.findall(r"\$\d[\d,]*\.\d\d", content))
    wrong = wrong_digit(found, rng)
    said = "\n".join(m.content for m in dialogue.messages)
    if wrong.strip("$").replace(",", "").rstrip("0") in said.replace(",", ""):
        return None  # somebody's price: no rule can tell
    return with_message(dialogue, place, content=content.replace(found, wrong, 1))


@mutator("grounding", "agent", also=("guards",))
def argument_with_a_wrong_digit(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    orders = own_orders(dialogue, sandbox)
    wrong = wrong_digit(rng.choice(orders), rng)
    if wrong in orders:
        return None
    place = len(dialogue.messages) - 1
    return recorded(inserted_call(dialogue, place, "get_order_details", {"order_id": wrong}), sandbox)


@mutator("grounding", "agent")
def agent_invents_an_address(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "assistant"))
    said = rng.choice(["A receipt goes to nobody_17@example.com.", "Write to support.desk9@example.org any time."])
    return with_message(dialogue, place, content=f"{dialogue.messages[place].content} {said}")


# Guards


@mutator("guards", "agent", also=("behavior",))
def confirmation_left_out(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """The listing and the yes before a write are not there."""
    for write in calls(dialogue, sandbox, "write"):
        place = affirming(dialogue, write)
        if place is not None and place > 1 and place == write - 1:
            kept = [*dialogue.messages[: place - 1], *dialogue.messages[place + 1 :]]
            return recorded(renumbered(with_messages(dialogue, kept)), sandbox)
    return None


@mutator("guards", "agent", also=("behavior",))
def yes_with_a_condition(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, rng.choice(writes)) if writes else None
    if place is None:
        return None
    words = rng.choice([
        "yes, but wait until tomorrow", "yes, but only if it's free", "sure, once you've told me the total",
        "ok, but not with that card", "yes but first tell me how long it takes", "yes if the shipping costs nothing",
    ])  # fmt: skip
    return with_message(dialogue, place, content=words, acts=())


@mutator("guards", "agent", also=("behavior",))
def yes_to_something_else(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, rng.choice(writes)) if writes else None
    if place is None:
        return None
    words = rng.choice([
        "what was my order number again?", "let me think about it", "hmm", "i'd have to ask my wife", "maybe",
        "is that really necessary?", "one moment", "i don't know",
    ])  # fmt: skip
    return with_message(dialogue, place, content=words, acts=())


@mutator("guards", "agent")
def yes_taken_back(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, writes[0]) if writes else None
    if place is None or place != writes[0] - 1:
        return None
    back = rng.choice(["hold on, don't do it", "no, stop", "actually no", "wait, i'm not sure any more"])
    more = [Message(role="assistant", content="One moment, please."), Message(role="user", content=back)]
    return with_messages(dialogue, [*dialogue.messages[: place + 1], *more, *dialogue.messages[place + 1 :]])


@mutator("guards", "agent", also=("grounding",))
def another_persons_profile(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    others = sorted(sandbox.world.tables["users"].keys() - {dialogue.scenario.task.principal})
    arguments: dict[str, Json] = {"user_id": rng.choice(others)}
    return recorded(inserted_call(dialogue, len(dialogue.messages) - 1, "get_user_details", arguments), sandbox)


# Communication


@mutator("communication", "agent", also=("evidence_before_write", "grounding"))
def answer_off_by_a_digit(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    values = [v for r in dialogue.scenario.task.requests for v in r.communicate if isinstance(v, float) and v % 1]
    if not values:
        return None
    shown = f"{values[0]:,.2f}"
    wrong = wrong_digit(shown, rng)
    messages = [
        replace(m, content=m.content.replace(shown, wrong)) if m.role == "assistant" else m for m in dialogue.messages
    ]
    return with_messages(dialogue, messages)


# Faults of the user


@mutator("user_faults", "user")
def user_knows_a_price(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """A price that only an answer holds, before anybody told it."""
    task = dialogue.scenario.task
    known = f"{task.text} {[k.value for k in task.knowledge]}"
    answers = " ".join(m.content for m in dialogue.messages if m.role == "tool")
    prices = sorted({p for p in re.findall(r'"price":(\d+\.\d\d)\b', answers) if p not in known})
    if not prices:
        return None
    first = texts(dialogue, "user")[0]
    text = dialogue.messages[first].content.rstrip(".!?")
    return with_message(dialogue, first, content=f"{text}, it was ${rng.choice(prices)}")


@mutator("user_faults", "user")
def user_means_another_order(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """Wherever the user names an order, it is another one of its own."""
    task = dialogue.scenario.task
    stated = [k.value for k in task.knowledge if isinstance(k.value, str) and k.value.startswith("#")]
    others = [each for each in own_orders(dialogue, sandbox) if each not in stated]
    if not stated or not others:
        return None
    other = rng.choice(others)
    messages = [
        replace(m, content=m.content.replace(stated[0], other), acts=()) if m.role == "user" else m
        for m in dialogue.messages
    ]
    return with_messages(dialogue, messages) if messages != list(dialogue.messages) else None


@mutator("user_faults", "user")
def user_speaks_as_the_agent(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "user"))
    text = dialogue.messages[place].content.rstrip(".!?")
    said = rng.choice([
        "How can I help you today?", "Is there anything else I can help you with?",
        "As an AI language model, I have no orders.", "Let me look that up for you.",
        "I'd be happy to assist you with your return.", "Thank you for contacting us.",
    ])  # fmt: skip
    return with_message(dialogue, place, content=f"{text}. {said}")


# Behavior


@mutator("behavior", "user")
def trait_not_shown(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """The turns that show a planned trait do something else."""
    shown_by = {"impatience": "complain", "off_topic": "off_topic", "change_of_mind": "change_mind", "slip": "correct"}
    planned = [shown_by[trait] for trait in dialogue.scenario.behavior.traits if trait in shown_by]
    if not planned:
        return None
    messages = [
        replace(m, acts=tuple(a for a in m.acts if a.kind != planned[0])) if m.role == "user" else m
        for m in dialogue.messages
    ]
    return with_messages(dialogue, messages)


# Truncation


@mutator("truncation", "agent")
def agent_stops_in_a_word(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    places = [i for i in texts(dialogue, "assistant") if len(dialogue.messages[i].content) > 60]
    if not places:
        return None
    place = rng.choice(places)
    content = dialogue.messages[place].content
    cut = rng.randrange(40, len(content) - 5)
    while not (content[cut - 1].isalpha() and content[cut].isalpha()):
        cut -= 1
    return with_message(dialogue, place, content=content[:cut])


@mutator("truncation", "agent")
def agent_announces_and_stops(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "assistant"))
    ends = rng.choice(
        [" Here is what I found:", " The details are as follows:", " That would be either this,", " It is;"]
    )
    return with_message(dialogue, place, content=dialogue.messages[place].content + ends)


@mutator("truncation", "user")
def user_leaves_a_parenthesis_open(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "user"))
    text = dialogue.messages[place].content.rstrip(".!?,")
    return with_message(dialogue, place, content=f"{text} (the one from before")
