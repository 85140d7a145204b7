"""Agent words: how one agent puts things, from the grammar of results and from tables for everything around them.

It is given what the agent knows and nothing else: told selections, what following them found, arguments, answers of
reads. No phrase of a table is used twice in a dialogue as long as there are others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.base import Json, rng_of
from schemas.program import Condition, column_id
from stages.simulate_dialogues import wording_agent as tables
from stages.simulate_dialogues import wording_temper as moods
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.told import Told
from stages.simulate_dialogues.wishes import Wish
from tool_specs.dice import Dice
from tool_specs.phrasing import agent as grammar
from tool_specs.phrasing.agent import Known
from tool_specs.phrasing.budgets import argued as budget_argued
from tool_specs.phrasing.conditions import weighed
from tool_specs.phrasing.differences import worked_out
from tool_specs.phrasing.english import a, listed, number, number_of
from tool_specs.phrasing.meaning import bindings, level_of, levels
from tool_specs.phrasing.roles import told_level
from tool_specs.programs import ReadKey, column

_CHECKS_FIRST = 0.35
_WELL_KNOWN = frozenset({"example", "gmail", "googlemail", "hotmail", "icloud", "outlook", "yahoo"})
"""Hosts that are spelt right: where one leads nowhere, the mistake is elsewhere in the address."""
_CAREFUL = 0.5
_ASKS_NUMBERS = 0.35
_DRAWS = 4


class AgentWords:
    """One agent's way of putting things, and of going about them.

    Attributes:
        careful: Whether this agent makes sure that nothing else fits what a user describes; the others take a user at
            their word and stop at the first row that fits. Drawn from the seed alone: no agent knows who errs.
        asks_numbers: Whether this agent asks for a thing's own number when it asks which one is meant.
    """

    def __init__(self, desk: Desk, seed: Json) -> None:
        """Takes the desk's lexicon; the seed decides among variants."""
        self.desk = desk
        self.lexicon = desk.lexicon
        self.dice = Dice("agent", seed)
        self.careful = is_careful(seed)
        self.asks_numbers = Dice("numbers", seed).chance(_ASKS_NUMBERS)
        self.rng = rng_of("agent grammar", seed)
        self._used: set[str] = set()
        self._nouns: set[str] = set()

    def pick(self, options: Sequence[str]) -> str:
        """Returns a variant that has not been used yet, if there is one."""
        fresh = [text for text in options if text not in self._used] or options
        text = self.dice.pick(fresh)
        self._used.add(text)
        return text.replace("{service}", self.lexicon.service)

    # Who is it

    def ask_identity(self, *, again: bool, raised: bool) -> str:
        """Asks who the user is."""
        if again:
            return f"{self.pick(tables.ASK_AGAIN)} {self.pick(self.lexicon.ask_identity)}"
        lead = self.pick(tables.HELP_GLADLY) if raised else self.pick(tables.WELCOME)
        return f"{lead} {self.pick(self.lexicon.ask_identity)}"

    def ask_rest(self, facts: Sequence[str], *, again: bool, raised: bool) -> str:
        """Asks for what is still lacking of what finds the user."""
        lead = "" if again else self.pick(tables.HELP_GLADLY if raised else tables.WELCOME)
        return f"{lead} {self.pick(tables.ASK_REST).replace('{facts}', _listing(facts))}".strip()

    def ask_otherwise(self, facts: Sequence[str]) -> str:
        """Asks for other facts than those that the user does not have."""
        return self.pick(tables.ASK_OTHERWISE).replace("{facts}", _listing(facts))

    def who_is_it(self) -> str:
        """Asks again who the user is, in other words."""
        return self.pick(self.lexicon.ask_identity)

    def nobody_found(self, told: Sequence[tuple[str, str]]) -> str:
        """Says that nobody has these facts, and where the mistake may be."""
        value = " ".join(value for _, value in told)
        text = self.pick(tables.NOBODY).replace("{value}", value)
        text = text[:1].upper() + text[1:] if text.split(" ")[0].isalpha() else text
        host = value.rpartition("@")[2].partition(".")[0] if "@" in value else ""
        odd = host and host.lower() not in _WELL_KNOWN
        hint = self.pick(tables.TYPO_HOST).replace("{part}", host) if odd else self.pick(tables.TYPO)
        return f"{text} {hint}"

    def identified(self) -> str:
        """Says that the account is found."""
        return self.pick(tables.IDENTIFIED)

    # Leading the conversation

    def what_can_i_do(self) -> str:
        """Asks for the first request."""
        return self.pick(tables.WHAT_CAN_I_DO)

    def what_exactly(self) -> str:
        """Asks what a hint was about."""
        return self.pick(tables.WHAT_EXACTLY)

    def anything_else(self) -> str:
        """Asks for the next request."""
        return self.pick(tables.ANYTHING_ELSE)

    def bye(self) -> str:
        """Says good-bye."""
        return self.pick(tables.BYE)

    def noted(self) -> str:
        """Takes a change in."""
        return self.pick(tables.NOTED)

    def back_to_business(self, text: str) -> str:
        """Leads back from another topic to what was asked."""
        question = _last_question(text)
        return f"{self.pick(tables.BACK)} {question}"

    def soothe(self, *, waited: bool) -> str:
        """Answers impatience, or not; who has not waited yet is not asked to forgive it."""
        return self.pick(tables.SOOTHE if waited else tables.SOOTHE_FIRST) if self.dice.chance(0.6) else ""

    def calm(self) -> str:
        """Answers frustration."""
        return self.pick(moods.CALM)

    def sure(self) -> str:
        """Answers doubts; the evidence follows."""
        return self.pick(moods.SURE)

    def what_is(self, thing: str, names: Sequence[str]) -> str:
        """Asks what a makeshift name means, or whether it is the one thing that has been read of."""
        if len(names) == 1:
            return self.pick(moods.IS_IT).replace("{thing}", thing).replace("{name}", names[0].lower())
        return self.pick(moods.WHAT_IS).replace("{thing}", thing)

    def checks_first(self) -> bool:
        """Whether to ask if the right thing was found before going on."""
        return self.dice.chance(_CHECKS_FIRST)

    def is_that_it(self, comparison: str, *, many: bool) -> str:
        """Asks whether the right thing was found, or the right things."""
        fitting = [text for text in tables.IS_THAT_IT if not many or "one" not in text]
        return f"{comparison} {self.pick(fitting)}"

    def reminder(self, tool: str) -> str:
        """Reminds the user of what policy wants to be said before the details; "" where it wants nothing."""
        own = self.lexicon.writes.get(tool)
        return self.pick(own.reminder) if own is not None and own.reminder else ""

    def ask_fact(self, wish: Wish, fact: str) -> str:
        """Asks for a stated value."""
        return f"Which {fact.rpartition('.')[2].replace('_', ' ')} is it about?"

    # Results

    def ask_role(self, tool: str, role: str) -> str:
        """Asks for a role that has not been told."""
        own = self.lexicon.writes.get(tool)
        texts = own.question.get(role, ()) if own else ()
        return self.pick(texts) if texts else grammar.question(self.lexicon, tool, role, self.rng)

    def number_if_any(self, slot: str) -> str:
        """Asks for a thing's own number, or not."""
        return self.pick(tables.NUMBER_IF_ANY).replace("{number}", number_of(slot)) if self.asks_numbers else ""

    def offers(self, labels: Sequence[str]) -> str:
        """Lists what there is to choose from, with numbers."""
        if len(labels) == 1:
            return self.pick(tables.ONLY_OPTION).replace("{label}", labels[0])
        numbered = listed([f"({place}) the {label}" for place, label in enumerate(labels, 1)])
        return self.pick(tables.OPTIONS).replace("{list}", numbered).replace("{count}", number(len(labels)))

    def look_it_up(self) -> str:
        """Says that it will go without what the user does not have."""
        return self.pick(tables.LOOK_IT_UP)

    def describe_it(self) -> str:
        """Asks for a description."""
        return self.pick(tables.DESCRIBE_IT)

    def compare(self, told: Told, place: int, reads: Mapping[ReadKey, Any], facts: Mapping[str, Json]) -> str:
        """Says what selection number `place` came to, against what; "" where there was nothing to choose."""
        if told.selection is None:
            return ""
        return grammar.compare_one(
            self.lexicon,
            told.request.programs,
            place,
            told.selection,
            self.rng,
            told=told.levels.get(place),
            reads=reads,
            facts=facts,
        )

    def in_order(self, told: Told, place: int) -> str:
        """Says what selection number `place` came to by what it ranked; "" where it ranked nothing."""
        if told.selection is None:
            return ""
        programs, level = told.request.programs, told.levels.get(place)
        return grammar.in_order(self.lexicon, programs, place, told.selection, self.rng, told=level)

    def condition(
        self, told: Told, condition: Condition, value: Json, facts: Mapping[str, Json], *, holds: bool
    ) -> str:
        """Says what the number is that a write depends on, and whether it is as the user wants it."""
        limit, as_said = facts[condition.fact], holds is (condition.branch != "otherwise")
        return weighed(self.lexicon, told.request.programs, condition, value, limit, self.rng, holds=as_said)

    def argued(self, told: Told, limit: Json) -> str:
        """Says why the rows of two selections under one budget are the ones."""
        if told.selection is None:
            return ""
        return budget_argued(self.lexicon, told.request.programs, told.selection, limit, self.rng)

    def left_undone(self) -> str:
        """Says that nothing is done, as the user wanted."""
        return self.pick(tables.LEFT_UNDONE)

    def left_at_that(self) -> str:
        """Takes in that a request is taken back: nothing is done about it."""
        return self.pick(tables.LEFT_AT_THAT)

    def bye_undone(self) -> str:
        """Says good-bye to somebody who leaves in the middle of a request."""
        return self.pick(tables.BYE_UNDONE)

    def confirm(self, tool: str, arguments: Mapping[str, Json], known: Known, answer: Any = None) -> str:
        """Lists the details of a write, which would give this answer, and asks for a yes; not twice in one frame."""
        text = ""
        for _ in range(_DRAWS):
            text = grammar.confirm(self.lexicon, tool, arguments, known, self.rng, answer)
            frame = (text.partition(":")[0], text.rpartition("? ")[2][-30:])
            if not self._used.intersection(frame):
                self._used.update(frame)
                break
        return text

    def once_more(self, details: str) -> str:
        """Leads to the details a second time."""
        return f"{self.pick(tables.ONCE_MORE)} {details}"

    def done(self, tool: str, arguments: Mapping[str, Json], known: Known) -> str:
        """Reports a write."""
        return grammar.done(self.lexicon, tool, arguments, known, self.rng)

    def answer(self, told: Told, value: Json, comparison: str) -> str:
        """Answers a question, unless the comparison that goes before has done so."""
        bind = next(iter(told.request.sources.values())).bind
        named = bind is not None and bind.aggregate == "none"
        if named and _stands(value, comparison):
            return comparison
        if bind is not None and bind.aggregate == "count" and _counted(value, comparison):
            return comparison
        if bind is not None and bind.aggregate == "difference" and told.selection is not None:
            values = [column(row, bind.column) for row in told.selection.picked[bind.program]]
            return f"{comparison} {worked_out(self.lexicon, told.request, values, value, self.rng)}".strip()
        text = grammar.answer(self.lexicon, told.request, value, self._object(told), self.rng)
        return f"{comparison} {text}".strip()

    def _object(self, told: Told) -> str:
        """Names the one row that an answer is about."""
        bind = next(iter(told.request.sources.values())).bind
        if bind is None or bind.aggregate != "none" or bind.many or told.selection is None:
            return ""
        level = level_of(self.lexicon, told.request.programs, bind.program, bind.column)
        rows = told.selection.picked[bind.program]
        row = rows[0].get(level.name) if level is not None and rows else None
        if level is None or not isinstance(row, dict):
            return ""
        programs = told.request.programs
        above = [
            (column_id(programs, owner, (step.name,)), rows[0][step.name])
            for owner, step in reversed(bindings(programs, bind.program))
            if step.name != level.name and isinstance(rows[0].get(step.name), dict)
        ]
        name = grammar.label(self.lexicon, level.id, row, above)
        named = "_id}" in level.words.label or "{id}" in level.words.label
        return name if named else f"the {name}"

    def refusal(self, rule: str, detail: str, tool: str, arguments: Mapping[str, Json], known: Known) -> str:
        """Explains why something cannot be done, with what the rows show where there are words for it."""
        return grammar.refusal(self.lexicon, rule, detail, self.rng, tool=tool, arguments=arguments, known=known)

    def not_there(
        self,
        told: Told,
        role: str,
        reads: Mapping[ReadKey, Any],
        facts: Mapping[str, Json],
        *,
        tied: bool,
        value: Json = None,
    ) -> str:
        """Says that nothing fits, or too much, and what there is; or that a stated value leads nowhere."""
        if value is not None:
            text = self.pick(tables.NOT_FOUND).replace("{value}", str(value))
            return f"{text} {self.pick(tables.TYPO)}"
        text = self._instead(told, role, reads, facts, tied=tied)
        if text:
            return f"{text} {self.pick(tables.WHICH_OF_THEM if tied else tables.WHAT_THEN)}"
        noun, text = self._noun(told, role), self.pick(tables.TIED if tied else tables.NOTHING_FITS)
        text = text.replace("{noun}", noun).replace("{a_noun}", a(noun))
        return f"{text} {self.pick(tables.WHICH_ONE)}"

    def _instead(
        self, told: Told, role: str, reads: Mapping[ReadKey, Any], facts: Mapping[str, Json], *, tied: bool
    ) -> str:
        """Names what a description fits; or, for the object, what there is where it fits nothing."""
        place = told_level(self.lexicon, told.request, role) if told.request.tool else None
        programs = told.request.programs
        if place is None or told.selection is None or programs[place[0]].pick != "only":
            return ""
        if tied:
            return grammar.alike(self.lexicon, programs, place[0], told.selection, self.rng, place[1])
        if programs[place[0]].start is not None:
            return ""
        return grammar.unlike(self.lexicon, programs, place[0], self.rng, place[1], reads, facts)

    def _noun(self, told: Told, role: str) -> str:
        """Returns what a role's rows are called."""
        place = told_level(self.lexicon, told.request, role) if told.request.tool else None
        every = levels(self.lexicon, told.request.programs, place[0]) if place is not None else []
        found = [level.words.singular for level in every if place is not None and level.name == place[1]]
        return found[0] if found else "match"

    def gives_up(self) -> str:
        """Leaves a request for which nothing was found."""
        return self.pick(tables.GIVES_UP)

    def still_no(self) -> str:
        """Stays with a refusal."""
        return self.pick(tables.STILL_NO)

    def cannot_do(self) -> str:
        """Says that something is out of reach."""
        return self.pick(self.lexicon.refusals.get("out_of_scope", tables.CANNOT))

    def summary(self, words: str, writes: Sequence[tuple[str, dict[str, Json]]]) -> str:
        """Returns what the next agent should know: the user's own words, and what was done before."""
        done = [self.lexicon.writes[tool].noun for tool, _ in writes if tool in self.lexicon.writes]
        before = f" Already done in this conversation: {', '.join(done)}." if done else ""
        return f"The customer wrote: {words!r}. None of my tools can do that.{before}"

    def turn_to(self, tool: str, *, first: bool) -> str:
        """Leads over to another request, or to the first of several."""
        own = self.lexicon.writes.get(tool)
        if own is None:
            return ""
        noun = f"other {own.noun}" if own.noun in self._nouns else own.noun
        self._nouns.add(own.noun)
        return self.pick(tables.START_WITH if first else tables.TURN_TO).replace("{noun}", noun)


def is_careful(seed: Json) -> bool:
    """Whether the agent of this seed is careful."""
    return Dice("care", seed).chance(_CAREFUL)


def _stands(value: Json, comparison: str) -> bool:
    """Whether a comparison says a value: an amount, an id, or a name of several words."""
    if isinstance(value, float):
        return grammar.money(value) in comparison
    telling = isinstance(value, str) and (" " in value or any(sign.isdigit() for sign in value))
    return telling and str(value).lower() in comparison.lower()


def _counted(value: Json, comparison: str) -> bool:
    """Whether a list that was told begins with how many there are."""
    count = number(value) if isinstance(value, int) else ""
    return re.search(rf"\b(?:found|see|are|is|has) {count}\b", comparison) is not None if count else False


def _listing(facts: Sequence[str]) -> str:
    return listed([fact.replace("_", " ") for fact in facts])


def _last_question(text: str) -> str:
    """Returns a text's last sentence that asks something, or the text."""
    pieces = text.replace("! ", ". ").split(". ")
    asking = [piece for piece in pieces if "?" in piece]
    return asking[-1] if asking else text
