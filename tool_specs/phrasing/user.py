"""What a user says: requests, single details, who they are, a whole task. First person, like a person would write it.

    ask(...)   -> "send back the most expensive item of everything that has been delivered to me"
    tell(...)  -> ["The money should go to my gift card."]

Deterministic from the random generator given. Every function tells exactly the roles that it is asked to.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence

from schemas.base import Json
from schemas.program import Program
from schemas.task import Knowledge, Request, Task
from tool_specs.lexicon import Lexicon, Texts
from tool_specs.phrasing import together
from tool_specs.phrasing.english import Phrase, clean, inside, sentence, slots_in
from tool_specs.phrasing.frames import casual, connect, want
from tool_specs.phrasing.meaning import (
    joint,
    level_of,
    original,
    parameters_of,
    question_key,
    roles,
    texts_for,
    told_level,
)
from tool_specs.phrasing.nouns import Anaphora, Form
from tool_specs.phrasing.nouns import describe as _describe
from tool_specs.phrasing.wording import phrasable

__all__ = ["ask", "describe", "identity", "phrasable", "raise_request", "roles", "task_text", "tell"]

_COMMAS = re.compile(r"(, *)+")
_PARTICLE = re.compile(r"\{object\} (back|off)\b")
_VERBS = {
    False: {"is": "is", "was": "was", "does": "does", "has": "has", "s": "s", "it": "it"},
    True: {"is": "are", "was": "were", "does": "do", "has": "have", "s": "", "it": "them"},
}


def describe(
    words: Lexicon, programs: Sequence[Program], number: int, facts: Mapping[str, Json], rng: random.Random
) -> Phrase:
    """Returns the noun phrase, in the user's voice, for what program `number` selects."""
    return _describe(words, programs, number, facts, rng)


class _Teller:
    """Fills templates of one request."""

    def __init__(self, words: Lexicon, request: Request, facts: Mapping[str, Json], rng: random.Random) -> None:
        self.words, self.request, self.facts, self.rng = words, request, facts, rng
        self.joint = joint(words, request)

    def slots(self, template: str, wanted: Collection[str] = (), *, apart: bool = False) -> dict[str, str]:
        """Returns the values of a template's slots; `apart`: the object was told before, in another sentence."""
        names = {*slots_in(template), *wanted}
        found: dict[str, str] = {}
        phrase = Phrase("")
        both = "object" in names and "target" in names
        swapped = both and any(p.role == "target" and p.pick == "each" for p in self.request.programs)
        if "object" in names:
            phrase = self.role("object", form=self._object_form(swapped))
            found["object"] = phrase.text
        if self.joint is not None:
            found.update(together.slots(self.words, self.joint, names, self.facts, self.rng))
        for name in sorted(names - {"object"} - found.keys() - set(_VERBS[True])):
            form: Form = "distributive" if swapped and found["object"].startswith(("each ", "every ")) else "definite"
            ahead = both and template.find("{target}") < template.find("{object}")
            anaphora: Anaphora = "apart" if apart else "near" if both else ""
            found[name] = self.role(name, anaphora=anaphora, ahead=ahead, form=form).text
        return {**found, **_VERBS[phrase.plural]}

    def _object_form(self, swapped: bool) -> Form:
        if not swapped:
            return "definite"
        return "distributive" if self.rng.random() < 0.7 else "plural"

    def role(self, role: str, *, anaphora: Anaphora = "", ahead: bool = False, form: Form = "definite") -> Phrase:
        """Returns the noun phrase (or clause) that tells a role."""
        if role == "objects":
            role, form = "object", "bare"
        if self.request.tool is None:
            return self._answer_row(form)
        stated = {
            name: self.facts[source.fact]
            for name, source in parameters_of(self.words, self.request, role).items()
            if source.fact is not None
        }
        place = told_level(self.words, self.request, role)
        if place is not None and (place[1] is not None or not stated):
            return self._selected(role, place, anaphora, ahead, form)
        return Phrase(self._literal(role, stated))

    def _answer_row(self, form: Form) -> Phrase:
        bind = next(iter(self.request.sources.values())).bind
        if bind is None:
            return Phrase("")
        level = level_of(self.words, self.request.programs, bind.program, bind.column)
        told = level.name if level else None
        return _describe(self.words, self.request.programs, bind.program, self.facts, self.rng, told=told, form=form)

    def _selected(
        self, role: str, place: tuple[int, str | None], anaphora: Anaphora, ahead: bool, form: Form
    ) -> Phrase:
        programs, (number, told) = self.request.programs, place
        first = next(s.bind for s in parameters_of(self.words, self.request, role).values() if s.bind is not None)
        texts = original(self.words, programs, first)
        if texts:
            text = self.rng.choice(texts)
            if "{object}" in text:
                text = text.format(object=_describe(self.words, programs, number, self.facts, self.rng, told=told).text)
            return Phrase(text)
        implied = role == "target"
        return _describe(
            self.words,
            programs,
            number,
            self.facts,
            self.rng,
            told=told,
            form=form,
            anaphora=anaphora,
            ahead=ahead,
            implied=implied,
        )

    def _literal(self, role: str, stated: Mapping[str, Json]) -> str:
        if len(stated) > 1:
            text = self.rng.choice(self.words.facts[role])
            return clean(_COMMAS.sub(", ", text.format(**{name: str(v) for name, v in stated.items()})))
        for name, value in stated.items():
            choices = self.words.choices.get(name, {}).get(str(value))
            if choices:
                return self.rng.choice(choices)
            texts = self.words.facts.get(name) or self.words.facts.get(role) or ("{value}",)
            return self.rng.choice(texts).replace("{value}", str(value))
        return ""

    def clause(self, wanted: Sequence[str]) -> tuple[str, list[str]]:
        """Returns the request as an infinitive clause and the roles that found no place in it."""
        own = self.words.writes[self.request.tool or ""]
        told = set(wanted)
        if self.joint is not None and self.joint.role in told:
            text = self.rng.choice(together.fitting(self.words, self.joint, own.joint))
            return clean(text.format(**self.slots(text))), [role for role in wanted if role != self.joint.role]
        # "Its cheapest version" for each of several things can only be said after the things.
        each = any(program.role == "target" and program.pick == "each" for program in self.request.programs)
        texts = [text for text in own.ask if not (each and 0 <= text.find("{target}") < text.find("{object}"))]
        named = [(set(slots_in(text)), text) for text in texts]
        fitting = [(len(names), text) for names, text in named if names <= told]
        if not told or not fitting:
            return self.rng.choice(own.topic), list(wanted)
        most = max(count for count, _ in fitting)
        text = self.rng.choice([text for count, text in fitting if count == most])
        left = [role for role in wanted if f"{{{role}}}" not in text]
        slots = self.slots(text)
        if slots.get("object", "").count(" ") > 3:  # "send back the ...": a particle does not wait for a long phrase
            text = _PARTICLE.sub(r"\1 {object}", text)
        return clean(text.format(**slots)), left

    def sentences(self, wanted: Sequence[str], *, answering: bool = False) -> list[str]:
        """Returns sentences that tell these roles."""
        own = self.words.writes[self.request.tool or ""]
        found: list[str] = []
        for role in wanted:
            if self.joint is not None and role == self.joint.role:
                found.append(self.both(answering=answering))
                continue
            texts: Texts = own.say.get(role) or (f"{{{role}}}",)
            if answering and self.rng.random() < 0.4:
                texts = (f"{{{role}}}",)
            text = self.rng.choice(texts)
            found.append(sentence(text.format(**self.slots(text, apart=True))))
        return found

    def both(self, *, answering: bool) -> str:
        """Returns sentences that tell two roles as one."""
        own = self.words.writes[self.request.tool or ""]
        texts = together.fitting(self.words, self.joint, own.say.get("joint", ())) if self.joint is not None else ()
        if texts and self.rng.random() < 0.6:
            text = self.rng.choice(texts)
            return sentence(text.format(**self.slots(text)))
        clause, _ = self.clause((self.joint.role,) if self.joint is not None else ())
        return sentence(clause) if answering and self.rng.random() < 0.5 else want(clause, self.rng, bidding=True)

    def question(self, direct: bool | None = None) -> str:
        """Returns the question of an information request; direct ones end with a question mark."""
        texts = texts_for(self.words.questions, question_key(self.request))
        fitting = [text for text in texts if direct is None or text.endswith("?") == direct]
        text = self.rng.choice(fitting or texts)
        return clean(text.format(**self.slots(text)))


