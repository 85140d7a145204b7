"""Writes in words: how a change is asked for, told in parts, confirmed and reported; from its name and parameters.

renew_loan(loan_id, period)          -> "renew {object}", "renew {object}, with {period} as the period"
update_loan_status(loan_id, status)  -> "update the status of {object} to {status}"
enroll_member_in_class(member_id, class_id)   -> "enroll me in {object}"
report_lost(loan_id)                 -> "report {object} as lost"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.lexicon import Texts, WriteWords
from tool_specs.phrasing.english import a, listed, plural
from tool_specs.plain_words.names import PARTICLES, action, gerund, is_adjective, participle, said, singular, tokens
from tool_specs.plain_words.parameters import DETAILS, Feeds, Parameter, groups_of, parameters_of
from tool_specs.plain_words.rows import RowKind

_CREATING = frozenset({"create", "add", "make", "open", "place", "start", "schedule", "submit", "request", "file"})
_SWAPPING = {"swap": "for", "exchange": "for", "replace": "with"}
_TO = frozenset({"set", "change", "update", "move", "switch", "reschedule", "modify", "edit", "rename", "upgrade"})
_TO_TOO = frozenset({"downgrade", "postpone", "extend", "correct", "adjust", "assign", "transfer"})
_MINE = re.compile(r"the ([^{}]+) of \{object\}")


def write_words(spec: ToolSpec, rows: Sequence[RowKind], people: frozenset[str], feeds: Feeds) -> WriteWords:
    """Returns a write's words."""
    parameters = parameters_of(spec, rows, people, feeds)
    row = next(
        (row for row in rows if any(_shows(spec, p, row, feeds) for p in parameters if p.what == "object")), None
    )
    return _Writer(spec, parameters, row is not None and row.owned).words()


def literal_roles(parameters: Sequence[Parameter]) -> dict[str, Texts]:
    """Returns phrases for values that the user states as they are, by role."""
    found: dict[str, Texts] = {}
    for role in dict.fromkeys(each.role for each in parameters if each.what == "value"):
        names = [each.name for each in parameters if each.role == role]
        found[role] = ("{value}",) if len(names) == 1 else (", ".join(f"{{{name}}}" for name in names),)
    return found


def _shows(spec: ToolSpec, parameter: Parameter, row: RowKind, feeds: Feeds) -> bool:
    return bool(row.own_id) and (spec.name, parameter.name) in feeds.get(f"{row.id}.{row.own_id}", ())


