"""Agent hearing: the acts that an agent's words are, by what it has called, what is open, and the words of questions.

    hear("Which of your loans is it?", a loan is to be renewed)     -> request(request=0, slot="object")
    hear("... due on Friday. Shall I go ahead (yes/no)?")           -> confirm(request=0, value={"loan_id": "L3", ...})

It knows the scenario, as the user does who listens: a user can tell whether its own stated values are among the
details, and no more. What nothing is heard in has no acts.
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
from stages.behaviors.second_thoughts import second_thoughts
from stages.simulate_dialogues.hearing import cues
from stages.simulate_dialogues.hearing.picking import options_told
from stages.simulate_dialogues.hearing.user import mistyped
from tool_specs.domain import Domain
from tool_specs.phrasing.recover import fact_demands, untold
from tool_specs.phrasing.roles import roles
from tool_specs.remember import remembered

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[a-z]{3,}")
_IDLE = frozenset(
    _WORD.findall(
        "the and for you your which what would like should shall can could want with that this one are does who how "
        "into need have has will about please tell use take them they mean else get let know any"
    )
)
"""Words that stand in any question."""
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
        self._hints: dict[int, bool] = {}
        self._put_again: list[Act] = []
        self._now: int | None = None
        identity = domain.identity_tools
        self._identified |= any(name in identity and not failed for name, _, failed in _calls(scenario.said_before))

    def hear(self, message: Message, history: Sequence[Message]) -> tuple[Act, ...]:
        """Returns what a message means.

        Args:
            message: The agent's, in words.
            history: All messages before it.
        """
        unheard = history[self._heard :]
        made = _calls(unheard)
        self._heard = len(history)
        for each in unheard:
            self._hints.update(_hints(each))
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
        business = self._business(message.content, done=bool(acts))
        if self._put_again and not made and _wandered(unheard) and all(act.kind == "request" for act in business):
            business = self._put_again  # the question from before, in other words
        self._put_again = [act for act in business if act.kind in ("request", "response_fail", "confirm", "clarify")]
        acts += business
        if over and not any(act.kind in ("confirm", "request") for act in acts):
            acts.append(Act(kind="system_bye"))
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
        questions = [part for part in _SENTENCE.split(text) if part.endswith("?") or cues.GO_AHEAD.search(part)]
        asks = " ".join(questions)
        more = cues.SOMETHING_ELSE.search(text) is not None
        acts += self._answers(text)
        place = self._current()
        self._now = place if place is not None else self._now
        if place is None:
            refused = self._now
            if more or not acts:
                if cues.REFUSAL.search(text) and refused is not None and not acts and not done:
                    acts.append(Act(kind="refuse", request=refused))
                acts += [Act(kind="request", slot="intent")] if more or asks else []
            return acts
        request = self._request(place)
        if self._confirms(request, text):
            return [*acts, Act(kind="confirm", request=place, value=self._listed(request, text))]
        end = " ".join(_SENTENCE.split(text)[-3:])  # further back it has been dealt with
        lost = bool(questions) and not more and cues.NOT_FOUND.search(end) is not None
        if lost:
            slot = self._lost(request, text)
            fail = Act(kind="response_fail", request=place, slot=slot)
            return [*acts, fail, Act(kind="request", request=place, slot=slot)]
        if cues.REFUSAL.search(text) and not done and (more or not questions or request.kind == "refuse"):
            self._closed.add(place)
            acts.append(Act(kind="refuse", request=place))
            return [*acts, *([Act(kind="request", slot="intent")] if more else [])]
        if questions and _asks_whether(questions[-1], cues.IS_IT):
            return [*acts, Act(kind="clarify", request=place)]
        asks = asks or (text if cues.ASKS.search(text) else "")
        if self._hints.get(place):
            return [*acts, Act(kind="request", request=place, slot="intent")] if asks else acts
        if more and not self._asked(request, asks):
            return [*acts, Act(kind="request", slot="intent")]
        if asks:
            acts.append(Act(kind="request", request=place, slot=self._asked(request, asks) or self._untold(place)))
        return acts

    def _untold(self, place: int) -> str:
        """Returns the role that is to be told next: what a question is about whose words are nobody's."""
        number = self._raised()[place]
        request = self._request(place)
        told = self._listener.told(number) if number is not None else ()
        return next((role for role in roles(self._lexicon, request) if role not in told), "")

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

    def _confirms(self, request: Request, text: str) -> bool:
        """Whether a text ends by asking for a yes."""
        if request.tool is None or request.kind == "answer":
            return False
        for part in _SENTENCE.split(text)[-2:]:
            if _asks_whether(part, cues.GO_AHEAD) and cues.SOMETHING_ELSE.search(part) is None:
                return True
        return False

    def _listed(self, request: Request, text: str) -> dict[str, Json]:
        """Returns the arguments as a listener can check them: stated values as they are said, or as they were told."""
        found: dict[str, Json] = dict(request.arguments)
        for name, source in request.sources.items():
            if source.fact is not None:
                found[name] = self._said_for(request, source.fact, text)
        return found

    def _said_for(self, request: Request, fact: str, text: str) -> Json:
        own = self._facts.get(fact)
        if not untold(fact_demands(self._lexicon, (request,), fact, own), text):
            return own
        if isinstance(own, str) and (wrong := mistyped(own, text)) is not None:
            return wrong
        for thought in second_thoughts(self._task, self._lexicon):
            if thought.fact == fact:
                wanted = fact_demands(self._lexicon, (request,), fact, thought.value)
                if wanted and not untold(wanted, text):
                    return thought.value
        return own

    def _lost(self, request: Request, text: str) -> str:
        about = " ".join(part for part in _SENTENCE.split(text) if cues.NOT_FOUND.search(part))
        named = self._asked(request, about)
        return request.flaw.role if request.flaw else named or next(iter(roles(self._lexicon, request)), "object")

    def _asked(self, request: Request, question: str) -> str:
        """Returns the role that a question is about, by its words; "" where they are nobody's."""
        words = set(_WORD.findall(question.lower())) - _IDLE
        best, most = "", 0
        for role, own in _question_words(self._lexicon, request).items():
            common = len(words & own)
            if common > most:
                best, most = role, common
        return best

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
        return next((place for place, hinted in self._hints.items() if hinted), None)

    def _out_of_scope(self, place: int) -> bool:
        number = self._raised()[place]
        request = self._task.requests[number] if number is not None else None
        return request is not None and request.tool is None and request.kind != "answer"

    def _request(self, place: int) -> Request:
        number = self._raised()[place]
        return self._task.requests[0 if number is None else number]


