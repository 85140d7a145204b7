"""Scripted user: a person with a task and a manner, who answers what the agent asks.

It knows its task, as the user of an LLM engine would, but says only what a user can know: who it is, what it wants by
its properties, and what it states. It corrects what it told wrongly, says no to what differs from its own words, and
leaves when everything is done or refused.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.dialogue import Act, Message
from stages.simulate_dialogues.meanings import intent
from stages.simulate_dialogues.telling import Reply, Telling
from tool_specs.domain import Domain
from tool_specs.phrasing.roles import role_told_for

_PATIENCE = 3
"""Messages after which an impatient user may complain (earlier only if it would not come to it later)."""
_NOBODY = frozenset({"suggest", "response_fail"})
_LISTED = frozenset({"confirm", "clarify", "response_fail", "refuse"})
"""Acts of an agent that let a user see a mistake: in who it is, and in what it wants."""
Conversation = Generator[Message, Message, None]


class ScriptedUser:
    """Speaks for the user of one scenario. A function of the history, like its counterpart."""

    def __init__(self, domain: Domain, scenario: Scenario) -> None:
        """Takes a scenario to act out."""
        self._visit = _Visit(domain, scenario)
        self._talk = self._visit.run()
        self._heard = 0
        self._opening: Message | None = next(self._talk)

    @property
    def raised(self) -> Sequence[int]:
        """The task's requests in the order of being raised; acts count them by their place here."""
        return self._visit.raised

    def told(self, number: int) -> Collection[str]:
        """Returns the roles of a request that were told so far."""
        return self._visit.told.get(number, ())

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


