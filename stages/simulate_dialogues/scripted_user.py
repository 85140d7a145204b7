"""Scripted user: a person with a task and a manner, who answers what the agent asks.

It knows its task, as the user of an LLM engine would, but says only what a user can know: who it is, what it wants by its
properties, and what it states. It corrects what it told wrongly, says no to what differs from its own words, and leaves
when everything is done or refused.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import msgspec

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.dialogue import Act, Message
from schemas.task import Request
from stages.simulate_dialogues.meanings import hint, intent, role_acts, told_roles
from stages.simulate_dialogues.plan import plan_of
from stages.simulate_dialogues.user_words import UserWords
from tool_specs.dice import Dice
from tool_specs.domain import Domain

Conversation = Generator[Message, Message, None]


class ScriptedUser:
    """Speaks for the user of one scenario. A function of the history, like its counterpart."""

    def __init__(self, domain: Domain, scenario: Scenario) -> None:
        """Takes a scenario to act out."""
        self._talk = _Visit(domain, scenario).run()
        self._heard = 0
        self._opening: Message | None = next(self._talk)

    async def speak(self, history: Sequence[Message]) -> Message:
        """Returns the next message."""
        said = self._opening if not history else None
        for message in history[self._heard :]:
            if message.role == "assistant" and not message.tool_calls:
                said = self._talk.send(message)
        self._heard = len(history)
        if said is None:
            raise ValueError("the user has the last word already; let the agent speak first")
        return said


class ScriptedUsers:
    """The engine of scripted users."""

    revision = "scripted/1"

    def user(self, domain: Domain, scenario: Scenario) -> ScriptedUser:
        """Returns a user for one dialogue."""
        return ScriptedUser(domain, scenario)


class _Reply:
    """A message in the making: words and what they mean."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.acts: list[Act] = []

    def add(self, text: str, *acts: Act) -> None:
        if text:
            self.parts.append(text)
        self.acts.extend(acts)

    def __bool__(self) -> bool:
        return bool(self.acts)


