"""What a user says: requests, single details, who they are, a whole task. First person, like a person would write it.

    ask(...)   -> "send back the most expensive item of everything that has been delivered to me"
    tell(...)  -> ["The money should go to my gift card."]

Deterministic from the random generator given. Every function tells exactly the roles that it is asked to.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from schemas.base import Json
from schemas.program import Program
from schemas.task import Knowledge, Request, Task
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.budgets import budget_of
from tool_specs.phrasing.budgets import said as budget_said
from tool_specs.phrasing.conditions import otherwise_wanted
from tool_specs.phrasing.english import Phrase, clean, inside, sentence
from tool_specs.phrasing.frames import casual, connect, want
from tool_specs.phrasing.nouns import describe as _describe
from tool_specs.phrasing.roles import joint, roles
from tool_specs.phrasing.teller import VERBS, Teller
from tool_specs.phrasing.wording import phrasable

__all__ = [
    "ask",
    "budget",
    "describe",
    "identity",
    "phrasable",
    "raise_request",
    "roles",
    "task_text",
    "tell",
    "told_first",
]


def describe(
    words: Lexicon, programs: Sequence[Program], number: int, facts: Mapping[str, Json], rng: random.Random
) -> Phrase:
    """Returns the noun phrase, in the user's voice, for what program `number` selects."""
    return _describe(words, programs, number, facts, rng)


def ask(words: Lexicon, request: Request, facts: Mapping[str, Json], roles: Sequence[str], rng: random.Random) -> str:
    """Returns the request as an infinitive clause that tells exactly these roles (none: only the vague matter).

    For a question and for something out of scope the roles make no difference. A role that has no place in the
    clause follows as a sentence of its own.
    """
    teller = Teller(words, request, facts, rng)
    if request.kind == "answer":
        return f"{rng.choice(('know', 'find out', 'know', 'check', 'ask'))} {teller.question(direct=False)}"
    if request.tool is None:
        return rng.choice(words.out_of_scope[request.refusal.request]) if request.refusal else ""
    clause, left = teller.clause(roles)
    later = [*teller.otherwise(roles, left), *teller.sentences(left)]
    return ". ".join([clause, *(one.rstrip(".") for one in later)])


def tell(
    words: Lexicon,
    request: Request,
    facts: Mapping[str, Json],
    roles: Sequence[str],
    rng: random.Random,
    *,
    answering: bool = False,
) -> list[str]:
    """Returns sentences that tell exactly these roles, one each.

    With `answering` the agent has just asked for them, so that a bare "my gift card" will do.
    """
    if request.kind == "answer" or request.tool is None:
        return [raise_request(words, request, facts, roles, rng)]
    return Teller(words, request, facts, rng).sentences(roles, answering=answering)


def raise_request(
    words: Lexicon, request: Request, facts: Mapping[str, Json], roles: Sequence[str], rng: random.Random
) -> str:
    """Returns one or more whole sentences that raise a request and tell exactly these roles."""
    if request.kind == "answer":
        teller = Teller(words, request, facts, rng)
        direct = rng.random() < 0.5
        question = teller.question(direct=direct)
        if question.endswith("?"):
            return sentence(question)
        return want(question, rng, asking=True)
    if request.tool is None:
        return want(ask(words, request, facts, (), rng), rng)
    teller = Teller(words, request, facts, rng)
    clause, left = teller.clause(roles)
    bidding = teller.joint is not None and teller.joint.role in roles
    instead = request.condition and request.condition.branch == "otherwise"
    wish = otherwise_wanted(clause, rng) if instead else want(clause, rng, bidding=bidding)
    return " ".join([wish, *teller.otherwise(roles, left), *teller.sentences(left)])


def budget(words: Lexicon, request: Request, facts: Mapping[str, Json], rng: random.Random) -> str:
    """Returns sentences that tell the budget that a request is under, once it and the other one have been told."""
    own = budget_of(request.programs)
    return budget_said(words, request.programs, facts[own.fact], rng) if own is not None else ""


