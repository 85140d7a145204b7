"""Telling: what a scripted user has told, is telling, and means; how it opens and how it raises its requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from schemas.base import Json
from schemas.behavior import Playbook, Scenario
from schemas.dialogue import Act, Message
from schemas.program import Program
from schemas.task import Knowledge, Request
from stages.behaviors.space import playbooks_of
from stages.simulate_dialogues.meanings import (
    Owners,
    couples,
    hint,
    intent,
    owners_of,
    role_acts,
    told_roles,
    told_together,
)
from stages.simulate_dialogues.plan import plan_of
from stages.simulate_dialogues.user_words import UserWords
from tool_specs.dice import Dice
from tool_specs.domain import Domain
from tool_specs.remember import remembered

LISTED = frozenset({"confirm", "clarify", "response_fail", "refuse"})
"""Acts of an agent that let a user see a mistake in what it wants."""
ONLY_FAILS = 0.5
"""How often a user who lacks something says so and waits, instead of helping on in the same breath."""


@remembered(2)
def _thought_of(request: Request, programs: tuple[Program, ...]) -> Request:
    return msgspec.structs.replace(request, programs=programs)


class Reply:
    """A message in the making: words and what they mean."""

    def __init__(self) -> None:
        """Starts with nothing said."""
        self.parts: list[str] = []
        self.acts: list[Act] = []

    @property
    def said(self) -> str:
        """What the message says so far."""
        return " ".join(self.parts)

    def add(self, text: str, *acts: Act) -> None:
        """Says something that has these meanings."""
        if text:
            self.parts.append(text)
        self.acts.extend(acts)


class Habit:
    """What a scripted user does by one rule, in one dialogue. Subclasses say what they do at which occasion."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        """Takes the user whose habit it is, and the playbook that names the rule."""
        self.user = user
        self.playbook = playbook

    def opens(self, reply: Reply) -> None:
        """Adds to the first message."""

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Adds to what comes before an answer, or answers in its place; returns whether it did the latter."""
        return False

    def decides(self, reply: Reply, act: Act) -> bool:
        """Answers listed details that agree with the task in place of a yes; returns whether it did."""
        return False

    def tells(self, reply: Reply, number: int, role: str) -> bool:
        """Answers a question for a role that was not told yet in place of telling it; returns whether it did."""
        return False

    def adds(self, reply: Reply, agent: Message) -> None:
        """Adds to a whole answer."""

    def typed(self, text: str, acts: Sequence[Act]) -> str:
        """Returns a message's text as it is typed."""
        return text


