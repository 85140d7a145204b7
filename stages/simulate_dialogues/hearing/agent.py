"""Agent hearing: the acts that an agent's words are, by what it has called, what is open, and the words of questions.

    hear("Which of your loans is it?", a loan is to be renewed)     -> request(request=0, slot="object")
    hear("... due on Friday. Shall I go ahead (yes/no)?")           -> confirm(request=0, value={"loan_id": "L3", ...})

It knows the scenario, as the user does who listens: a user can tell whether its own stated values are among the
details, and no more. What only asks for a moment is `hold`; what nothing is heard in has no acts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.dialogue import Act, Message
from schemas.task import Request
from stages.behaviors.choices import choices
from stages.simulate_dialogues.hearing import cues
from stages.simulate_dialogues.hearing.details import listed
from stages.simulate_dialogues.hearing.history import calls, hints, wandered
from stages.simulate_dialogues.hearing.picking import options_told
from stages.simulate_dialogues.hearing.questions import role_asked, roles_asked
from stages.simulate_dialogues.hearing.sentences import sentences
from stages.simulate_dialogues.hearing.wanting import asks_for_yes, asks_whether, offers_otherwise
from tool_specs.domain import Domain
from tool_specs.phrasing.roles import roles
from tool_specs.remember import remembered

_HOLD = Act(kind="hold")
_WHO = re.compile(r"\b(?:account|profile|identify|who (?:am i|are you)|look you up|find you|verify)\b")


class Listener(Protocol):
    """Whoever listens to an agent: the user, or an ear that hears the user."""

    @property
    def raised(self) -> Sequence[int | None]:
        """The task's requests in the order of being raised; acts count them by their place here."""

    def told(self, number: int) -> Collection[str]:
        """Returns the roles of a request that were told so far."""


