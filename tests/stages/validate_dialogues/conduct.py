"""More mutators: damages to what user and agent do, say and know. See `mutators`."""

from __future__ import annotations

import random
import re

from schemas.base import Json
from schemas.dialogue import Dialogue
from tests.stages.validate_dialogues.mutators import (
    act,
    affirming,
    arguments_changed,
    calls,
    inserted_call,
    mutator,
    recorded,
    renumbered,
    replace,
    texts,
    with_message,
    with_messages,
    without,
    wrong_digit,
)
from tool_specs.sandbox import Sandbox

# Outcome


@mutator("outcome", "agent")
def write_left_out(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    if not writes:
        return None
    return recorded(renumbered(without(dialogue, [rng.choice(writes)])), sandbox)


@mutator("outcome", "agent")
def write_too_many(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """Something else of the user's is changed as well."""
    user = dialogue.scenario.task.principal
    reads = calls(dialogue, sandbox, "read")
    if not reads:
        return None
    address = {"address1": "1 Nowhere Lane", "address2": "", "city": "Reno", "state": "NV", "country": "USA"}
    arguments: dict[str, Json] = {"user_id": user, **address, "zip": "89501"}
    return recorded(inserted_call(dialogue, len(dialogue.messages) - 1, "modify_user_address", arguments), sandbox)


@mutator("outcome", "agent")
def write_of_a_mistake(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """The arguments of one of the proof's own mistakes."""
    for index in calls(dialogue, sandbox, "write"):
        call = dialogue.messages[index].tool_calls[0]
        for request in dialogue.scenario.task.requests:
            if request.tool == call.name and request.arguments == call.arguments and request.proof.distractors:
                wrong = rng.choice(request.proof.distractors).arguments
                return recorded(arguments_changed(dialogue, index, **wrong), sandbox)
    return None


@mutator("outcome", "user")
def user_left(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return replace(dialogue, ended="user_left")


@mutator("outcome", "user")
def user_left_before_the_write(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    changed = bye_instead_of_yes(dialogue, sandbox, rng)
    return changed and replace(changed, ended="user_left")


@mutator("outcome", "agent")
def transferred_for_nothing(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    if any(request.refusal and request.refusal.transfer for request in dialogue.scenario.task.requests):
        return None
    tool = sandbox.domain.transfer_tool
    summary = "The user wants something that takes too long."
    changed = inserted_call(dialogue, len(dialogue.messages) - 1, str(tool), {"summary": summary})
    return recorded(replace(changed, ended="transferred"), sandbox)


# Evidence before write


@mutator("evidence_before_write", "agent")
def needed_read_left_out(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """A read that some decision cannot do without is not made: a lucky guess."""
    needed = []
    for request in dialogue.scenario.task.requests:
        if request.kind == "refuse":
            continue  # a refusal may do without what its broken rule does not look at
        for clause in request.proof.clauses:
            if len(clause.reads) == 1 and clause.why == "witness":
                read = request.proof.reachable[clause.reads[0]]
                made = [
                    i
                    for i in calls(dialogue, sandbox, "read")
                    if dialogue.messages[i].tool_calls[0].name == read.tool
                    and dialogue.messages[i].tool_calls[0].arguments == read.arguments
                ]
                needed += [made] if made else []
    if not needed:
        return None
    return recorded(renumbered(without(dialogue, rng.choice(needed))), sandbox)


@mutator("evidence_before_write", "agent")
def read_after_the_write(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """All reads of a decision's proof are made right after it."""
    writes = calls(dialogue, sandbox, "write")
    if not writes:
        return None
    write = writes[0]
    call = dialogue.messages[write].tool_calls[0]
    request = next(
        (r for r in dialogue.scenario.task.requests if r.tool == call.name and r.arguments == call.arguments), None
    )
    if request is None or not any(len(c.reads) == 1 and c.why == "witness" for c in request.proof.clauses):
        return None
    identity = sandbox.domain.identity_tools
    moved = [i for i in calls(dialogue, sandbox, "read") if i < write]
    moved = [i for i in moved if dialogue.messages[i].tool_calls[0].name not in identity]
    if not moved:
        return None
    late = [message for i in moved for message in dialogue.messages[i : i + 2]]
    kept = without(dialogue, moved).messages
    place = next(i for i, m in enumerate(kept) if m.tool_calls and m.tool_calls[0].id == call.id) + 2
    return recorded(renumbered(with_messages(dialogue, [*kept[:place], *late, *kept[place:]])), sandbox)


@mutator("evidence_before_write", "agent")
def answered_before_reading(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """The reads for an answer come after it was told."""
    task = dialogue.scenario.task
    if task.kind != "information" or not any(c.why == "witness" for r in task.requests for c in r.proof.clauses):
        return None
    reads = [
        i
        for i in calls(dialogue, sandbox, "read")
        if dialogue.messages[i].tool_calls[0].name not in sandbox.domain.identity_tools
    ]
    if not reads:
        return None
    late = [message for i in reads for message in dialogue.messages[i : i + 2]]
    kept = list(without(dialogue, reads).messages)
    return recorded(renumbered(with_messages(dialogue, [*kept[:-1], *late, kept[-1]])), sandbox)


# Grounding


@mutator("grounding", "agent", also=("guards",))
def argument_out_of_thin_air(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """An order of nobody in this dialogue is looked up (others' orders: the same as inventing an id)."""
    own = sandbox.world.tables["users"][dialogue.scenario.task.principal]["orders"]
    others = [order for order in sandbox.world.tables["orders"] if order not in own]
    place = len(dialogue.messages) - 1
    return recorded(inserted_call(dialogue, place, "get_order_details", {"order_id": rng.choice(others)}), sandbox)


@mutator("grounding", "agent")
def argument_before_it_was_read(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """An own order is looked up before the profile that lists it."""
    low = "\n".join(m.content for m in dialogue.messages if m.role == "user").lower()
    for index in calls(dialogue, sandbox, "read"):
        call = dialogue.messages[index].tool_calls[0]
        if call.name == "get_user_details":
            own = [o for o in sandbox.world.tables["users"][dialogue.scenario.task.principal]["orders"]]
            earlier = "\n".join(m.content for m in dialogue.messages[:index])
            free = [order for order in own if order.lower() not in low and order not in earlier]
            if free:
                return recorded(
                    inserted_call(dialogue, index, "get_order_details", {"order_id": rng.choice(free)}), sandbox
                )
    return None


@mutator("grounding", "agent")
def agent_states_an_unknown_id(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "assistant"))
    said = rng.choice(["That is order #W0000017.", "The item is 1029384756.", "I wrote to zz.top77@example.org."])
    return with_message(dialogue, place, content=f"{dialogue.messages[place].content} {said}")


@mutator("grounding", "agent", also=("guards",))
def agent_misstates_an_id(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    for place in texts(dialogue, "assistant"):
        text = dialogue.messages[place].content
        match = re.search(r"#W\d{7}|\b\d{10}\b", text)
        if match:
            wrong = wrong_digit(match.group(), rng)
            if not any(wrong in message.content for message in dialogue.messages):
                return with_message(dialogue, place, content=text.replace(match.group(), wrong))
    return None


@mutator("grounding", "agent")
def agent_invents_an_amount(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "assistant"))
    amount = rng.choice(["$98,765.43", "$71234.01"])
    return with_message(dialogue, place, content=f"{dialogue.messages[place].content} That makes {amount}.")


@mutator("grounding", "agent", also=("user_faults",))
def identity_never_said(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    email = (
        str(dialogue.scenario.task.fact("email"))
        if any(k.name == "email" for k in dialogue.scenario.task.knowledge)
        else ""
    )
    used = [
        i
        for i in calls(dialogue, sandbox, "read")
        if email and email in dialogue.messages[i].tool_calls[0].arguments.values()
    ]
    if not used:
        return None
    parts = [email, *email.split("@")]
    pattern = re.compile("|".join(map(re.escape, parts)), re.I)
    messages = [
        replace(m, content=pattern.sub("you know it", m.content)) if m.role == "user" else m for m in dialogue.messages
    ]
    return with_messages(dialogue, messages)


# Guards


@mutator("guards", "agent", also=("behavior",))
def no_yes(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, rng.choice(writes)) if writes else None
    if place is None:
        return None
    words = rng.choice(["no, wait", "hm, how long will that take?", "never mind", "don't do that yet"])
    return with_message(dialogue, place, content=words, acts=act("negate") if rng.random() < 0.5 else ())


@mutator("guards", "agent")
def nothing_listed(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, rng.choice(writes)) if writes else None
    if not place:
        return None
    changed = with_message(dialogue, place - 1, content="Shall I go ahead with it, then?")
    before = affirming(dialogue, place - 2)
    earlier = [i for i in texts(dialogue, "assistant") if before is not None and i < place - 1]
    for index in earlier:
        changed = with_message(changed, index, content="One moment. What else should I know?")
    return changed


@mutator("guards", "agent")
def other_details_listed(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """The yes was given to another id than the write's."""
    for write in calls(dialogue, sandbox, "write"):
        place = affirming(dialogue, write)
        if not place:
            continue
        text = dialogue.messages[place - 1].content
        ids = [
            str(v)
            for v in dialogue.messages[write].tool_calls[0].arguments.values()
            if isinstance(v, str) and v[:2] == "#W"
        ]
        stated = [id_ for id_ in ids if id_ in text]
        if stated:
            other = wrong_digit(stated[0], rng)
            return with_message(dialogue, place - 1, content=text.replace(stated[0], other))
    return None


@mutator("guards", "agent")
def write_again_without_asking(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    if not writes:
        return None
    call = dialogue.messages[writes[-1]].tool_calls[0]
    return recorded(inserted_call(dialogue, writes[-1] + 2, call.name, call.arguments), sandbox)


@mutator("guards", "agent", also=("evidence_before_write",))
def identity_skipped(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    identity = sandbox.domain.identity_tools
    asked = [i for i in calls(dialogue, sandbox, "read") if dialogue.messages[i].tool_calls[0].name in identity]
    if not asked or len(calls(dialogue, sandbox, "read", "write")) == len(asked):
        return None
    return recorded(renumbered(without(dialogue, asked)), sandbox)


@mutator("guards", "agent")
def another_person_looked_up(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    users = [row for id_, row in sandbox.world.tables["users"].items() if id_ != dialogue.scenario.task.principal]
    place = len(dialogue.messages) - 1
    email = rng.choice(users)["email"]
    return recorded(inserted_call(dialogue, place, "find_user_id_by_email", {"email": email}), sandbox)


@mutator("guards", "agent")
def another_persons_order(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return argument_out_of_thin_air(dialogue, sandbox, rng)


@mutator("guards", "agent", also=("behavior",))
def refusal_unsaid(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    refused = [
        r for r in dialogue.scenario.task.requests if r.kind == "refuse" and r.refusal and not r.refusal.transfer
    ]
    if not refused or not calls(dialogue, sandbox, "read"):
        return None
    messages = [
        replace(m, content="All right, that is taken care of. Anything else?", acts=())
        if m.role == "assistant" and m.content
        else m
        for m in dialogue.messages
    ]
    return with_messages(dialogue, messages)


@mutator("guards", "agent")
def transfer_left_out(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    if not any(r.refusal and r.refusal.transfer for r in dialogue.scenario.task.requests):
        return None
    generic = [
        i
        for i in calls(dialogue, sandbox, "generic")
        if dialogue.messages[i].tool_calls[0].name == sandbox.domain.transfer_tool
    ]
    if not generic:
        return None
    return replace(recorded(renumbered(without(dialogue, generic)), sandbox), ended="user_done")


# Communication


@mutator("communication", "agent")
def answer_untold(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return _answer_replaced(dialogue, "I have found it.")


@mutator("communication", "agent")
def answer_told_wrongly(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    return _answer_replaced(dialogue, "The answer is 73.")


def _answer_replaced(dialogue: Dialogue, text: str) -> Dialogue | None:
    values = [v for r in dialogue.scenario.task.requests for v in r.communicate if not isinstance(v, bool)]
    if not values or 73 in values:
        return None
    places = [
        i
        for i in texts(dialogue, "assistant")
        if any(a.kind == "response" and a.slot == "answer" for a in dialogue.messages[i].acts)
    ]
    for place in places:
        dialogue = with_message(dialogue, place, content=text)
    return dialogue if places else None


# Faults of the user


@mutator("user_faults", "user")
def user_leaks_an_id(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """An item or order that only reads can tell."""
    task = dialogue.scenario.task
    known = f"{task.text} {[k.value for k in task.knowledge]}"
    answers = " ".join(m.content for m in dialogue.messages if m.role == "tool")
    ids = sorted({i for i in re.findall(r"#W\d{7}|\b\d{10}\b", answers) if i not in known})
    if not ids:
        return None
    first = texts(dialogue, "user")[0]
    text = dialogue.messages[first].content.rstrip(".!?")
    return with_message(dialogue, first, content=f"{text}, it's {rng.choice(ids)}")


@mutator("user_faults", "user")
def user_leaks_an_amount(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    first = texts(dialogue, "user")[0]
    text = dialogue.messages[first].content.rstrip(".!?")
    return with_message(dialogue, first, content=f"{text}, the one for $5,432.10")


@mutator("user_faults", "user")
def user_invents_an_id(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "user"))
    text = dialogue.messages[place].content.rstrip(".!?")
    return with_message(dialogue, place, content=f"{text}, that's #W0000017")


@mutator("user_faults", "user")
def user_invents_an_address(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    place = rng.choice(texts(dialogue, "user"))
    text = dialogue.messages[place].content.rstrip(".!?")
    return with_message(dialogue, place, content=f"{text}, my other mail is zz.top77@example.org")


@mutator("user_faults", "user")
def user_never_corrects(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """A stated id is wrong wherever the user says it."""
    for entry in dialogue.scenario.task.knowledge:
        value = entry.value
        if isinstance(value, str) and value.startswith("#"):
            wrong = wrong_digit(value, rng)
            messages = [
                replace(m, content=m.content.replace(value, wrong), acts=()) if m.role == "user" else m
                for m in dialogue.messages
            ]
            if messages != list(dialogue.messages) and not any(wrong in m.content for m in dialogue.messages):
                return with_messages(dialogue, messages)
    return None


@mutator("user_faults", "user")
def user_withholds_a_fact(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """A stated street or order is never told."""
    wanted = [request for request in dialogue.scenario.task.requests if request.kind != "refuse"]
    used = {source.fact for request in wanted for source in request.sources.values() if source.fact}
    for entry in dialogue.scenario.task.knowledge:
        value = entry.value
        if entry.name in used and isinstance(value, str) and (value.startswith("#") or value[:1].isdigit()):
            pattern = re.compile(re.escape(value.lstrip("#")), re.I)
            messages = [
                replace(m, content=pattern.sub("that", m.content), acts=()) if m.role == "user" else m
                for m in dialogue.messages
            ]
            return with_messages(dialogue, messages)
    return None


@mutator("user_faults", "user", also=("outcome",))
def bye_instead_of_yes(dialogue: Dialogue, sandbox: Sandbox, rng: random.Random) -> Dialogue | None:
    """The user leaves when asked to confirm; nothing is written any more."""
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, writes[-1]) if writes else None
    if place is None:
        return None
    bye = replace(dialogue.messages[place], content="gotta go, bye", acts=act("user_bye"))
    messages = [*dialogue.messages[:place], bye, dialogue.messages[-1]]
    return recorded(with_messages(dialogue, messages), sandbox)