def flavour(words: Lexicon, request: Request, facts: Mapping[str, Json], rng: random.Random) -> str:
    """Returns a sentence that tells nothing, as people add them, or ""."""
    own = words.writes.get(request.tool or "")
    texts = own.say.get("", ()) if own else ()
    # Who leaves it open which thing it will be has nothing to say about that thing.
    if not texts or joint(words, request) is not None:
        return ""
    many = Teller(words, request, facts, random.Random(0)).role("object").plural
    return sentence(rng.choice(texts).format(**VERBS[many]))


def identity(words: Lexicon, entries: Sequence[Knowledge], rng: random.Random, *, answering: bool = False) -> str:
    """Returns sentences by which the user says who they are: all of these entries.

    With `answering` the agent has just asked, so that the bare e-mail address will do.
    """
    if answering and len(entries) == 1 and rng.random() < 0.65:
        return str(entries[0].value)
    left = {entry.type: str(entry.value) for entry in entries}
    parts: list[str] = []
    combined = sorted((key for key in words.facts if "," in key), key=lambda key: -key.count(","))
    for key in combined:
        types = key.split(",")
        if all(kind in left for kind in types):
            parts.append(rng.choice(words.facts[key]).format(**{kind: left.pop(kind) for kind in types}))
    for kind, value in left.items():
        parts.append(rng.choice(words.facts.get(kind, ("{value}",))).replace("{value}", value))
    if len(parts) > 1 and rng.random() < 0.5:
        return sentence(f"{parts[0]}, {inside(parts[1])}") + "".join(f" {sentence(part)}" for part in parts[2:])
    return " ".join(sentence(part) for part in parts)


def task_text(words: Lexicon, task: Task, rng: random.Random) -> str:
    """Returns everything at once, in the user's words: who they are, all requests, all details."""
    facts = {entry.name: entry.value for entry in task.knowledge}
    who = identity(words, [entry for entry in task.knowledge if entry.identity], rng)
    told: list[str] = []
    for number, request in enumerate(task.requests):
        text = _whole(words, request, facts, rng)
        instead = request.condition and request.condition.branch == "otherwise"
        told.append(text if instead else connect(text, number, len(task.requests), rng))
    told += [text for text in [budget(words, task.requests[-1], facts, rng)] if text]
    if who and rng.random() < 0.55:
        told.insert(0, who)
    elif who:
        told.append(who)
    greeting = rng.choice(_GREETINGS)
    names = tuple(str(entry.value) for entry in task.knowledge)
    if greeting.endswith(",") and not told[0].startswith(names):
        told[0] = inside(told[0]) + told[0][len(told[0].rstrip(".!?")) :]
    else:
        greeting = greeting.replace(",", ".")
    text = clean(" ".join([greeting, *told]))
    return casual(text, rng) if rng.random() < 0.4 else text


_GREETINGS = ("", "", "Hi,", "Hello.", "Hey,", "Hi there.", "Hello,", "Hey there,", "Good morning.", "Hi!", "", "")


def told_first(words: Lexicon, request: Request, facts: Mapping[str, Json], rng: random.Random) -> str:
    """Returns a request with a flaw as its user tells it first, all that is told at that time."""
    if not request.flaw:
        return ""
    held = request.flaw.role if request.flaw.kind == "ask_first" else None
    told = [role for role in roles(words, request) if role != held]
    return raise_request(words, request.told_first, {**facts, **request.flaw.facts}, told, rng)


def _whole(words: Lexicon, request: Request, facts: Mapping[str, Json], rng: random.Random) -> str:
    every = [role for role in roles(words, request)]
    if request.kind == "answer" or request.tool is None or not every:
        return raise_request(words, request, facts, every, rng)
    # The clause takes what a person can say in one breath; the rest follows in short sentences.
    first = every[: rng.choice((1, 2, 2, 3, 3))] if every[0] == "object" else every
    if "object" in first and "target" in every and "target" not in first:
        first = [*first, "target"]
    parts = [raise_request(words, request, facts, first, rng)]
    if rng.random() < 0.3:
        parts.append(flavour(words, request, facts, rng))
    later = [role for role in every if role not in first]
    return " ".join([*parts, *tell(words, request, facts, later, rng)])
