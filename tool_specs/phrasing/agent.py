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

from schemas.base import Json
from schemas.task import Request
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.comparing import compare, compare_one
from tool_specs.phrasing.english import clean, inside, is_plural, listed, money, sentence, slots_in
from tool_specs.phrasing.labels import Known, Seen, agent_text, contents, full_label, label, labels, price, state_text
from tool_specs.phrasing.meaning import column_words, question_key, texts_for
from tool_specs.remember import remembered

__all__ = [
    "Known", "Seen", "answer", "ask_identity", "compare", "compare_one", "confirm", "done", "full_label", "label",
    "labels", "money", "question", "refusal", "transfer",
]  # fmt: skip

_OPENINGS = (
    "Here is what I will submit:",
    "To confirm:",
    "Just to be sure, these are the details:",
    "This is what I would do:",
    "Before I submit it, please check:",
    "Let me sum up:",
    "So here are the details:",
    "These are the details:",
    "I have it ready as follows:",
    "In short:",
    "So the plan is this:",
    "What I'm about to send off:",
    "Everything together:",
    "Please have a look at this:",
    "My summary:",
    "Then it would be:",
    "I've put it together like this:",
    "As I understand you:",
    "This would go into the system:",
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
_MORE = (
    "{} covers the difference of {}.",
    "You pay the difference of {1} with {0}.",
    "The difference of {1} is charged to {0}.",
    "It costs {1} more, to be paid with {0}.",
    "That's {1} extra, charged to {0}.",
    "There's {1} to pay on top, from {0}.",
)
_BACK = (
    "The difference of {1} is refunded to {0}.",
    "You get {1} back to {0}.",
    "{1} goes back to {0}.",
    "The versions differ by {1}, which is returned to {0}.",
    "It's cheaper by {1}, and that goes to {0}.",
    "A refund of {1} is made to {0}.",
)
_EVEN = (
    "There is no price difference; the payment method on file for it is {0}.",
    "The prices are equal (payment method: {0}).",
)
_ANSWERS = ("That's {value}.", "It's {value}.", "The answer is {value}.")
_MAX_CONTENTS = 6
_COMMAS = re.compile(r"(, *)+")
_STARTS = re.compile(r"(^|[.!?] )([a-z])")
_COLUMN_SLOT = re.compile(r"\{(\w+\.\w+)\}")


def question(words: Lexicon, tool: str, role: str, rng: random.Random) -> str:
    """Returns what an agent asks when a role of a write has not been told."""
    own = words.writes.get(tool)
    texts = own.question.get(role, ()) if own else ()
    return rng.choice(texts) if texts else f"Could you tell me the {role.replace('_', ' ')}?"


def ask_identity(words: Lexicon, rng: random.Random) -> str:
    """Returns what the agent says to find out who it talks to."""
    return rng.choice(words.ask_identity)


def confirm(words: Lexicon, tool: str, arguments: Mapping[str, Json], known: Known, rng: random.Random) -> str:
    """Returns all details of a write and the question for a yes."""
    slots = _Slots(words, tool, arguments, known, rng)
    body = (
        sentence(inside(slots.fill(rng.choice(words.writes[tool].confirm)))) if tool in words.writes else slots.plain()
    )
    body = body[0].lower() + body[1:] if not body.startswith(("I ", "I'")) and body[:2] not in ("#W",) else body
    return clean(f"{rng.choice(_OPENINGS)} {body} {rng.choice(_CLOSINGS)}")


def done(words: Lexicon, tool: str, arguments: Mapping[str, Json], known: Known, rng: random.Random) -> str:
    """Returns the report after a write, with what policy tells to add."""
    own = words.writes.get(tool)
    if own is None:
        return "Done."
    slots = _Slots(words, tool, arguments, known, rng, brief=True)
    # A long list of pairs has just been confirmed; the report need not repeat it.
    texts = [text for text in own.done if "{pairs}" not in text] if slots.many else own.done
    parts = [_capitals(slots.fill(rng.choice(texts or own.done)))]
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
    return _capitals(clean(text.format(value=said, object=object_text, is_="", **verbs)))


def _value(words: Lexicon, column: str, value: Json) -> str:
    if isinstance(value, list):
        return listed([_value(words, column, one) for one in value])
    own = column_words(words, column)
    return agent_text(own, column, value) if own is not None and own.kind in ("money", "text") else str(value)


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
        return _capitals(rng.choice([text for text in shown if text]))
    for key in (detail, rule):
        if words.refusals.get(key):
            return rng.choice(words.refusals[key])
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


class _Slots:
    """Fills the slots of a write's confirmation and report from its arguments and what was read."""

    def __init__(
        self,
        words: Lexicon,
        tool: str,
        arguments: Mapping[str, Json],
        known: Known,
        rng: random.Random,
        *,
        brief: bool = False,
    ) -> None:
        self.words, self.arguments, self.known, self.rng, self.brief = words, arguments, known, rng, brief
        self.roles: dict[str, list[str]] = {}
        self._names: dict[str, list[str]] = {}
        for parameter, role in words.writes[tool].roles.items() if tool in words.writes else ():
            if parameter in arguments:
                self.roles.setdefault(role, []).append(parameter)
        lists = [value for value in arguments.values() if isinstance(value, list)]
        self.many = bool(lists) and (len(lists[0]) > 1 or is_plural(self._named("object")[0].partition(" (")[0]))

    def fill(self, template: str) -> str:
        """Returns the template with every slot filled; an empty sentence left by an empty slot goes."""
        return clean(template.format(**{name: self.slot(name) for name in slots_in(template)})).replace(". .", ".")

    def plain(self) -> str:
        """Returns the arguments as they are, for a write without words."""
        return sentence(listed([f"{name.replace('_', ' ')}: {value}" for name, value in self.arguments.items()]))

    def slot(self, name: str) -> str:
        """Returns one slot: `pairs` (of object and target), `replacements`, `settlement`, a role, or an argument."""
        if name in ("pairs", "replacements"):
            return self._pairs("for" if name == "pairs" else "with")
        if name == "settlement":
            return self._settlement()
        if name in self.roles:
            return self._role(name)
        value = self.arguments.get(name, "")
        return listed([str(one) for one in value]) if isinstance(value, list) else str(value)

    def _list(self, role: str) -> tuple[str, list[Json]]:
        for parameter in self.roles.get(role, ()):
            value = self.arguments[parameter]
            if isinstance(value, list):
                return parameter, value
        return "", []

    def _rows(self, role: str) -> list[Seen | None]:
        _, ids = self._list(role)
        scalars = [value for value in self.arguments.values() if isinstance(value, str)]
        inner = _preferred(self.words, role == "target")
        return [self.known.find(one, inner, scalars[0] if scalars else None) for one in ids]

    def _named(self, role: str) -> list[str]:
        if role not in self._names:
            self._names[role] = self._find_names(role)
        return self._names[role]

    def _find_names(self, role: str) -> list[str]:
        parameter, ids = self._list(role)
        noun = parameter.removeprefix("new_").removesuffix("s").removesuffix("_id").replace("_", " ")
        rows = self._rows(role)
        # A report after the yes need not repeat the numbers.
        names = labels(self.words, [row for row in rows if row is not None])
        texts = []
        for one, row in zip(ids, rows, strict=True):
            if row is None:
                texts.append(f"{noun} {one}")
            elif self.brief:
                name = names.pop(0)
                texts.append(f"the {full_label(self.words, row) if role == 'target' else name}")
            else:
                name = names.pop(0)
                number = f"{noun} {one}"
                if role == "target":
                    texts.append(f"the {full_label(self.words, row, number)}")
                else:
                    texts.append(f"the {name[:-1]}; {number})" if name.endswith(")") else f"the {name} ({number})")
        return texts

    def _pairs(self, joint: str) -> str:
        old, new = self._named("object"), self._named("target")
        pairs = [f"{one} {joint} {other}" for one, other in zip(old, new, strict=False)]
        return "; ".join(pairs) if len(pairs) > 2 else listed(pairs)

    def _settlement(self) -> str:
        payment = self._role("payment")
        old = [price(self.words, row) for row in self._rows("object") if row is not None]
        new = [price(self.words, row) for row in self._rows("target") if row is not None]
        _, ids = self._list("object")
        if len(old) != len(ids) or len(new) != len(ids) or None in old or None in new:
            return f"Any price difference goes to or comes from {payment}."
        difference = round(sum(p or 0.0 for p in new) - sum(p or 0.0 for p in old), 2)
        texts = _MORE if difference > 0 else _BACK if difference < 0 else _EVEN
        return _capitals(
            sentence(self.rng.choice(texts[1:] if texts is _MORE else texts).format(payment, money(abs(difference))))
        )

    def _role(self, role: str) -> str:
        if self._list(role)[1]:
            return listed(self._named(role))
        parameters = self.roles[role]
        values = {name: str(self.arguments[name]) for name in parameters}
        if len(parameters) > 1:
            texts = self.words.facts.get(role)
            text = texts[0].format(**values) if texts else listed(list(values.values()))
            return clean(_COMMAS.sub(", ", text))
        value = values[parameters[0]]
        if parameters[0] in self.words.choices:
            return value
        row = self.known.find(value, tuple(self.words.rows))
        if row is None:
            return f"{parameters[0].removesuffix('_id').replace('_', ' ')} {value}"
        name = label(self.words, row.id, row.row, row.above)
        if value not in name:
            return f"your {name}"
        inner = [] if self.brief else contents(self.words, row)
        return f"{name} ({listed(inner)})" if 0 < len(inner) <= _MAX_CONTENTS else name


@remembered(1)
def _preferred(words: Lexicon, other: bool) -> tuple[str, ...]:
    """Returns the rows that are the user's (or the other ones), innermost first."""
    found = [row_id for row_id, row in words.rows.items() if bool(row.scope) is not other]
    return tuple(sorted(found, key=lambda row_id: -row_id.count(".")))


def _capitals(text: str) -> str:
    """Returns sentences with large first letters."""
    return _STARTS.sub(lambda found: found[1] + found[2].upper(), sentence(text))
