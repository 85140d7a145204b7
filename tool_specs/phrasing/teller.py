"""One request in the user's voice: its templates, filled with what each of its roles is called.

clause(["object", "payment"]) -> "send my lamp back and have the money go to my gift card"
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from schemas.base import Json
from schemas.task import Request
from tool_specs.lexicon import Lexicon, Texts, WriteWords
from tool_specs.phrasing import together
from tool_specs.phrasing.conditions import only_if
from tool_specs.phrasing.differences import question_texts
from tool_specs.phrasing.english import Phrase, clean, listed, sentence, slots_in
from tool_specs.phrasing.frames import want
from tool_specs.phrasing.meaning import level_of
from tool_specs.phrasing.nouns import Form, describe
from tool_specs.phrasing.qualifiers import TIED, Anaphora
from tool_specs.phrasing.roles import joint, original, parameters_of, question_key, roles, told_level
from tool_specs.phrasing.wishes import otherwise, spoken

_COMMAS = re.compile(r"(, *)+")
_LONG = 12
"""Blanks in a phrase after which nothing else should follow."""
_PARTICLE = re.compile(r"\{object\} (back|off|as (?!the\b)\w+)\b")
_BEFORE_IT = re.compile(r"\b(off|back|up|out) \{object\}")
VERBS = {
    False: {"is": "is", "was": "was", "does": "does", "has": "has", "s": "s", "it": "it"},
    True: {"is": "are", "was": "were", "does": "do", "has": "have", "s": "", "it": "them"},
}


class Teller:
    """Fills templates of one request."""

    def __init__(self, words: Lexicon, request: Request, facts: Mapping[str, Json], rng: random.Random) -> None:
        self.words, self.request, self.facts, self.rng = words, spoken(request), facts, rng
        self._whole = request
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
            if self._mentioned():
                phrase = Phrase(phrase.it, phrase.plural)
            found["object"] = phrase.text
        if self.joint is not None:
            found.update(together.slots(self.words, self.joint, names, self.facts, self.rng))
        for name in sorted(names - {"object"} - found.keys() - set(VERBS[True])):
            form: Form = "distributive" if swapped and found["object"].startswith(("each ", "every ")) else "definite"
            ahead = both and template.find("{target}") < template.find("{object}")
            anaphora: Anaphora = "apart" if apart else "near" if both else ""
            found[name] = self.role(name, anaphora=anaphora, ahead=ahead, form=form).text
        return {**found, **VERBS[phrase.plural]}

    def _mentioned(self) -> bool:
        """Whether the object has just been spoken of: what is wanted otherwise is about the same thing."""
        condition, place = self.request.condition, told_level(self.words, self.request, "object")
        number = place[0] if place is not None else None
        return bool(condition and condition.branch == "otherwise") and number in (None, 0)

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
        return describe(self.words, self.request.programs, bind.program, self.facts, self.rng, told=told, form=form)

    def _selected(
        self, role: str, place: tuple[int, str | None], anaphora: Anaphora, ahead: bool, form: Form
    ) -> Phrase:
        programs, (number, told) = self.request.programs, place
        first = next(s.bind for s in parameters_of(self.words, self.request, role).values() if s.bind is not None)
        texts = original(self.words, programs, first)
        if texts:
            text = self.rng.choice(texts)
            if "{object}" in text:
                text = text.format(object=describe(self.words, programs, number, self.facts, self.rng, told=told).text)
            return Phrase(text)
        implied = role == "target"
        return describe(
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
            texts = self.words.facts.get(role) or self.words.facts.get(name) or ("{value}",)
            if isinstance(value, list) and value and isinstance(value[0], dict):
                text = self.rng.choice(texts)
                return listed([text.format(**each) for each in value])
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
        named = [(_named_in(text), text) for text in texts]
        fitting = [(len(names), text) for names, text in named if names <= told]
        if not told or not fitting:
            return self.rng.choice(self._matters(own)), list(wanted)
        most = max(count for count, _ in fitting)
        text = self.rng.choice([text for count, text in fitting if count == most])
        if self._mentioned():  # "call it off", not "call off it"
            text = _BEFORE_IT.sub(r"{object} \1", text)
        slots = self.slots(text)
        alone = [other for names, other in named if names == {"object"} and other.endswith("{object}")]
        if alone and TIED.search(slots.get("object", "")):  # what follows would belong to the tie
            text = alone[0]
        left = [role for role in wanted if f"{{{role}}}" not in text]
        ending = [other for other in texts if other.endswith("{object}") and _named_in(other) == _named_in(text)]
        if slots.get("object", "").count(" ") > _LONG and ending:  # "have the loan that ... renewed" is hard to follow
            text = ending[0]
        if slots.get("object", "").count(" ") > 3:  # "send back the ...": a particle does not wait for a long phrase
            text = _PARTICLE.sub(r"\1 {object}", text)
        return clean(text.format(**slots)), left

    def _matters(self, own: WriteWords) -> Texts:
        """Returns the topics that name no role but the request's: who changes a date does not speak of the shelf."""
        others = set(own.roles.values()).difference(roles(self.words, self.request))
        return tuple(text for text in own.topic if others.isdisjoint(text.split())) or own.topic

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
            found.extend(self.otherwise((role,)))
        return found

    def otherwise(self, roles: Sequence[str], left: Collection[str] = ()) -> list[str]:
        """Returns sentences on roles that have been told: what will do instead, and on what condition it is wanted."""
        found: list[str] = []
        for role in roles:
            place = told_level(self.words, self.request, role) if role not in left else None
            if place is None or self._is_original(role):
                continue
            if self._whole.programs[place[0]].wishes:
                found.append(otherwise(self.words, self._whole.programs, place[0], self.rng))
            condition = self._whole.condition
            if condition and condition.branch != "otherwise" and condition.bind.program == place[0]:
                limit = self.facts[condition.fact]
                found.append(only_if(self.words, self.request.programs, condition, limit, self.rng))
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

    def _is_original(self, role: str) -> bool:
        """Whether a role is only "the one already there" of what another role describes."""
        binds = [source.bind for source in parameters_of(self.words, self.request, role).values()]
        return any(bind is not None and original(self.words, self.request.programs, bind) for bind in binds)

    def question(self, direct: bool | None = None) -> str:
        """Returns the question of an information request; direct ones end with a question mark."""
        texts = question_texts(self.words, question_key(self.request))
        fitting = [text for text in texts if direct is None or text.endswith("?") == direct]
        text = self.rng.choice(fitting or texts)
        return clean(text.format(**self.slots(text)))


@lru_cache(maxsize=256)
def _named_in(template: str) -> frozenset[str]:
    return frozenset(slots_in(template))
