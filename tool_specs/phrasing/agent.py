"""What an agent says: questions, comparisons, the details before a write, reports, answers, refusals.

    question(...) -> "Where should the refund go: to the original payment method, or to a gift card?"
    confirm(...)  -> "Here is what I will submit: return of the red mesh office chair (item 4274709903) from order
                      #W3113816, refund to gift card ending in 3546. Shall I go ahead (yes/no)?"

It speaks of rows that it has read (`Known`); what it has not read it names by id.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from schemas.base import Json
from schemas.task import Request
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.columns import column_words, texts_for
from tool_specs.phrasing.comparing import compare, compare_one
from tool_specs.phrasing.english import capitals, clean, inside, is_plural, listed, money, sentence
from tool_specs.phrasing.labels import Known, Seen, agent_text, full_label, label, labels, state_text
from tool_specs.phrasing.noticing import alike, unlike
from tool_specs.phrasing.rankings import in_order
from tool_specs.phrasing.roles import question_key
from tool_specs.phrasing.slots import Slots

__all__ = [
    "Known", "Seen", "alike", "answer", "ask_identity", "compare", "compare_one", "confirm", "done", "full_label",
    "in_order", "label", "labels", "money", "question", "refusal", "transfer", "unlike",
]  # fmt: skip

_OPENINGS = (
    "Here is what I will submit:",
    "To confirm:",
    "Just to be sure, these are the details:",
    "This is the plan:",
    "Before I submit it, please check:",
    "Let me sum up:",
    "So here are the details:",
    "These are the details:",
    "I have it ready as follows:",
    "In short:",
    "So this would be it:",
    "Here's what is about to go out:",
    "All together:",
    "Please have a look at this:",
    "My summary:",
    "I've put it together like this:",
    "As I understand you:",
    "Let me read it back to you:",
)
_CLOSINGS = (
    "Shall I go ahead (yes/no)?",
    "Is that right? Please answer yes or no.",
    "Do you confirm (yes/no)?",
    "May I go ahead? Please say yes or no.",
    "Can I submit it (yes/no)?",
    "Please confirm with yes, or tell me what to change.",
    "Should I proceed (yes/no)?",
    "Do you want me to do this (yes/no)?",
    "If all of that is correct, just say yes.",
    "Do I have your okay (yes/no)?",
    "Is everything as you want it (yes/no)?",
    "A yes from you and I'll do it.",
    "Are you fine with this, yes or no?",
    "Would you confirm that for me with a yes?",
    "Does this look good to you? Yes or no will do.",
    "Ready for me to send it (yes/no)?",
    "Say yes and it goes through; say no and nothing happens.",
    "Can I have your yes on that?",
)
_ANSWERS = ("That's {value}.", "It's {value}.", "The answer is {value}.")
_COLUMN_SLOT = re.compile(r"\{(\w+\.\w+)\}")


def question(words: Lexicon, tool: str, role: str, rng: random.Random) -> str:
    """Returns what an agent asks when a role of a write has not been told."""
    own = words.writes.get(tool)
    texts = own.question.get(role, ()) if own else ()
    return rng.choice(texts) if texts else f"Could you tell me the {role.replace('_', ' ')}?"


def ask_identity(words: Lexicon, rng: random.Random) -> str:
    """Returns what the agent says to find out who it talks to."""
    return rng.choice(words.ask_identity)


def confirm(
    words: Lexicon, tool: str, arguments: Mapping[str, Json], known: Known, rng: random.Random, answer: Any = None
) -> str:
    """Returns all details of a write and the question for a yes; `answer` is what the write would give, if known."""
    slots = Slots(words, tool, arguments, known, rng, answer=answer)
    body = (
        sentence(inside(slots.fill(rng.choice(words.writes[tool].confirm)))) if tool in words.writes else slots.plain()
    )
    body = body[0].lower() + body[1:] if not body.startswith(("I ", "I'")) else body
    return clean(f"{rng.choice(_OPENINGS)} {body} {rng.choice(_CLOSINGS)}")


def done(words: Lexicon, tool: str, arguments: Mapping[str, Json], known: Known, rng: random.Random) -> str:
    """Returns the report after a write, with what policy tells to add."""
    own = words.writes.get(tool)
    if own is None:
        return "Done."
    slots = Slots(words, tool, arguments, known, rng, brief=True)
    # A long list of pairs has just been confirmed; the report need not repeat it.
    texts = [text for text in own.done if "{pairs}" not in text] if slots.many else own.done
    parts = [capitals(slots.fill(rng.choice(texts or own.done)))]
    if own.tail:
        parts.append(rng.choice(own.tail).replace("{it}", "them" if slots.many else "it"))
    return clean(" ".join(parts))


def answer(words: Lexicon, request: Request, value: Json, object_text: str, rng: random.Random) -> str:
    """Returns the answer to an information request. `object_text` names what was asked about; may be ""."""
    key = question_key(request)
    texts = texts_for(words.answers, key) or _ANSWERS
    fitting = [text for text in texts if object_text or "{object}" not in text]
    text = rng.choice(fitting or _ANSWERS)
    column = key.partition(":")[2] if ":" in key else key
    said = _value(words, column, value) if not key.startswith("count:") else str(value)
    many = is_plural(object_text)
    verbs = {"s": "" if many else "s", "was": "were" if many else "was", "has": "have" if many else "has"}
    return capitals(clean(text.format(value=said, object=object_text, **verbs)))


def _value(words: Lexicon, column: str, value: Json) -> str:
    if isinstance(value, list):
        return listed([_value(words, column, one) for one in value])
    own = column_words(words, column)
    return agent_text(own, column, value) if own is not None and own.kind in ("money", "text", "date") else str(value)


def refusal(
    words: Lexicon,
    rule: str,
    detail: str,
    rng: random.Random,
    *,
    tool: str = "",
    arguments: Mapping[str, Json] | None = None,
    known: Known | None = None,
) -> str:
    """Returns how an agent explains that it may not or cannot do something.

    Texts under `rule:tool` come first; they may have slots like `{loan_id.status}` for what the row that an argument
    names shows ("loan L1 is overdue"), and are left out where that was not read or has no words.
    """
    texts = words.refusals.get(f"{rule}:{tool}", ())
    shown = [_shown(words, text, arguments or {}, known) for text in texts] if known is not None else []
    if any(shown):
        return capitals(rng.choice([text for text in shown if text]))
    for key in (detail, rule):
        if words.refusals.get(key):
            return rng.choice(words.refusals[key]).replace("{detail}", inside(detail))
    for key, texts in words.refusals.items():
        if len(key) > 12 and key in detail:
            return rng.choice(texts)
    return f"I'm sorry, I can't do that: {inside(detail)}." if detail else "I'm sorry, I can't do that."


def _shown(words: Lexicon, text: str, arguments: Mapping[str, Json], known: Known) -> str:
    """Fills `{parameter.column}` with a clause about the row that the argument names; "" where there is none."""
    for slot in _COLUMN_SLOT.findall(text):
        parameter, _, path = slot.partition(".")
        row = known.find(arguments.get(parameter), [row_id for row_id in words.rows])
        if row is None:
            return ""
        name = label(words, row.id, row.row, row.above)
        clause = state_text(column_words(words, f"{row.id}.{path}"), row.row.get(path), name)
        if not clause:
            return ""
        text = text.replace(f"{{{slot}}}", clause)
    return text


def transfer(words: Lexicon, rng: random.Random) -> str:
    """Returns what an agent says when it has handed the user to a person."""
    return rng.choice(words.refusals.get("transfer") or ("I'm handing you over to a colleague now. Please hold on.",))
