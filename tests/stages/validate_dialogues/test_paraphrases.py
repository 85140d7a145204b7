"""What models say in other words than scripts: nobody's fault where it is right, the agent's where a value is wrong.

The dialogues are scripted ones without their acts, in which an agent's listing, report or refusal is put in a model's
words; every call is right. First measured, before days, counted numbers and prices of the policy were read: 5 of the 24
right ones were dropped, 6 of the 21 wrong ones were kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.dialogue import Dialogue
from stages.base import Services
from stages.validate_dialogues import judge
from tests.stages.proven import play, proven, world
from tests.stages.simulate_dialogues.talks import SANDBOX, simulated, told
from tests.stages.validate_dialogues.mutators import texts, with_message, with_messages

_TEXTS = Path(__file__).parent / "paraphrases.txt"
CARD = re.compile(r"your ([\w ]+ ending in \d{4})")
ORDERS = [("write_intensive", 1, 2), ("write_intensive", 1, 3), ("read_heavy", 1, 4), ("must_refuse", 0, 3)]


@cache
def retail(name: str) -> Dialogue:
    one = told(name)
    task = msgspec.structs.replace(one.task, initial_digest=SANDBOX.digest())
    return simulated(msgspec.structs.replace(one, task=task))


@cache
def airline() -> dict[str, Dialogue]:
    """One good dialogue for each of the writes, and a refused cancellation."""
    found: dict[str, Dialogue] = {}
    services = Services(sandboxes={"airline": world("airline")})
    for one in proven("airline", ORDERS, times=5):
        (request, *more) = one.task.requests
        name = f"{request.kind} {request.tool}"
        if not more and name not in found:
            dialogue = play(one)
            if all(verdict.passed for verdict in judge(dialogue, services)):
                found[name] = dialogue
    return found


def faults(dialogue: Dialogue) -> list[str]:
    """What a judge finds who hears no acts."""
    bare = with_messages(dialogue, [msgspec.structs.replace(message, acts=()) for message in dialogue.messages])
    domain = dialogue.scenario.task.domain
    services = Services(sandboxes={domain: SANDBOX if domain == "retail" else world(domain)})
    return [f"{v.check} ({v.owner}): {v.detail}" for v in judge(bare, services) if not v.passed]


def said(dialogue: Dialogue, where: str, words: str) -> Dialogue:
    """The dialogue with other words in one place: before the write, after it, or at the end of what was read."""
    spoken = texts(dialogue, "assistant")
    calls = [i for i, m in enumerate(dialogue.messages) if m.tool_calls]
    before, after = (i for i in reversed(spoken) if i < calls[-1]), (i for i in spoken if i > calls[-1])
    place = next(before if where == "listing" else after)
    return with_message(dialogue, place, content=words.replace("\\n", "\n"))


MONTHS = {"04": "April", "05": "May", "06": "June"}


def spoken_day(iso: str, *, first: bool = False) -> str:
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[month]}" if first else f"{MONTHS[month]} {int(day)}, {year}"


def slots(dialogue: Dialogue) -> dict[str, Any]:
    """What the templates speak of."""
    given = dialogue.scenario.task.requests[0].arguments
    card = next((found[1] for m in dialogue.messages if (found := CARD.search(m.content))), "card")
    bags, flights, people = given.get("total_baggages", 0), given.get("flights", ()), given.get("passengers", ())
    name = "{first_name} {last_name}, born on "
    return {
        "id": given["reservation_id"],
        "card": card,
        "bags": bags,
        "less": bags - 1,
        "more": bags + 1,
        "paid": given.get("nonfree_baggages"),
        "cabin": str(given.get("cabin")).replace("_", " "),
        "flights": " and ".join(f"{each['flight_number']} on {spoken_day(each['date'])}" for each in flights),
        "days": ", ".join(f"{each['flight_number']} ({spoken_day(each['date'], first=True)})" for each in flights),
        "other": " and ".join(f"{each['flight_number']} on April 3, 2024" for each in flights),
        "people": "\n".join(f"- {name.format(**each)}{each['dob']}" for each in people),
        "strangers": "\n".join(f"- {name.format(**each)}1931-01-01" for each in people),
    }


def paraphrases(sign: str) -> Iterator[tuple[str, str, str]]:
    """Yields the right (`+`) or the wrong (`-`) ones: which dialogue, where, text."""
    name = where = ""
    for line in _TEXTS.read_text("utf-8").splitlines():
        if line.startswith("["):
            name, _, where = line.strip("[]").partition(": ")
        elif line.startswith(f"{sign} | "):
            yield name, where, line[4:]


def spoken(name: str, where: str, text: str) -> Dialogue:
    dialogue = airline()[name] if " " in name else retail(name)
    return said(dialogue, where, text.format(**slots(dialogue)) if " " in name else text)


@pytest.mark.parametrize(("name", "where", "text"), list(paraphrases("+")))
def test_what_is_right_in_other_words_is_nobodys_fault(name: str, where: str, text: str) -> None:
    assert not faults(spoken(name, where, text))


@pytest.mark.parametrize(("name", "where", "text"), list(paraphrases("-")))
def test_what_is_wrong_in_one_value_is_the_agents_fault(name: str, where: str, text: str) -> None:
    found = faults(spoken(name, where, text))
    assert found and all("(agent)" in each for each in found), found