class Telling:
    """A user with a task and a plan.

    Attributes:
        raised: The task's requests in the order of being raised; acts count requests by their place here.
        told: Roles told so far, by request.
        closed: Requests that are done or given up.
        facts: What is stated now, by name; a slip stands here until it is put right.
        flaws: What is wrong with how a request is told, until the agent has noticed it.
        otherwise: Facts by which this user is found after all, where those told first led nowhere.
        lack_open: What this user does not have and has not been asked for.
        disclosure: The rule by which facts come out.
        rules: All rules that this user follows.
        habits: What it does by those that have a habit.
    """

    def __init__(self, domain: Domain, scenario: Scenario) -> None:
        """Takes a scenario to act out."""
        self.task = scenario.task
        self.behavior = scenario.behavior
        self.dice = Dice("user", scenario.id)
        self.domain = domain
        self.lexicon = domain.lexicon
        self.roles = [told_roles(self.lexicon, request) for request in self.task.requests]
        self._owners: dict[int, Owners] = {}
        playbooks = playbooks_of(self.behavior)
        self.disclosure = playbooks[self.behavior.disclosure].rule
        self.rules = frozenset(playbook.rule for playbook in playbooks.values())
        self.plan = plan_of(scenario, self.rules, domain, self.dice)
        self.facts = {entry.name: entry.value for entry in self.task.knowledge}
        self.open_slip = self.plan.slip
        self.open_thought = self.plan.thought
        if self.open_slip is not None:
            self.facts[self.open_slip.fact] = self.open_slip.wrong
        if self.open_thought is not None and self.open_thought.fact is not None:
            self.facts[self.open_thought.fact] = self.open_thought.value
        self.flaws = {number: request.flaw for number, request in enumerate(self.task.requests) if request.flaw}
        for flaw in self.flaws.values():
            self.facts.update(flaw.facts)
        self._first = {number: self.task.requests[number].told_first for number in self.flaws}
        self.words = UserWords(domain, scenario, self.facts)
        self.habits: tuple[Habit, ...] = ()
        self.slip_told = False
        self.thought_told = False
        self.identified = False
        self.lack_open = self.plan.lack
        self.partly_told = False
        self.otherwise: tuple[Knowledge, ...] = ()
        self.raised: list[int] = []
        self.told: dict[int, set[str]] = {}
        self.turns = 0
        self.closed: set[int] = set()
        self.protested = False
        self.volunteered = False
        self.stated: dict[int, set[str]] = {}
        self.coupled = False
        self.goes_on = bool(scenario.before)

    def _open(self) -> Reply:
        reply = Reply()
        reply.add(self.words.goes_on() if self.goes_on else self.words.greeting())
        everything = self.disclosure == "all_at_once"
        numbers = self.plan.order[: self._at_once()]
        if self.disclosure == "vague_start":
            if len(numbers) > 1:
                self._raise_all(reply, numbers, vague=True)
            else:
                self._hint(reply, numbers[0])
        elif len(numbers) > 1:
            self._raise_all(reply, numbers, vague=False)
        else:
            self._raise(reply, numbers[0])
        if everything and not self.goes_on:
            self.identify(reply)
        for habit in self.habits:
            habit.opens(reply)
        return reply

    def _raise_all(self, reply: Reply, numbers: Sequence[int], *, vague: bool) -> None:
        """Announces several requests at once: in full, or as a list of matters."""
        if self.disclosure == "all_at_once":
            for place, number in enumerate(numbers):
                if place:
                    reply.add(self.words.also())
                self._raise(reply, number)
            return
        matters = [self.wanted(number) for number in numbers]
        reply.add(self.words.announce(matters))
        for number in numbers:
            full = self.wanted(number).kind == "answer"
            vague_here = vague and not full
            self._note_raised(number)
            reply.acts.append(intent(self.wanted(number), self.place(number), vague=vague_here, full=full))
            if full:
                self.inform(reply, number, self.roles[number])

    def _at_once(self) -> int:
        """Returns how many requests this user raises in one message."""
        return (
            len(self.plan.order)
            if self.rules & {"multi_request", "corrects_other"}
            else 2
            if "in_pairs" in self.rules
            else 1
        )

    def _hint(self, reply: Reply, number: int) -> None:
        request = self.wanted(number)
        hinting = self.goes_on or self.dice.chance(0.7)
        if request.kind not in ("answer", "refuse") and hinting and (topic := self.words.topic(request)):
            self._note_raised(number)
            reply.add(topic, intent(request, self.place(number), vague=True, full=False))
        else:
            self._note_raised(number)
            reply.add(self.words.some_matter(), hint(self.place(number)))

    def _raise(self, reply: Reply, number: int) -> None:
        """Raises a request, with as much detail as the manner gives away."""
        request = self.wanted(number)
        every = self.tellable(number)
        if request.kind == "answer" or self.disclosure == "all_at_once":
            roles = every
        elif self.disclosure == "drip" and len(every) > 1:
            roles = every[:1]
        else:
            roles = ()
        self._note_raised(number)
        acts = [intent(request, self.place(number), vague=False, full=bool(roles))]
        reply.add(self.words.ask(request, roles), *acts)
        self.inform(reply, number, roles)

    def _note_raised(self, number: int) -> None:
        if number not in self.raised:
            self.raised.append(number)
            self.told.setdefault(number, set())

    def place(self, number: int) -> int:
        """Returns the place of a request among those raised: what acts count by."""
        return self.raised.index(number)

    def _finish(self, reply: Reply) -> Message:
        self.turns += 1
        text = self.words.compose(reply.parts, reply.acts)
        for habit in self.habits:
            text = habit.typed(text, reply.acts)
        return Message(role="user", content=text, acts=tuple(reply.acts))

    def identify(self, reply: Reply) -> None:
        """Says who the user is."""
        lack, asked = self.lack_open, self.turns > 0
        if lack is not None and lack.request is None and asked:
            self.lack_open = None
            reply.add(self.words.forgot(), Act(kind="fail_inform", slot=lack.slot))
            if self.dice.chance(ONLY_FAILS):
                return
            asked = False
        facts, again = self.otherwise or self.plan.identity, self.identified
        if self.plan.partly and not self.otherwise:
            facts = facts[self.plan.partly :] if self.partly_told else facts[: self.plan.partly]
            again = again and not self.partly_told
            self.partly_told = True
        self.identified = True
        reply.add(self.words.identity(facts, again=again, asked=asked, after=reply.said))
        reply.acts.extend(Act(kind="inform", slot=each.name, value=self.said(each.name)) for each in facts)

    def go_on(self, reply: Reply) -> None:
        """Raises the next request, or says good-bye."""
        waiting = [number for number in self.plan.order if number not in self.raised]
        if waiting:
            reply.add(self.words.next_one())
            if self._at_once() > 1 and len(waiting) > 1:
                self._raise_all(reply, waiting[: self._at_once()], vague=False)
            else:
                self._raise(reply, waiting[0])
        else:
            reply.add(self.words.bye(reply.said), Act(kind="user_bye"))

    def number(self, place: int | None) -> int:
        """Returns the request at a place among those raised; the last one where there is none."""
        return self.raised[place] if place is not None and place < len(self.raised) else self.raised[-1]

    def tellable(self, number: int) -> tuple[str, ...]:
        """Returns the roles that the user tells without being asked for each."""
        flaw, lack = self.flaws.get(number), self.lack_open
        held = flaw.role if flaw is not None and flaw.kind == "ask_first" else None
        if lack is not None and lack.request == number:
            held = "object"  # which the agent has to ask for
        return tuple(role for role in self.roles[number] if role != held)

    # What is meant now

    def wanted(self, number: int) -> Request:
        """The request as the user sees it now: with its first thought while that has not been changed."""
        request = self._first[number] if number in self.flaws else self.task.requests[number]
        thought = self.open_thought
        if thought is not None and thought.request == number and thought.fact is None:
            return _thought_of(request, thought.programs)
        return request

    def said(self, fact: str) -> Json:
        """The fact as the user tells it now."""
        if self.open_slip is not None and self.open_slip.fact == fact:
            self.slip_told = True
        return self.facts[fact]

    def _meant(self, request: Request, number: int, role: str) -> Iterator[Act]:
        owners = self._owners.get(number)
        if owners is None:
            owners = self._owners[number] = owners_of(self.lexicon, request)
        return role_acts(self.lexicon, request, self.place(number), role, self.said, owners)

    def inform(self, reply: Reply, number: int, roles: Sequence[str]) -> None:
        """Adds what telling some roles of a request means; the words are added apart."""
        request = self.wanted(number)
        for role in roles:
            self.told[number].add(role)
            if self.open_thought is not None and (number, role) == (self.open_thought.request, self.open_thought.role):
                self.thought_told = True
            acts = list(self._meant(request, number, role))
            self.stated.setdefault(number, set()).update(act.slot or "" for act in acts)
            reply.acts.extend(acts)
        if not self.coupled and any(couples(act) and act.request == self.place(number) for act in reply.acts):
            self.coupled = True
            self._tell_other(reply, 1 - number)

    def _tell_other(self, reply: Reply, number: int) -> None:
        """Raises the request that is coupled with the one just told: neither can be understood without the other."""
        request = self.wanted(number)
        roles = self.tellable(number)
        if self.disclosure != "all_at_once":
            roles = tuple(role for role in roles if told_together(self.lexicon, request, role))
        if not request.condition:
            reply.add(self.words.also())
        self._note_raised(number)
        reply.add(self.words.ask(request, roles), intent(request, self.place(number), vague=False, full=bool(roles)))
        self.inform(reply, number, roles)
        reply.add(self.words.budget(request))