class _Visit(Telling):
    """One dialogue, as a generator that yields the user's messages and is sent the agent's."""

    def run(self) -> Conversation:
        """Plays the user from the opening to the good-bye."""
        agent = yield self._finish(self._open())
        while True:
            agent = yield self._finish(self._answer(agent))

    def _answer(self, agent: Message) -> Reply:
        reply = Reply()
        acts = {act.kind: act for act in agent.acts}
        asked = [act for act in agent.acts if act.kind == "request"]
        if asked and self._wanders_off(asked):
            reply.add(self.words.off_topic(), Act(kind="off_topic"))
            return reply
        self._complain(reply, agent)
        for act in agent.acts:
            if act.kind == "response" and act.slot == "condition":
                self.closed.add(self._number(act.request))
        before = len(reply.acts)
        if self._put_right(reply, agent):
            return reply
        if "confirm" in acts:
            self._decide(reply, acts["confirm"])
        elif "clarify" in acts:
            reply.add(self.words.thats_it(), Act(kind="affirm", request=acts["clarify"].request))
        for act in self._to_answer(asked):
            self._tell(reply, act, refused=acts.get("refuse"))
        if "response_fail" in acts and len(reply.acts) == before:
            self._identify(reply)
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

    def _complain(self, reply: Reply, agent: Message) -> None:
        if self.complaints < self.plan.complaints and len(self.closed) == len(self.plan.order):
            return  # who has complained and got everything has no more reason to
        patient = self.turns < _PATIENCE or not self.dice.chance(0.5)
        if self.complaints and (not patient or self._last_chance(agent)):
            self.complaints -= 1
            reply.add(self.words.complaint(), Act(kind="complain"))

    def _last_chance(self, agent: Message) -> bool:
        return any(act.kind in ("confirm", "refuse") or act.slot in ("answer", "condition") for act in agent.acts)

    def _put_right(self, reply: Reply, agent: Message) -> bool:
        """Corrects what the agent's words bring to light, or changes to what is really wanted."""
        return self._correct(reply, agent) or self._reconsider(reply, agent) or self._mend(reply, agent)

    def _mend(self, reply: Reply, agent: Message) -> bool:
        """Tells rightly and in full what was wrong or incomplete, once the agent has come upon it."""
        known = {entry.name for entry in self.task.knowledge}
        for number in [number for number in self.raised if number in self.flaws]:
            flaw, place = self.flaws[number], self._place(number)
            noticed = any(act.kind in _LISTED for act in agent.acts if act.request == place)
            if flaw.kind == "ask_first" or flaw.role not in self.told[number] or not noticed:
                continue
            del self.flaws[number]
            self.facts.update({name: self.task.fact(name) for name in flaw.facts if name in known})
            request = self.task.requests[number]
            if flaw.kind == "conflict":
                reply.add(self.words.mended(request, flaw.role), Act(kind="correct", request=place, slot=flaw.role))
            else:
                reply.add(self.words.tell(request, flaw.role, asked=True))
            self._inform(reply, number, (flaw.role,))
            return True
        return False

    def _correct(self, reply: Reply, agent: Message) -> bool:
        slip = self.open_slip
        if slip is None or not self.slip_told:
            return False
        entry = next(entry for entry in self.task.knowledge if entry.name == slip.fact)
        place = None if entry.identity else self._place(self._owner(slip.fact))
        kinds = {act.kind for act in agent.acts if act.request == place}
        if not kinds & (_NOBODY if entry.identity else _LISTED):
            return False
        self.open_slip = None
        self.facts[slip.fact] = slip.true
        if slip.instead:
            self.otherwise = slip.instead
            reply.add(self.words.found_otherwise(slip.instead), Act(kind="correct", slot=slip.fact))
            reply.acts.extend(Act(kind="inform", slot=each.name, value=each.value) for each in slip.instead)
            return True
        if kinds & {"confirm", "clarify"}:
            reply.acts.append(Act(kind="negate", request=place))
        reply.add(
            self.words.correction(entry, slip.wrong, slip.true),
            Act(kind="correct", slot=slip.fact, value=slip.true),
            Act(kind="inform", request=place, slot=slip.fact, value=slip.true),
        )
        return True

    def _owner(self, fact: str) -> int:
        """Returns the request that a stated value was told for."""
        return next((number for number in self.raised if fact in self.stated.get(number, ())), self.raised[-1])

    def _reconsider(self, reply: Reply, agent: Message) -> bool:
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

    def _decide(self, reply: Reply, act: Act) -> None:
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
        words = self.lexicon.writes.get(request.tool or "")
        table = words.roles if words is not None else {}
        for name, source in request.sources.items():
            if source.fact is not None and arguments.get(name) != self.task.fact(source.fact):
                return str(table.get(name, name))
        return None

    def _tell(self, reply: Reply, act: Act, refused: Act | None) -> None:
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

    def _to_answer(self, asked: Sequence[Act]) -> Sequence[Act]:
        """Returns the questions to answer: of "which day, or which shelf?" what the user has something to say to."""
        own = [act for act in asked if act.request is not None and act.slot in self.roles[self._number(act.request)]]
        served = {act.request for act in own}
        return [act for act in asked if act in own or act.request is None or act.request not in served]

    def _tell_slot(self, reply: Reply, number: int, slot: str) -> None:
        request = self._wanted(number)
        every = self.roles[number]
        slot = role_told_for(self.lexicon, request, slot)
        role = slot if slot in every else next((role for role in every if role not in self.told[number]), None)
        if role is None:
            reply.add(self.words.never_mind(), Act(kind="negate", request=self._place(number)))
            self.closed.add(number)
        elif role in self.told[number]:
            reply.add(self.words.again(request, role))
            self._inform(reply, number, (role,))
        else:
            reply.add(self.words.tell(request, role, asked=True))
            self._inform(reply, number, (role,))

    def _clear_up(self, reply: Reply, number: int) -> None:
        """Says what a hint was about."""
        request = self._wanted(number)
        every = self._tellable(number)
        roles = every if request.kind == "answer" else every[: self.dice.between(0, min(1, len(every)))]
        act = intent(request, self._place(number), vague=False, full=bool(roles))
        reply.add(self.words.ask(request, roles), act)
        self._inform(reply, number, roles)

    def _take_refusal(self, reply: Reply, place: int) -> None:
        self.closed.add(self._number(place))
        if not self.protested and self.dice.chance(0.35):
            self.protested = True
            reply.add(self.words.protest(), Act(kind="negate", request=place))
            return
        reply.add(self.words.accept())
        self._next(reply)

    def _volunteer(self, reply: Reply, agent: Message) -> None:
        """Adds one untold detail of the present request, as people do who say things when they think of them."""
        if self.behavior.disclosure != "drip":
            return
        if any(act.kind in ("user_bye", "negate") or act.kind.startswith("inform_intent") for act in reply.acts):
            return
        talked_of = [self._number(act.request) for act in agent.acts if act.request is not None]
        for number in talked_of[-1:] if talked_of and self.volunteered else self.raised:
            left = [role for role in self._tellable(number) if role not in self.told[number]]
            if left and number not in self.closed:
                self.volunteered = True
                reply.add(self.words.tell(self._wanted(number), left[0], asked=False))
                self._inform(reply, number, (left[0],))
                return