class AgentHearing:
    """Hears the agent of one dialogue, message by message."""

    def __init__(self, domain: Domain, scenario: Scenario, listener: Listener) -> None:
        """Takes the scenario that the listener acts out.

        Args:
            domain: Whose lexicon is spoken.
            scenario: What the listener wants and knows.
            listener: What the user has said so far.
        """
        self._domain = domain
        self._lexicon = domain.lexicon
        self._task = scenario.task
        self._facts = {entry.name: entry.value for entry in self._task.knowledge}
        self._listener = listener
        self._choices = choices(self._task, domain)
        self._identity = re.compile("|".join(_patterns(domain)), re.IGNORECASE)
        self._identified = not domain.identity_tools
        self._heard = 0
        self._closed: set[int] = set()
        self._turned_down: set[int] = set()
        self._hints: dict[int, bool] = {}
        self._put_again: list[Act] = []
        self._now: int | None = None
        identity = domain.identity_tools
        self._identified |= any(name in identity and not failed for name, _, failed in calls(scenario.said_before))

    def hear(self, message: Message, history: Sequence[Message]) -> tuple[Act, ...]:
        """Returns what a message means.

        Args:
            message: The agent's, in words.
            history: All messages before it.
        """
        unheard = history[self._heard :]
        made = calls(unheard)
        self._heard = len(history)
        for each in unheard:
            self._hints.update(hints(each))
        over = any(act.kind == "user_bye" for m in history[-1:] for act in m.acts)
        acts = [*self._done(made)]
        unknown = not self._identified
        for name, _, failed in made:
            self._identified = self._identified or (name in self._domain.identity_tools and not failed)
        last = made[-1] if made else None
        if last is not None and last[0] == self._domain.transfer_tool and not last[2]:
            return (*acts, Act(kind="refuse", request=self._current("out_of_scope")))
        if unknown and not self._identified:
            return (*acts, *self._who(message.content, last))
        listing = self._listing(message.content, history)
        if listing is not None:
            return (*acts, listing)
        self._open_again(message.content, history[-1:])
        business = self._business(message.content, done=bool(acts))
        if self._put_again and not made and wandered(unheard) and all(act.kind == "request" for act in business):
            business = self._put_again  # the question from before, in other words
        self._put_again = [act for act in business if act.kind in ("request", "response_fail", "confirm", "clarify")]
        acts += business
        if over and not any(act.kind in ("confirm", "request") for act in acts):
            acts = [*(act for act in acts if act != _HOLD), Act(kind="system_bye")]
        return tuple(acts)

    # Who is it

    def _who(self, text: str, last: tuple[str, dict[str, Json], bool] | None) -> Iterator[Act]:
        if last is not None and last[0] in self._domain.identity_tools:
            yield Act(kind="response_fail", slot="identity")
            for name, value in self._facts.items():
                if "." not in name and str(value) not in map(str, last[1].values()):
                    continue
                yield Act(kind="suggest", slot=name, value=value)
        elif self._identity.search(text) or _WHO.search(text.lower()):
            yield Act(kind="request", slot="identity")
        elif cues.SOMETHING_ELSE.search(text) or cues.WHAT_ABOUT.search(text):
            yield Act(kind="request", request=self._hinted(), slot="intent")
        elif cues.HOLD.search(text):
            yield _HOLD

    # What was done

    def _done(self, made: Sequence[tuple[str, dict[str, Json], bool]]) -> Iterator[Act]:
        for name, arguments, failed in made:
            tool = self._domain.tools.get(name)
            if failed or tool is None or tool.spec.effect != "write":
                continue
            places = [p for p in self._open() if self._request(p).tool == name]
            exact = [p for p in places if self._request(p).arguments == arguments]
            for place in (exact or places)[:1]:
                self._closed.add(place)
                yield Act(kind="response", request=place)

    # The matter

    def _open_again(self, text: str, said: Sequence[Message]) -> None:
        """Opens a request again that was refused, where the user insisted and is now asked for a yes."""
        for act in (act for message in said for act in message.acts if act.kind in ("negate", "change_mind")):
            if act.request in self._turned_down:
                request = self._request(act.request)
                if request.kind != "refuse" and self._confirms(request, act.request, sentences(text)):
                    self._closed.discard(act.request)

    def _listing(self, text: str, history: Sequence[Message]) -> Act | None:
        """Returns the list of what there is to choose from, where the user has just asked for it."""
        wanted = next((act for m in history[-1:] for act in m.acts if act.kind == "ask_options"), None)
        number = self._raised()[wanted.request] if wanted is not None and wanted.request is not None else None
        choice = next((each for each in self._choices if each.request == number), None)
        if wanted is None or choice is None:
            return None
        gold = str(self._task.requests[choice.request].arguments[choice.parameter])
        options = options_told(text, gold, (m.content for m in history if m.role == "tool" and not m.error))
        value: Json = {"options": options}
        return Act(kind="request", request=wanted.request, slot=wanted.slot, value=value) if options else None

    def _business(self, text: str, *, done: bool) -> list[Act]:
        acts: list[Act] = []
        parts = sentences(text)
        questions = [part for part in parts if "?" in part or asks_whether(part, cues.GO_AHEAD)]
        more = cues.SOMETHING_ELSE.search(text) is not None
        acts += self._answers(text)
        place = self._current()
        self._now = place if place is not None else self._now
        if place is None:
            return [*acts, *self._afterwards(text, more=more, asks=bool(questions), done=done or bool(acts))]
        request = self._request(place)
        refuses = cues.REFUSAL.search(text) is not None and not done
        if refuses and request.kind == "refuse" and offers_otherwise(text):
            return [*acts, *self._refused(place, more=more)]
        if self._confirms(request, place, parts):
            value = listed(self._lexicon, self._task, request, self._facts, text)
            return [*acts, Act(kind="confirm", request=place, value=value)]
        end = " ".join(parts[-3:])  # what was said further back has been dealt with
        lost = cues.NOT_FOUND.search(end) or (cues.UNAVAILABLE.search(end) and offers_otherwise(end))
        if questions and not more and lost:
            slot = self._lost(request, parts)
            fail = Act(kind="response_fail", request=place, slot=slot)
            return [*acts, fail, Act(kind="request", request=place, slot=slot)]
        if refuses and (more or not questions or request.kind == "refuse"):
            return [*acts, *self._refused(place, more=more)]
        return [*acts, *self._asked(request, place, text, questions, more=more)]

    def _asked(self, request: Request, place: int, text: str, questions: Sequence[str], *, more: bool) -> Iterator[Act]:
        """Yields what a text asks about a request that is neither to be agreed to nor lost nor refused."""
        if questions and asks_whether(questions[-1], cues.IS_IT):
            yield Act(kind="clarify", request=place)
            return
        told = [part for part in sentences(text) if cues.ASKS.search(part)]
        asks = " ".join([*questions, *(part for part in told if part not in questions)])
        slots = roles_asked(self._lexicon, request, asks)
        opens = cues.OPENING.search(text) is not None and cues.ELSE.search(text) is None
        if self._hints.get(place) or (opens and not slots):
            if asks or opens:
                yield Act(kind="request", request=place, slot="intent")
            elif cues.HOLD.search(text):
                yield _HOLD
        elif more and not slots:
            yield Act(kind="request", slot="intent")
        elif asks:
            for slot in slots or self._untold(place):
                yield Act(kind="request", request=place, slot=slot)
        elif cues.HOLD.search(text):
            yield _HOLD

    def _afterwards(self, text: str, *, more: bool, asks: bool, done: bool) -> Iterator[Act]:
        """Yields what is said when no request is open."""
        if done and not more:
            return
        if cues.REFUSAL.search(text) and self._now is not None and not done:
            yield Act(kind="refuse", request=self._now)
        if more or asks:
            yield Act(kind="request", slot="intent")
        elif cues.HOLD.search(text):
            yield _HOLD

    def _refused(self, place: int, *, more: bool) -> Iterator[Act]:
        self._closed.add(place)
        self._turned_down.add(place)
        yield Act(kind="refuse", request=place)
        if more:
            yield Act(kind="request", slot="intent")

    def _untold(self, place: int) -> list[str]:
        """Returns the role that is to be told next, if any: what a question is about whose words are nobody's."""
        told = self._told(place)
        return [role for role in roles(self._lexicon, self._request(place)) if role not in told][:1]

    def _told(self, place: int) -> Collection[str]:
        number = self._raised()[place]
        return self._listener.told(number) if number is not None else ()

    def _answers(self, text: str) -> Iterator[Act]:
        """Yields what tells the user the values that were asked for; a withheld write is closed by it."""
        for place in self._open():
            request = self._request(place) if self._raised()[place] is not None else None
            if request is None or request.kind not in ("answer", "withhold") or not request.communicate:
                continue
            if all(self._tells(text, value) for value in request.communicate):
                self._closed.add(place)
                yield Act(kind="response", request=place, slot="answer" if request.kind == "answer" else "condition")

    def _tells(self, text: str, value: Json) -> bool:
        forms = {str(value)}
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            forms = {f"{value:,.2f}", f"{value:.2f}", f"{value:,}", f"{value}", f"{value:g}"}
        low = text.lower()
        return any(re.search(rf"(?<![\w.]){re.escape(form.lower())}(?!\w|\.\d)", low) for form in forms)

    def _confirms(self, request: Request, place: int, parts: Sequence[str]) -> bool:
        """Whether a text ends by asking for a yes."""
        if request.tool is None or request.kind == "answer":
            return False
        told = self._told(place)
        ended = set(roles(self._lexicon, request)) <= set(told)
        for back, part in enumerate(reversed(parts[-3:])):
            if (back == 2 and "?" not in part) or cues.SOMETHING_ELSE.search(part):
                continue
            if not (asks_whether(part, cues.GO_AHEAD) or (ended and asks_for_yes(part, parts))):
                continue
            choice = cues.EITHER.search(part) is not None
            if choice and not set(roles_asked(self._lexicon, request, part)) <= set(told):
                continue  # "on your card or as cash?"
            if self._asks_for_choice(request, told, part.lower()):
                continue
            missed = [each for each in parts if cues.NOT_FOUND.search(each) or cues.UNAVAILABLE.search(each)]
            return not (missed and offers_otherwise(part))
        return False

    def _asks_for_choice(self, request: Request, told: Collection[str], part: str) -> bool:
        """Whether a yes would choose what has not been told: "do you want insurance?"."""
        words = self._lexicon.writes.get(request.tool or "")
        for parameter, role in words.roles.items() if words is not None else ():
            if role not in told and self._lexicon.choices.get(parameter, {}).keys() == {"yes", "no"} and role in part:
                return True
        return False

    def _lost(self, request: Request, parts: Sequence[str]) -> str:
        """Returns the role that led nowhere: a flaw's, or what the text is about that says so, or its question."""
        about = " ".join(part for part in parts if cues.NOT_FOUND.search(part) or cues.UNAVAILABLE.search(part))
        asked = " ".join(part for part in parts if "?" in part)
        named = role_asked(self._lexicon, request, about) or role_asked(self._lexicon, request, asked)
        return request.flaw.role if request.flaw else named or next(iter(roles(self._lexicon, request)), "object")

    # Places

    def _raised(self) -> Sequence[int | None]:
        return self._listener.raised

    def _open(self) -> list[int]:
        return [place for place in range(len(self._raised())) if place not in self._closed]

    def _current(self, kind: str = "") -> int | None:
        """Returns the request that is being dealt with: the first open one; what needs another desk comes last."""
        places = self._open()
        if kind == "out_of_scope":
            places = [p for p in places if self._out_of_scope(p)] or places
        places.sort(key=lambda place: (self._out_of_scope(place), place))
        return places[0] if places else None

    def _hinted(self) -> int | None:
        """Returns the request that is to be told again: one that was only hinted at, or the first."""
        hinted = next((place for place, hinted in self._hints.items() if hinted), None)
        return hinted if hinted is not None else self._current()

    def _out_of_scope(self, place: int) -> bool:
        number = self._raised()[place]
        request = self._task.requests[number] if number is not None else None
        return request is not None and request.tool is None and request.kind != "answer"

    def _request(self, place: int) -> Request:
        number = self._raised()[place]
        return self._task.requests[0 if number is None else number]


@remembered(1, size=16)
def _patterns(domain: Domain) -> list[str]:
    """Returns words by which an agent asks for what identifies a user."""
    found = [r"\bwho (?:am i|are you)\b"]
    for fact in domain.principal.facts:
        found.append(r"\be-?mail" if fact == "email" else rf"\b{fact.replace('_', '[ _-]?')}\b")
    return found
