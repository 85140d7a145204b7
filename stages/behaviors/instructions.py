"""Instructions: what a language model that plays the user is told to do.

The text has three parts: the goal (the task in the user's words), the manner, and the rules that hold for every user.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.behavior import Disclosure, Register, Trait
from schemas.task import Flaw, Task

DISCLOSURE: dict[Disclosure, str] = {
    "all_at_once": "Put everything into your first message: who you are, what you want, and every detail.",
    "drip": (
        "Let it out bit by bit: open with what you want in a few words, then add one detail per message, also when "
        "nobody has asked for it yet."
    ),
    "only_when_asked": "Say in one line what you want. Give each detail only when the agent asks for it.",
    "vague_start": (
        "Open vaguely (that you need help, or the matter in a few words, no details). Get to the point when asked."
    ),
}

REGISTER: dict[Register, str] = {
    "neutral": "Write as people do in a chat: short, ordinary sentences. Be neither rude nor especially polite.",
    "terse": "Write very short messages, often one to three words, lower case, little punctuation, no pleasantries.",
    "chatty": "Write relaxed, talkative messages; mention now and then why you want it, without new facts about it.",
}

TRAITS: dict[Trait, str] = {
    "typos": (
        "Make a few typing errors in ordinary words. Never in e-mail addresses, ids, names, numbers or product names."
    ),
    "impatience": "You are in a hurry and say so once or twice, without insults.",
    "slip": (
        "Once, give an identifying or stated value with a small mistake in it. When the agent finds nothing, asks, or "
        "repeats the wrong value to you, notice it and give the right one."
    ),
    "change_of_mind": (
        "First ask for a variant of what you want (the opposite end of the ranking, another payment method, another "
        "reason). Before you confirm anything, change your mind to what your goal says."
    ),
    "refuse_first": (
        "The first time you are asked to confirm, do not agree yet: ask to have it explained again. Then agree."
    ),
    "off_topic": "Once, answer a question with a remark that has nothing to do with the matter. Then come back to it.",
    "multi_request": "Announce all your requests at once at the start.",
}

ONE_BY_ONE = "You have several requests: raise the next one only when the one before is finished."

RULES = (
    "Never invent a fact, an id, a name or a preference that is not in your goal. If you are asked for something that "
    "is not there, say that you don't know.",
    "Do not give away what your goal describes only by its properties as an id or a name you could not know.",
    "Confirm an action only if what the agent lists agrees with your goal; otherwise say what is wrong.",
    "If the agent refuses, you may object once; then accept it.",
    "When everything in your goal is done or refused, say good-bye and write ###STOP###.",
    "If the agent transfers you to a person, write ###TRANSFER###.",
    "If the agent asks about something outside your goal, write that it does not matter to you; if the dialogue has "
    "nothing to do with your goal any more, write ###OUT-OF-SCOPE###.",
    "Write one message at a time, only the words you would type, and never speak for the agent.",
)


FIRST: dict[str, str] = {
    "conflict": (
        "You have something wrong at first: you tell it as follows, and believe it. When the agent tells you that it "
        "is not so, admit it and say what your goal says."
    ),
    "omission": (
        "At first you tell it as follows, which fits more than one. Tell it as your goal does when the agent asks "
        "which one you mean."
    ),
    "ask_first": (
        "At first you tell it as follows. Say nothing about the {role} until the agent asks for it; then tell it as "
        "your goal does."
    ),
}
"""What a user tells first by the task itself, by the kind of its flaw."""


def instruction(task: Task, disclosure: Disclosure, register: Register, traits: Sequence[Trait]) -> str:
    """Returns the whole text for one user."""
    manner = [DISCLOSURE[disclosure], REGISTER[register], *(TRAITS[trait] for trait in traits)]
    if len(task.requests) > 1 and "multi_request" not in traits:
        manner.append(ONE_BY_ONE)
    known = "; ".join(f"{entry.name}: {entry.value}" for entry in task.knowledge if entry.identity)
    parts = [
        "You are a customer who writes to a service desk.",
        f"# Your goal\n{task.text}",
        f"# Who you are\n{known}",
        "# Your manner\n" + "\n".join(f"- {line}" for line in manner),
        *(f"# What you tell first\n{_first(request.flaw)}" for request in task.requests if request.flaw),
        "# Rules\n" + "\n".join(f"- {line}" for line in RULES),
    ]
    return "\n\n".join(part for part in parts if not part.endswith("\n"))


def _first(flaw: Flaw) -> str:
    return f"{FIRST[flaw.kind].format(role=flaw.role.replace('_', ' '))}\n{flaw.text}"
