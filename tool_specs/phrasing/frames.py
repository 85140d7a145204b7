"""Sentence frames: how people wrap what they want. Nothing here knows a domain or a task."""

from __future__ import annotations

import random
import re

from tool_specs.phrasing.english import inside, sentence

_WANT = (
    "I'd like to {}.",
    "I want to {}.",
    "I need to {}.",
    "I would like to {}.",
    "I'm looking to {}.",
    "I'm trying to {}.",
    "I was hoping to {}.",
    "I have to {}.",
    "I'm hoping to {}.",
    "I was wondering if I could {}.",
    "I'm writing because I want to {}.",
    "I'd like your help to {}.",
    "Can I {}?",
    "Could I {}?",
    "Can you help me {}?",
    "Could you help me {}?",
    "Is it possible to {}?",
    "Would it be possible to {}?",
    "Any chance I can {}?",
    "Please help me {}.",
    "Need to {}.",
    "Looking to {}.",
    "Trying to {}.",
    "Just want to {}.",
    "Help me {}, please.",
    "Hoping to {}.",
    "Would you help me {}?",
)
_WANT_BRIEFLY = (
    "How do I {}?",
    "What do I have to do to {}?",
    "Is there a way to {}?",
    "I think I want to {}.",
    "I've decided to {}.",
    "Basically I need to {}.",
    "So I want to {}.",
    "I'd love to {}.",
)
"""For a few words only: who asks how something is done does not go into every detail of it."""
_BRIEF = 45
_BID = (
    "I'd like you to {}.",
    "I want you to {}.",
    "I need you to {}.",
    "Please {}.",
    "Could you {}?",
    "Can you {}?",
    "Could you please {}?",
    "Would you {}?",
    "I was hoping you could {}.",
    "I'm hoping you can {}.",
    "Here's what I'd like you to do: {}.",
    "Can I ask you to {}?",
    "I was wondering if you could {}.",
    "I'd appreciate it if you could {}.",
    "I'd need you to {}.",
    "Can you please {}?",
)
_KNOW = (
    "I'd like to know {}.",
    "Can you tell me {}?",
    "Could you tell me {}?",
    "I want to know {}.",
    "Tell me {}, please.",
    "I need to know {}.",
    "I was wondering {}.",
    "Do you know {}?",
    "Can you check {}?",
    "Could you look up {}?",
    "Please tell me {}.",
    "I'm trying to find out {}.",
    "Just wondering {}.",
    "Any idea {}?",
    "Could you find out {}?",
    "I'm curious {}.",
)
_THEN = (
    "Also, {}",
    "And {}",
    "Then, {}",
    "One more thing: {}",
    "Besides that, {}",
    "Another thing, {}",
    "Also {}",
    "Plus, {}",
)
_LAST = ("And finally, {}", "Last thing: {}", "Oh, and {}", "And lastly, {}", "Finally, {}")


_START = re.compile(r"(^|[.?!:] )(I'?\b|(?:The|My)\b|[A-Z][a-z']*\b(?! [A-Z][a-z]))")
_I = re.compile(r"\bI\b(?=[' ])")


def want(clause: str, rng: random.Random, *, asking: bool = False, bidding: bool = False) -> str:
    """Returns a sentence that wants something: an infinitive clause, or an embedded question (`asking`).

    With `bidding` the clause says what the agent should do, not what the user wants to do.
    """
    wants = (*_WANT, *_WANT_BRIEFLY) if len(clause) <= _BRIEF else _WANT
    frame = rng.choice(_KNOW if asking else _BID if bidding else wants)
    return sentence(frame.format(clause))


def connect(text: str, number: int, count: int, rng: random.Random) -> str:
    """Returns a request's sentences as the `number`-th of several."""
    if number == 0 or rng.random() < 0.2:
        return text
    head, mark, rest = _first_sentence(re.sub(r"^(?:So|Basically) (?=I)", "", text))
    frames = _LAST if number == count - 1 and rng.random() < 0.4 else _THEN
    return sentence(rng.choice(frames).format(inside(head)) + mark) + rest


def _first_sentence(text: str) -> tuple[str, str, str]:
    found = re.match(r"(.*?)([.?!])(?=\s+[A-Z]|$)(.*)$", text, re.DOTALL)
    return (found[1], found[2], found[3]) if found else (text, "", "")


def casual(text: str, rng: random.Random) -> str:
    """Returns the text as typed in a hurry: small letters where sentences begin, maybe no last full stop."""
    # A large letter before another large one is taken for a name: "Nora Field here".
    text = _START.sub(lambda found: found[1] + found[2].lower(), text)
    text = _I.sub("i", text)
    return text[:-1] if text.endswith(".") and rng.random() < 0.6 else text