class _Writer:
    """Writes the words of one tool."""

    def __init__(self, spec: ToolSpec, parameters: Sequence[Parameter], owned: bool) -> None:
        self.parameters = parameters
        self.owned = owned
        words = tokens(spec.name)
        self.verb, rest = words[0], words[1:]
        self.particle = ""
        if rest and rest[0] in PARTICLES and len(rest) > 1:
            self.particle, rest = rest[0], rest[1:]
        self.groups = list(groups_of(tuple(word for word in rest if word not in DETAILS)))
        self.object = next((each for each in parameters if each.what == "object"), None)
        told = {each.role: each for each in parameters if each.what in ("target", "id", "choice", "value")}
        self.others = list(told.values())
        self.placed: set[str] = set()
        self.matter = self._matter()
        if self.object is not None and self.object.mine:
            self.matter = _MINE.sub(r"my \1", self.matter).replace("{object}", "my account")
            self.object = None

    @property
    def act(self) -> str:
        """The verb with its particle."""
        return f"{self.verb} {self.particle}".strip()

    def _matter(self) -> str:
        """Returns what follows the verb: `{object}`, `the status of {object}`, `me in {object}`."""
        parts: list[str] = []
        for preposition, words in self.groups:
            text = self._group(words, bool(preposition))
            parts.append(f"{preposition} {text}".strip())
        if self.object is not None and "object" not in self.placed:
            said_parts = " ".join(parts)
            words = self.groups[0][1] if self.groups and not self.groups[0][0] else ()
            if words and all(map(is_adjective, words)):
                parts = [f"{{object}} as {said_parts}"]
            elif words and self.verb in _CREATING:
                parts = [f"{a(said(words))} for {{object}}", *parts[1:]]
            elif words:
                parts = [f"the {said(words)} of {{object}}", *parts[1:]]
            else:
                parts = ["{object}", *parts]
        return " ".join(part for part in parts if part)

    def _group(self, words: tuple[str, ...], after: bool) -> str:
        single = (*words[:-1], singular(words[-1]))
        for each in self.parameters:
            noun = tuple(each.noun.split(" "))
            if each.role in self.placed and each.what != "me":
                continue
            if single == noun or (each.what == "me" and single[-1] == noun[-1] and len(single) == 1):
                if each.what == "me":
                    return "me"
                if each.what in ("object", "id"):
                    self.placed.add(each.role)
                    return f"{{{each.role}}}"
            place = _place(single, noun)
            if each.what == "object" and len(single) > len(noun) and place is not None:
                self.placed.add("object")
                left = words[place + len(noun) :]  # what is before says which ones it can be done to
                if not left:
                    return "{object}"
                return (
                    f"{{object}} as {said(left)}" if all(map(is_adjective, left)) else f"the {said(left)} of {{object}}"
                )
        return said(words) if not after or all(map(is_adjective, words)) else f"the {said(words)}"

    def words(self) -> WriteWords:
        """Returns the write's words."""
        base = f"{self.act} {self.matter}".strip()
        asks = [base]
        if self.matter == "{object}":
            done = participle(self.verb) + (f" {self.particle}" if self.particle else "")
            asks += [f"have {{object}} {done}", f"get {{object}} {done}"]
        full = base + self._with_others()
        roles = {each.name: each.role for each in self.parameters}
        return WriteWords(
            roles=roles,
            topic=self._topics(),
            ask=tuple(dict.fromkeys([*asks, *([full, full] if full != base else [])])),
            say=self._says(),
            question=self._questions(),
            confirm=self._confirm(),
            done=self._done(),
            noun=self._noun(),
        )

    def _with_others(self) -> str:
        left = [each for each in self.others if each.role not in self.placed]
        if not left or len(left) > 2:
            return ""
        first, *rest = left
        if first.what == "target":
            text = f" {_SWAPPING.get(self.verb, 'to')} {{{first.role}}}"
        elif self._is_set_to(first):
            text = f" to {{{first.role}}}"
        elif first.what == "id":
            text = f" with {{{first.role}}}"
        else:
            text = f", with {{{first.role}}} as the {first.noun}"
        return text + "".join(f" and {{{each.role}}} as the {each.noun}" for each in rest)

    def _is_set_to(self, each: Parameter) -> bool:
        changing = self.verb in _TO | _TO_TOO
        return changing and (each.noun in self.matter or not any(words for _, words in self.groups[1:]))

    def _topics(self) -> Texts:
        if self.object is None:
            return (f"{self.act} {self.matter or 'something'}".strip(),)
        noun = self.object.noun
        one = f"one of my {plural(noun)}" if self.owned else a(noun)
        found = [self.matter.replace("{object}", one), self.matter.replace("{object}", a(noun))]
        blank = {each.role: a(each.noun) for each in self.others}
        return tuple(dict.fromkeys(f"{self.act} {_filled(text, blank)}" for text in found))

    def _says(self) -> dict[str, Texts]:
        found: dict[str, Texts] = {}
        if self.object is not None:
            found["object"] = ("It's about {object}.", "I mean {object}.", "I'm talking about {object}.")
        for each in self.others:
            slot = f"{{{each.role}}}"
            if each.what in ("id", "target"):
                found[each.role] = (f"I'd like {slot}.", f"Take {slot}.", f"For the {each.noun}, {slot}.")
            else:
                found[each.role] = (
                    f"The {each.noun} should be {slot}.",
                    f"The {each.noun} is {slot}.",
                    f"As for the {each.noun}: {slot}.",
                    f"{slot} as the {each.noun}, please.",
                )
        return found

    def _questions(self) -> dict[str, Texts]:
        found: dict[str, Texts] = {}
        if self.object is not None:
            noun = self.object.noun
            which = f"Which of your {plural(noun)} is it about?" if self.owned else f"Which {noun} should it be?"
            found["object"] = (
                which,
                f"Which {noun} do you mean?",
                f"Which {noun} would you like to {self._you(self.matter)}?"
                if self.matter == "{object}"
                else f"Which {noun} is it about?",
                f"Can you tell me which {noun} you mean?",
            )
            if self.matter == "{object}":
                found["object"] = (*found["object"][:2], f"Which {noun} would you like to {self.act}?")
        for each in self.others:
            texts = [_choice_words(value) for value in each.choices]
            options = f": {listed(texts, 'or')}" if 1 < len(texts) <= 6 else ""
            found[each.role] = (
                f"What should the {each.noun} be{options}?",
                f"Which {each.noun} should it be{options}?",
            )
        return found

    def _you(self, text: str) -> str:
        return " ".join({"me": "you", "my": "your"}.get(word, word) for word in text.split(" "))

    def _rest(self) -> str:
        """Returns the other arguments, for a list of details."""
        left = [each for each in self.others if each.role not in self.placed]
        scalar = [e for e in self.parameters if e.what == "object" and not e.many]
        inside = ""
        if scalar and any(each.what == "object" and each.many for each in self.parameters):
            inside = f" (from {scalar[0].noun} {{{scalar[0].name}}})"
        named = ("id", "target")  # whose labels say what they are
        parts = [f"{{{each.role}}}" if each.what in named else f"{each.noun}: {{{each.role}}}" for each in left]
        return inside + "".join(f"; {part}" for part in parts)

    def _confirm(self) -> Texts:
        details = f"{self.act} {self._you(self.matter)}".strip() + self._rest()
        return (f"I'll {details}", f"I {details}", details, f"I'm going to {details}")

    def _done(self) -> Texts:
        done = participle(self.verb) + (f" {self.particle}" if self.particle else "")
        matter = self._you(self.matter)
        texts = [f"Done, I've {done} {matter}.", f"All set: I've {done} {matter}.", f"I've just {done} {matter}."]
        if matter == "{object}":
            texts += [f"{{object}} has been {done}.", f"Done. {{object}} is {done}."]
        return tuple(texts)

    def _noun(self) -> str:
        about = self.object.noun if self.object is not None else ""
        what = action(self.verb) or gerund(self.verb)
        return f"{about} {what}".strip() if what != about else what


def _place(words: tuple[str, ...], noun: tuple[str, ...]) -> int | None:
    """Returns where a noun stands among words."""
    places = range(len(words) - len(noun) + 1)
    return next((place for place in places if words[place : place + len(noun)] == noun), None)


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _choice_words(value: Json) -> str:
    return str(value).replace("_", " ")


def choice_texts(parameters: Sequence[Parameter]) -> dict[str, dict[str, Texts]]:
    """Returns what users say for the values among which a parameter lets them choose."""
    return {
        each.name: {str(value): (_choice_words(value),) for value in each.choices if isinstance(value, str)}
        for each in parameters
        if each.what == "choice" and any(isinstance(value, str) for value in each.choices)
    }