def _teller(words: Lexicon, request: Request, facts: Mapping[str, Json], rng: random.Random) -> _Teller:
    return _Teller(words, request, facts, rng)


def ask(words: Lexicon, request: Request, facts: Mapping[str, Json], roles: Sequence[str], rng: random.Random) -> str:
    """Returns the request as an infinitive clause that tells exactly these roles (none: only the vague matter).

    For a question and for something out of scope the roles make no difference. A role that has no place in the
    clause follows as a sentence of its own.
    """
    teller = _teller(words, request, facts, rng)
    if request.kind == "answer":
        return f"{rng.choice(('know', 'find out', 'know', 'check', 'ask'))} {teller.question(direct=False)}"
    if request.tool is None:
        return rng.choice(words.out_of_scope[request.refusal.request]) if request.refusal else ""
    clause, left = teller.clause(roles)
    return ". ".join([clause, *(one.rstrip(".") for one in teller.sentences(left))])


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
    return _teller(words, request, facts, rng).sentences(roles, answering=answering)


def raise_request(
    words: Lexicon, request: Request, facts: Mapping[str, Json], roles: Sequence[str], rng: random.Random
) -> str:
    """Returns one or more whole sentences that raise a request and tell exactly these roles."""
    if request.kind == "answer":
        teller = _teller(words, request, facts, rng)
        direct = rng.random() < 0.5
        question = teller.question(direct=direct)
        if question.endswith("?"):
            return sentence(question)
        return want(question, rng, asking=True)
    if request.tool is None:
        return want(ask(words, request, facts, (), rng), rng)
    teller = _teller(words, request, facts, rng)
    clause, left = teller.clause(roles)
    bidding = teller.joint is not None and teller.joint.role in roles
    return " ".join([want(clause, rng, bidding=bidding), *teller.sentences(left)])


def flavour(words: Lexicon, request: Request, facts: Mapping[str, Json], rng: random.Random) -> str:
    """Returns a sentence that tells nothing, as people add them, or ""."""
    own = words.writes.get(request.tool or "")
    texts = own.say.get("", ()) if own else ()
    # Who leaves it open which thing it will be has nothing to say about that thing.
    if not texts or joint(words, request) is not None:
        return ""
    many = _teller(words, request, facts, random.Random(0)).role("object").plural
    return sentence(rng.choice(texts).format(**_VERBS[many]))


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
        told.append(connect(_whole(words, request, facts, rng), number, len(task.requests), rng))
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