def _wandered(messages: Sequence[Message]) -> bool:
    """Whether the user's last message was about something else."""
    said = [message for message in messages if message.role == "user"]
    return bool(said) and any(act.kind == "off_topic" for act in said[-1].acts)


def _hints(message: Message) -> Iterator[tuple[int, bool]]:
    """Yields the requests that a user's message raises, each with whether it is only hinted at."""
    for act in message.acts:
        if act.kind.startswith("inform_intent") and act.request is not None:
            yield act.request, act.value["kind"] == "unknown"


def _asks_whether(part: str, cue: re.Pattern[str]) -> bool:
    """Whether a sentence asks for a yes by these words; "which one should I take?" does not."""
    found, opened = cue.search(part), cues.OPEN_QUESTION.search(part)
    return found is not None and (opened is None or opened.start() > found.start())


def _calls(messages: Sequence[Message]) -> list[tuple[str, dict[str, Json], bool]]:
    """Returns the calls in messages, each with whether it failed."""
    made = {call.id: call for message in messages for call in message.tool_calls}
    return [
        (made[m.tool_call_id].name, made[m.tool_call_id].arguments, m.error)
        for m in messages
        if m.role == "tool" and m.tool_call_id in made
    ]


@remembered(1, size=16)
def _patterns(domain: Domain) -> list[str]:
    """Returns words by which an agent asks for what identifies a user."""
    found = [r"\bwho (?:am i|are you)\b"]
    for fact in domain.principal.facts:
        found.append(r"\be-?mail" if fact == "email" else rf"\b{fact.replace('_', '[ _-]?')}\b")
    return found


@remembered(2)
def _question_words(lexicon: object, request: Request) -> dict[str, set[str]]:
    """Returns, by role, the words that only its questions have: by them a question is told."""
    own = lexicon.writes.get(request.tool or "")  # type: ignore[attr-defined]
    told = roles(lexicon, request)  # type: ignore[arg-type]
    found = {
        role: {word for text in (own.question.get(role, ()) if own else ()) for word in _WORD.findall(text.lower())}
        | set(_WORD.findall(role.replace("_", " ")))
        for role in told
    }
    return {
        role: words - _IDLE - {word for other, theirs in found.items() if other != role for word in theirs}
        for role, words in found.items()
    }
