"""User hearing: the acts that a user's words are, by the lexicon's way back and by what was said before.

    hear("the cheapest delivered one", asked for the object)  -> inform(request=0, slot="object", value={program, ...})
    hear("yes, go ahead", details were listed)                -> affirm(request=0)

It knows the scenario: which requests there are and how they may be told. An act is given only where all that it says
stands in the words. What nothing is heard in is `off_topic`, at the very beginning a vague hint.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.dialogue import Act, Message
from stages.behaviors.choices import choices
from stages.behaviors.lacks import lacked_numbers
from stages.behaviors.misspellings import corrected, spelt_out
from stages.behaviors.space import playbooks_of
from stages.simulate_dialogues.hearing import cues
from stages.simulate_dialogues.hearing.asides import MOODS, misnamed, moods
from stages.simulate_dialogues.hearing.facts import Facts
from stages.simulate_dialogues.hearing.picking import options_heard
from stages.simulate_dialogues.hearing.raising import apart, spans_of
from stages.simulate_dialogues.hearing.tellings import Telling, tellings
from stages.simulate_dialogues.meanings import hint, intent, owners_of, role_acts
from tool_specs.domain import Domain
from tool_specs.phrasing.answers import affirms, refuses
from tool_specs.phrasing.roles import role_told_for, roles
from tool_specs.remember import remembered

_CLEARLY = 2
"""Details of a request that must stand beside it where a question about another one is answered."""
_SENTENCE = re.compile(r"[.!?] ")


class UserHearing:
    """Hears the user of one dialogue, message by message.

    Attributes:
        raised: The task's requests in the order of being raised; None stands for a hint at who knows which.
    """

    def __init__(self, domain: Domain, scenario: Scenario) -> None:
        """Takes the scenario that the user acts out."""
        self._lexicon = domain.lexicon
        self._task = scenario.task
        self._vague = playbooks_of(scenario.behavior)[scenario.behavior.disclosure].rule == "vague_start"
        self._revises = any(each.rule == "revises" for each in playbooks_of(scenario.behavior).values())
        self._choices = choices(self._task, domain)
        self._tellings = _tellings(scenario, domain)
        self._known = Facts(scenario, domain)
        self._facts = {entry.name: entry.value for entry in self._task.knowledge}
        self._identity = {entry.name for entry in self._task.knowledge if entry.identity}
        self._numbers = {lack.request: lack.slot for lack in lacked_numbers(self._task, domain)}
        programs = [program for request in self._task.requests for program in request.programs]
        self._limits = {program.within.fact for program in programs if program.within}
        self._texts: list[str] = []
        self._said: dict[str, Json] = {}
        self._told: dict[tuple[int, str], Telling] = {}
        self._messages = 0
        self.raised: list[int | None] = []

    def hear(self, message: Message, before: Message | None) -> tuple[Act, ...]:
        """Returns what a message means.

        Args:
            message: The user's; a good-bye that is marked on it stays.
            before: What the agent said last, with its acts.
        """
        self._messages += 1
        text = spelt_out(corrected(message.content))
        context = before.acts if before is not None else ()
        kinds = {act.kind: act for act in context}
        stated = self._known.stated(text)
        acts: list[Act] = list(message.acts)
        fresh = self._raise(text, stated, context)
        self._tell_apart(text, stated, context)
        told = [*self._roles(text, stated, fresh, context)]
        acts += self._intents(fresh, told)
        acts += self._corrections(stated, context)
        acts += self._lacking(text, stated, context)
        acts += [Act(kind="inform", slot=name, value=value) for name, value in stated.items() if name in self._identity]
        for telling in told:
            acts += self._inform(telling, stated, kinds)
        self._said.update(stated)
        self._texts.append(text)
        for choice in self._choices:
            if choice.request in self.raised:
                acts += options_heard(text, choice, context, self.raised.index(choice.request))
        reported = [act for act in context if act.kind == "response" and act.slot in (None, "answer")]
        if reported and cues.FEEDBACK.match(text):
            acts.append(Act(kind="feedback", request=reported[0].request))
        acts += moods(text, context)
        if not told and (thing := misnamed(text, context)) is not None:
            acts.append(thing)
        acts += self._answers(text.lower(), kinds, {act.kind for act in acts})
        plain = all(act.kind in MOODS for act in acts)
        if plain and _asks_for_more(context) and (cues.GOODBYE.search(text) or cues.NOTHING.fullmatch(text.strip())):
            acts.append(Act(kind="user_bye"))
        if plain and self._messages == 1:
            self.raised.append(None)
            return (hint(0), *acts)
        accepted = ("refuse" in kinds or "response_fail" in kinds) and cues.ACCEPTED.search(text) is not None
        return tuple(acts) or (() if accepted else (Act(kind="off_topic"),))

    def told(self, number: int) -> Collection[str]:
        """Returns the roles of a request that were told so far."""
        return [role for told, role in self._told if told == number]

    # Facts

    def _corrections(self, stated: dict[str, Json], context: Sequence[Act]) -> Iterator[Act]:
        """Yields what puts a value right that was told otherwise before."""
        for name, value in stated.items():
            if name in self._said and self._said[name] != value == self._facts[name]:
                place = None if name in self._identity else self._last_place()
                if any(act.kind in ("confirm", "clarify") and act.request == place for act in context):
                    yield Act(kind="negate", request=place)
                yield Act(kind="correct", slot=name, value=value)
                if place is not None:
                    yield Act(kind="inform", request=place, slot=name, value=value)
        wrong = [name for name, value in self._said.items() if name in self._identity and value != self._facts[name]]
        others = [name for name in stated if name in self._identity and name not in self._said]
        if wrong and others and not set(wrong) & set(stated):
            yield Act(kind="correct", slot=wrong[0])  # found another way, instead

    def _lacking(self, text: str, stated: dict[str, Json], context: Sequence[Act]) -> Iterator[Act]:
        """Yields that the user does not have what it was asked for."""
        asked = [act for act in context if act.kind == "request" and act.slot != "intent"]
        if not asked or not cues.LACKS.search(text):
            return
        if asked[0].request is not None:
            slot = self._numbers.get(self._number(asked[0].request), asked[0].slot)
            yield Act(kind="fail_inform", request=asked[0].request, slot=slot)
        elif untold := [name for name in self._facts if name in self._identity and name not in stated]:
            yield Act(kind="fail_inform", slot=untold[0])

    # Requests

    def _raise(self, text: str, stated: dict[str, Json], context: Sequence[Act]) -> list[int]:
        """Returns the requests that a message raises, and notes them."""
        waiting = [number for number in range(len(self._task.requests)) if number not in self.raised]
        spans: dict[int, list[tuple[int, int]]] = {}
        for number in waiting:
            spans[number] = spans_of(self._lexicon, self._task.requests[number], text)
        asked_what = any(act.kind == "request" and act.slot == "intent" and act.request is not None for act in context)
        asked_role = any(
            act.kind in ("request", "confirm", "clarify") and act.slot not in ("intent", "identity") for act in context
        )
        if asked_role and None not in self.raised:
            # Whoever answers a question raises another request only in so many words, or with what both may cost.
            least = 1 if self._limits else _CLEARLY
            waiting = [number for number in waiting if self._score(number, text, stated) >= least]
        described = [n for n in waiting if spans[n] and self._describes(n, text, stated)]
        found = described or [n for n in waiting if spans[n]]
        found.sort(key=lambda number: -self._score(number, text, stated))
        found = apart(found, spans)
        if not found and asked_what and None in self.raised:
            found = [n for n in waiting if self._describes(n, text, stated)][:1]
        found.sort(key=lambda number: spans[number][0] if spans[number] else (0, 0))
        for number in found:
            if None in self.raised:
                self.raised[self.raised.index(None)] = number
            else:
                self.raised.append(number)
        return found

    def _describes(self, number: int, text: str, stated: dict[str, Json]) -> bool:
        return self._score(number, text, stated) > 0

    def _score(self, number: int, text: str, stated: dict[str, Json]) -> int:
        """Returns how many of a request's details stand in a text."""
        own = [each for each in self._tellings if each.number == number and (each.demands or each.stated)]
        return len({each.role for each in own if _stands(each, text, stated)})

    def _intents(self, fresh: Sequence[int], told: Sequence[Telling]) -> Iterator[Act]:
        for number in fresh:
            request = self._task.requests[number]
            full = request.kind == "answer" or any(each.number == number for each in told)
            vague = self._vague and self._messages == 1 and not full
            yield intent(request, self.raised.index(number), vague=vague, full=full)

    def _tell_apart(self, text: str, stated: dict[str, Json], context: Sequence[Act]) -> None:
        """Exchanges two requests for the same tool, nothing told of either yet, where the words are the other one's."""
        for place in dict.fromkeys(act.request for act in context if act.request is not None):
            here = self._number(place)
            if here is None or self._described_so_far(here) or self._describes(here, text, stated):
                continue
            tool = self._task.requests[here].tool
            for number, other in enumerate(self._task.requests):
                free = number != here and other.tool == tool and not self._described_so_far(number)
                if free and self._describes(number, text, stated):
                    self._exchange(here, number)
                    break

    def _described_so_far(self, number: int) -> bool:
        return any(told == number for told, _ in self._told)

    def _exchange(self, one: int, other: int) -> None:
        swapped = {one: other, other: one}
        self.raised = [number if number is None else swapped.get(number, number) for number in self.raised]

    # Details

    def _roles(
        self, text: str, stated: dict[str, Json], fresh: Sequence[int], context: Sequence[Act]
    ) -> Iterator[Telling]:
        asked = {
            (self._number(act.request), act.slot or "")
            for act in context
            if act.kind in ("request", "suggest", "response_fail") and act.request is not None
        }
        focus = dict.fromkeys([*fresh, *(n for n, _ in asked), *([] if fresh else self._focus(context))])
        coupled = dict.fromkeys(number for number in self.raised if self._limits and number not in focus)
        for number in (*focus, *coupled):
            if number is None:
                continue
            request = self._task.requests[number]
            for role in roles(self._lexicon, request):
                wanted = any(n == number and role_told_for(self._lexicon, request, slot) == role for n, slot in asked)
                telling = self._telling(number, role, text, stated, wanted=wanted)
                if telling is None or (number in coupled and not self._limits & set(telling.stated)):
                    continue
                if not telling.demands and not telling.stated and not (wanted or number in fresh):
                    continue
                before = self._told.get((number, role))
                if before is not telling or wanted:
                    yield telling

    def _telling(self, number: int, role: str, text: str, stated: dict[str, Json], *, wanted: bool) -> Telling | None:
        own = [each for each in self._tellings if (each.number, each.role) == (number, role)]
        fitting = [each for each in own if _stands(each, text, stated)]
        if wanted and not fitting:
            fitting = [each for each in own if _stated_in(each, stated) and each.answers_in(text)]
        if not fitting and self._limits and (number, role) not in self._told:
            fitting = self._within(own, text, stated)
        return max(fitting, key=lambda each: (len(each.demands) + len(each.stated), each.meant), default=None)

    def _within(self, own: Sequence[Telling], text: str, stated: dict[str, Json]) -> list[Telling]:
        """Returns what is told by now of a request under a budget: so much that it may take several messages."""
        said, whole = {**self._said, **stated}, " \n".join([*self._texts, text])
        told = (each for each in own if self._limits & set(each.stated) and _stated_in(each, said))
        return [each for each in told if each.stands_in(whole) or each.answers_in(whole)]

    def _inform(self, telling: Telling, stated: dict[str, Json], kinds: dict[str, Act]) -> Iterator[Act]:
        number, role = telling.number, telling.role
        place = self.raised.index(number)
        before = self._told.get((number, role))
        if before is not None and before is not telling:
            flaw = self._task.requests[number].flaw
            if any(kind in kinds and kinds[kind].request == place for kind in ("confirm", "clarify")):
                yield Act(kind="negate", request=place)
            if not flaw:
                yield Act(kind="revise" if self._revises else "change_mind", request=place)
            elif flaw.kind == "conflict":
                yield Act(kind="correct", request=place, slot=role)
        self._told[number, role] = telling

        def said(name: str) -> Json:
            return telling.facts[name] if name in telling.facts else stated.get(name, self._facts.get(name))

        owners = owners_of(self._lexicon, telling.request)
        yield from role_acts(self._lexicon, telling.request, place, role, said, owners)

    # Answers

    def _answers(self, low: str, kinds: dict[str, Act], heard: set[str]) -> Iterator[Act]:
        for act in kinds.values():
            number = self._number(act.request)
            taken_back = number is not None and self._task.requests[number].kind in ("decline", "abandon")
            if taken_back and act.kind in ("confirm", "clarify", "request") and cues.WITHDRAWN.search(low):
                yield Act(kind="withdraw", request=act.request)
                return
        for kind in ("confirm", "clarify"):
            if kind in kinds and not heard & {"negate", "change_mind", "revise", "correct", "doubt"}:
                if any(refuses(sentence.strip()) for sentence in _SENTENCE.split(low)):
                    yield Act(kind="negate", request=kinds[kind].request)
                elif (
                    affirms(low)
                    or cues.YES.fullmatch(low.strip())
                    or (kind == "clarify" and not heard - {"inform", *MOODS})
                ):
                    yield Act(kind="affirm", request=kinds[kind].request)
                return
        refused = kinds["refuse"].request if "refuse" in kinds else None
        goes_on = "user_bye" in heard or any(kind.startswith("inform") for kind in heard)
        if refused is not None and not goes_on and cues.PROTEST.search(low):
            yield Act(kind="negate", request=refused)

    def _focus(self, context: Sequence[Act]) -> list[int | None]:
        places = [act.request for act in context if act.request is not None]
        if places:
            return [self._number(place) for place in dict.fromkeys(places)]
        return [number for number in self.raised if number is not None]

    def _number(self, place: int | None) -> int | None:
        return self.raised[place] if place is not None and place < len(self.raised) else None

    def _last_place(self) -> int | None:
        return len(self.raised) - 1 if self.raised else None


def _asks_for_more(context: Sequence[Act]) -> bool:
    return any(act.kind == "request" and act.slot == "intent" and act.request is None for act in context)


def _stands(telling: Telling, text: str, stated: dict[str, Json]) -> bool:
    return _stated_in(telling, stated) and telling.stands_in(text)


def _stated_in(telling: Telling, stated: dict[str, Json]) -> bool:
    return all(name in stated for name in telling.stated)


@remembered(2, size=64)
def _tellings(scenario: Scenario, domain: Domain) -> list[Telling]:
    return tellings(domain.lexicon, scenario.task)