class _Visit:
    """One dialogue, as a generator that yields the user's messages and is sent the agent's."""

    def __init__(self, domain: Domain, scenario: Scenario) -> None:
        self.task = scenario.task
        self.behavior = scenario.behavior
        self.dice = Dice("user", scenario.id)
        self.lexicon = domain.lexicon
        self.plan = plan_of(scenario, domain, self.dice)
        self.facts = {entry.name: entry.value for entry in self.task.knowledge}
        self.open_slip = self.plan.slip
        self.open_thought = self.plan.thought
        if self.open_slip is not None:
            self.facts[self.open_slip.fact] = self.open_slip.wrong
        if self.open_thought is not None and self.open_thought.fact is not None:
            self.facts[self.open_thought.fact] = self.open_thought.value
        self.words = UserWords(domain, scenario, self.facts)
        self.slip_told = False
        self.thought_told = False
        self.identified = False
        self.raised: list[int] = []
        self.told: dict[int, set[str]] = {}
        self.refusals_left = 1 if "refuse_first" in self.behavior.traits else 0
        self.complaints = self.plan.complaints
        self.questions = 0
        self.turns = 0
        self.closed: set[int] = set()
        self.protested = False
        self.wandered = False

    # The conversation

    def run(self) -> Conversation:
        """Plays the user from the opening to the good-bye."""
        agent = yield self._finish(self._open())
        while True:
            agent = yield self._finish(self._answer(agent))

    def _finish(self, reply: _Reply) -> Message:
        self.turns += 1
        text = self.words.compose(reply.parts, reply.acts, first=self.turns == 1)
        return Message(role="user", content=text, acts=tuple(reply.acts))

    def _open(self) -> _Reply:
        reply = _Reply()
        reply.add(self.words.greeting())
        everything = self.behavior.disclosure == "all_at_once"
        numbers = self.plan.order if "multi_request" in self.behavior.traits else self.plan.order[:1]
        if self.behavior.disclosure == "vague_start":
            if "multi_request" in self.behavior.traits:
                self._raise_all(reply, numbers, vague=True)
            else:
                self._hint(reply, numbers[0])
        elif len(numbers) > 1:
            self._raise_all(reply, numbers, vague=False)
        else:
            self._raise(reply, numbers[0])
        if everything:
            self._identify(reply)
            # Whoever says everything at once may get no other occasion to be in a hurry.
            if self.complaints and self.dice.chance(0.5):
                self.complaints -= 1
                reply.add(self.words.complaint(), Act(kind="complain"))
        return reply

    def _raise_all(self, reply: _Reply, numbers: Sequence[int], *, vague: bool) -> None:
        """Announces several requests at once: in full, or as a list of matters."""
        if self.behavior.disclosure == "all_at_once":
            for place, number in enumerate(numbers):
                if place:
                    reply.add(self.words.also())
                self._raise(reply, number)
            return
        matters = [self._wanted(number) for number in numbers]
        reply.add(self.words.announce(matters))
        for number in numbers:
            full = self._wanted(number).kind == "answer"
            vague_here = vague and not full
            self._note_raised(number)
            reply.acts.append(intent(self._wanted(number), self._place(number), vague=vague_here, full=full))
            if full:
                self._inform(reply, number, told_roles(self.lexicon, self._wanted(number)))

    def _hint(self, reply: _Reply, number: int) -> None:
        request = self._wanted(number)
        if request.kind == "write" and self.dice.chance(0.7) and (topic := self.words.topic(request)):
            self._note_raised(number)
            reply.add(topic, intent(request, self._place(number), vague=True, full=False))
        else:
            self._note_raised(number)
            reply.add(self.words.some_matter(), hint(self._place(number)))

    def _raise(self, reply: _Reply, number: int) -> None:
        """Raises a request, with as much detail as the manner gives away."""
        request = self._wanted(number)
        every = told_roles(self.lexicon, request)
        if request.kind == "answer" or self.behavior.disclosure == "all_at_once":
            roles = every
        elif self.behavior.disclosure == "drip" and len(every) > 1:
            roles = every[:1]
        else:
            roles = ()
        self._note_raised(number)
        acts = [intent(request, self._place(number), vague=False, full=bool(roles))]
        reply.add(self.words.ask(request, roles), *acts)
        self._inform(reply, number, roles)

    def _note_raised(self, number: int) -> None:
        if number not in self.raised:
            self.raised.append(number)
            self.told.setdefault(number, set())

    def _place(self, number: int) -> int:
        return self.raised.index(number)

    # Answering

    def _answer(self, agent: Message) -> _Reply:
        reply = _Reply()
        acts = {act.kind: act for act in agent.acts}
        asked = [act for act in agent.acts if act.kind == "request"]
        if asked and self._wanders_off(asked):
            reply.add(self.words.off_topic(), Act(kind="off_topic"))
            return reply
        self._complain(reply, agent)
        before = len(reply.acts)
        if self._put_right(reply, agent):
            return reply
        if "confirm" in acts:
            self._decide(reply, acts["confirm"])
        elif "clarify" in acts:
            reply.add(self.words.thats_it(), Act(kind="affirm", request=acts["clarify"].request))
        elif "response_fail" in acts and not asked and not agent.acts[-1].kind == "suggest":
            self._close(acts["response_fail"].request)
        for act in asked:
            self._tell(reply, act, refused=acts.get("refuse"))
        if "response_fail" in acts and len(reply.acts) == before:
            self._tell_identity_again(reply)
        if len(reply.acts) == before:
            self._next(reply)
        self._volunteer(reply, agent)
        return reply

    def _wanders_off(self, asked: Sequence[Act]) -> bool:
        """Whether this question gets a remark about something else: the planned one, or else the last."""
        self.questions += 1
        last = asked[-1].slot == "intent" and len(self.raised) == len(self.plan.order)
        if self.wandered or not self.plan.off_topic_at or (self.questions < self.plan.off_topic_at and not last):
            return False
        self.wandered = True
        return True

    def _complain(self, reply: _Reply, agent: Message) -> None:
        if self.complaints and (self.dice.chance(0.5) or self._last_chance(agent)):
            self.complaints -= 1
            reply.add(self.words.complaint(), Act(kind="complain"))

    def _last_chance(self, agent: Message) -> bool:
        return any(act.kind in ("confirm", "refuse") or act.slot == "answer" for act in agent.acts)

    def _put_right(self, reply: _Reply, agent: Message) -> bool:
        """Corrects a slip that the agent's words bring to light, or changes to what is really wanted."""
        return self._correct(reply, agent) or self._reconsider(reply, agent)

    def _correct(self, reply: _Reply, agent: Message) -> bool:
        slip = self.open_slip
        if slip is None or not self.slip_told:
            return False
        entry = next(entry for entry in self.task.knowledge if entry.name == slip.fact)
        kinds = {act.kind for act in agent.acts}
        noticed = kinds & {"suggest", "response_fail", "refuse"} if entry.identity else kinds & {
            "confirm", "response_fail", "clarify", "refuse"
        }  # fmt: skip
        if not noticed:
            return False
        self.open_slip = None
        self.facts[slip.fact] = slip.true
        act = Act(kind="inform", slot=slip.fact, value=slip.true, request=None)
        if not entry.identity:
            number = self._owner(slip.fact)
            act = msgspec.structs.replace(act, request=self._place(number))
            if "confirm" in kinds:
                reply.acts.append(Act(kind="negate", request=self._place(number)))
        reply.add(
            self.words.correction(entry, slip.wrong, slip.true),
            Act(kind="correct", slot=slip.fact, value=slip.true),
            act,
        )
        return True

    def _owner(self, fact: str) -> int:
        for number in self.raised:
            for role in told_roles(self.lexicon, self.task.requests[number]):
                for act in role_acts(self.lexicon, self.task.requests[number], 0, role, lambda name: name):
                    if act.slot == fact:
                        return number
        return self.raised[-1]

    def _reconsider(self, reply: _Reply, agent: Message) -> bool:
        thought = self.open_thought
        if thought is None or not self.thought_told:
            return False
        place = self._place(thought.request)
        here = [act for act in agent.acts if act.request == place]
        if not any(act.kind in ("confirm", "clarify", "request", "refuse", "response_fail") for act in here):
            return False
        self.open_thought = None
        if thought.fact is not None:
            self.facts[thought.fact] = self.task.fact(thought.fact)
        request = self.task.requests[thought.request]
        confirming = any(act.kind in ("confirm", "clarify") for act in here)
        if confirming:
            reply.acts.append(Act(kind="negate", request=place))
        reply.add(self.words.other_wish(request, thought.role), Act(kind="change_mind", request=place))
        self._inform(reply, thought.request, (thought.role,))
        return True

    def _decide(self, reply: _Reply, act: Act) -> None:
        number = self._number(act.request)
        wrong = self._disagreement(number, act.value)
        if wrong is not None:
            reply.add(self.words.not_that(self._wanted(number), wrong), Act(kind="negate", request=act.request))
            self._inform(reply, number, (wrong,))
        elif self.refusals_left:
            self.refusals_left -= 1
            reply.add(self.words.not_yet(), Act(kind="negate", request=act.request))
        else:
            reply.add(self.words.yes(), Act(kind="affirm", request=act.request))
            self.closed.add(number)

    def _disagreement(self, number: int, arguments: Json) -> str | None:
        """Returns a role whose stated value differs in the agent's list: all that a user can compare."""
        request = self.task.requests[number]
        table = self.lexicon.writes[request.tool].roles if request.tool in self.lexicon.writes else {}
        for name, source in request.sources.items():
            if source.fact is not None and arguments.get(name) != self.task.fact(source.fact):
                return str(table.get(name, name))
        return None

    def _number(self, place: int | None) -> int:
        return self.raised[place] if place is not None and place < len(self.raised) else self.raised[-1]

    def _tell(self, reply: _Reply, act: Act, refused: Act | None) -> None:
        """Tells what the agent asks for."""
        if act.slot == "identity":
            self._identify(reply)
        elif act.slot == "intent":
            if act.request is not None:
                self._clear_up(reply, self._number(act.request))
            elif refused is not None and refused.request is not None:
                self._take_refusal(reply, refused.request)
            else:
                self._next(reply)
        elif act.request is not None:
            self._tell_slot(reply, self._number(act.request), act.slot or "")

    def _tell_slot(self, reply: _Reply, number: int, slot: str) -> None:
        request = self._wanted(number)
        every = told_roles(self.lexicon, request)
        role = slot if slot in every else next((r for r in every if r not in self.told[number]), None)
        if role is None or (role in self.told[number] and slot in every):
            if slot in every:
                reply.add(self.words.again(request, slot))
                self._inform(reply, number, (slot,))
                self.told[number].add(slot)
                return
            reply.add(self.words.never_mind(), Act(kind="negate", request=self._place(number)))
            self._close(self._place(number))
            return
        reply.add(self.words.tell(request, role, asked=True))
        self._inform(reply, number, (role,))

    def _clear_up(self, reply: _Reply, number: int) -> None:
        """Says what a hint was about."""
        request = self._wanted(number)
        every = told_roles(self.lexicon, request)
        roles = every if request.kind == "answer" else every[: self.dice.between(0, min(1, len(every)))]
        act = intent(request, self._place(number), vague=False, full=bool(roles))
        reply.add(self.words.ask(request, roles), act)
        self._inform(reply, number, roles)

    def _close(self, place: int | None) -> None:
        if place is not None:
            self.closed.add(self._number(place))

    def _take_refusal(self, reply: _Reply, place: int) -> None:
        self._close(place)
        if not self.protested and self.dice.chance(0.35):
            self.protested = True
            reply.add(self.words.protest(), Act(kind="negate", request=place))
            return
        reply.add(self.words.accept())
        self._next(reply)

    def _identify(self, reply: _Reply) -> None:
        again = self.identified
        self.identified = True
        reply.add(self.words.identity(self.plan.identity, again=again, asked=self.turns > 0))
        reply.acts.extend(
            Act(kind="inform", slot=each.name, value=self._said(each.name)) for each in self.plan.identity
        )

    def _tell_identity_again(self, reply: _Reply) -> None:
        self._identify(reply)

    def _next(self, reply: _Reply) -> None:
        """Raises the next request, or says good-bye."""
        waiting = [number for number in self.plan.order if number not in self.raised]
        if waiting:
            reply.add(self.words.next_one())
            self._raise(reply, waiting[0])
        else:
            reply.add(self.words.bye(), Act(kind="user_bye"))

    def _volunteer(self, reply: _Reply, agent: Message) -> None:
        """Adds one untold detail of the present request, as people do who say things when they think of them."""
        if self.behavior.disclosure != "drip" or any(a.kind in ("user_bye", "negate") for a in reply.acts):
            return
        for number in self.raised:
            if number in self.closed:
                continue
            left = [r for r in told_roles(self.lexicon, self._wanted(number)) if r not in self.told[number]]
            if left and not any(act.kind.startswith("inform_intent") for act in reply.acts):
                reply.add(self.words.tell(self._wanted(number), left[0], asked=False))
                self._inform(reply, number, (left[0],))
                return

    # What is meant now

    def _wanted(self, number: int) -> Request:
        """The request as the user sees it now: with its first thought while that has not been changed."""
        request = self.task.requests[number]
        thought = self.open_thought
        if thought is not None and thought.request == number and thought.fact is None:
            return msgspec.structs.replace(request, programs=thought.programs)
        return request

    def _said(self, fact: str) -> Json:
        """The fact as the user tells it now."""
        if self.open_slip is not None and self.open_slip.fact == fact:
            self.slip_told = True
        return self.facts[fact]

    def _inform(self, reply: _Reply, number: int, roles: Sequence[str]) -> None:
        request = self._wanted(number)
        for role in roles:
            self.told[number].add(role)
            if self.open_thought is not None and (number, role) == (self.open_thought.request, self.open_thought.role):
                self.thought_told = True
            reply.acts.extend(role_acts(self.lexicon, request, self._place(number), role, self._said))
