"""Scripted user: a person with a task and a manner, who answers what the agent asks.

It knows its task, as the user of an LLM engine would, but says only what a user can know: who it is, what it wants by
its properties, and what it states. It corrects what it told wrongly, says no to what differs from its own words, and
leaves when everything is done or refused. It waits when it is asked to, and says so when it does not follow.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.dialogue import Act, Message
from stages.simulate_dialogues.habits import habits_of
from stages.simulate_dialogues.habits.remarks import Mentions
from stages.simulate_dialogues.meanings import intent
from stages.simulate_dialogues.telling import LISTED, ONLY_FAILS, Reply, Telling
from tool_specs.domain import Domain
from tool_specs.phrasing.roles import role_told_for

_WORKED_ON = frozenset({"confirm", "clarify", "request"})
"""Acts by which an agent works on a request."""
_STAYS_FOR = 2
"""Questions that a user answers at most who leaves in the middle of a request."""
Conversation = Generator[Message, Message, None]


class ScriptedUser:
    """Speaks for the user of one scenario. A function of the history, like its counterpart.

    Attributes:
        opening: The first message.
    """

    def __init__(self, domain: Domain, scenario: Scenario) -> None:
        """Takes a scenario to act out."""
        self._visit = _Visit(domain, scenario)
        self._talk = self._visit.run()
        self._begins = self._heard = len(scenario.said_before)
        self.opening = next(self._talk)

    @property
    def raised(self) -> Sequence[int]:
        """The task's requests in the order of being raised; acts count them by their place here."""
        return self._visit.raised

    def told(self, number: int) -> Collection[str]:
        """Returns the roles of a request that were told so far."""
        return self._visit.told.get(number, ())

    async def speak(self, history: Sequence[Message]) -> Message:
        """Returns the next message."""
        said: Message | None = self.opening if len(history) == self._begins else None
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

    def __init__(self, domain: Domain, scenario: Scenario) -> None:
        super().__init__(domain, scenario)
        self.habits = habits_of(self)
        profile = scenario.behavior.profile
        self._mentions = Mentions(self, profile) if profile else None
        self._stays_for = self.dice.between(0, _STAYS_FOR) if self.task.kind == "abandoned" else 0

    def run(self) -> Conversation:
        """Plays the user from the opening to the good-bye."""
        try:
            agent = yield self._finish(self._mentioning(self._open()))
            while True:
                agent = yield self._finish(self._mentioning(self._answer(agent)))
        finally:
            # They know the user: as cycles, all that a dialogue is made of would wait for the garbage collector.
            self.habits, self._mentions = (), None

    def _mentioning(self, reply: Reply) -> Reply:
        if self._mentions is not None:
            self._mentions.add(reply)
        return reply

    def _answer(self, agent: Message) -> Reply:
        reply = Reply()
        acts = {act.kind: act for act in agent.acts}
        if acts.keys() <= {"hold"}:
            reply.add(self.words.waits() if acts else self.words.puzzled())
            return reply
        for act in agent.acts:
            if act.kind == "response" and act.slot == "condition":
                self.closed.add(self.number(act.request))
        if self._takes_back(reply, agent):
            return reply
        if any(habit.answers(reply, agent) for habit in self.habits):
            return reply
        before = len(reply.acts)
        if self._mend(reply, agent):
            return reply
        if "confirm" in acts:
            self._decide(reply, acts["confirm"])
        elif "clarify" in acts:
            reply.add(self.words.thats_it(), Act(kind="affirm", request=acts["clarify"].request))
        for act in self._to_answer([act for act in agent.acts if act.kind == "request"]):
            self._tell(reply, act, refused=acts.get("refuse"))
        if "response_fail" in acts and len(reply.acts) == before:
            self.identify(reply)
        if len(reply.acts) == before:
            self.go_on(reply)
        self._volunteer(reply, agent)
        for habit in self.habits:
            habit.adds(reply, agent)
        return reply

    def _takes_back(self, reply: Reply, agent: Message) -> bool:
        """Takes a request back for good: once its details are listed, or by leaving in the middle of it."""
        for act in agent.acts:
            if act.request is None or act.request >= len(self.raised) or act.kind not in _WORKED_ON:
                continue
            number, listed = self.number(act.request), act.kind == "confirm"
            kind = self.task.requests[number].kind
            if kind not in ("decline", "abandon") or number in self.closed:
                continue
            if listed and self._disagreement(number, act.value) is not None:
                continue  # it is corrected first
            if not listed and (kind == "decline" or not self.told[number] or self._stays_for):
                self._stays_for -= kind == "abandon" and bool(self.told[number])
                continue
            self.closed.add(number)
            withdrawn = Act(kind="withdraw", request=act.request)
            if kind == "decline":
                reply.add(self.words.declines(), withdrawn)
            else:
                reply.add(self.words.leaves(), withdrawn, Act(kind="user_bye"))
            return True
        return False

    def _mend(self, reply: Reply, agent: Message) -> bool:
        """Tells rightly and in full what was wrong or incomplete, once the agent has come upon it."""
        known = {entry.name for entry in self.task.knowledge}
        for number in [number for number in self.raised if number in self.flaws]:
            flaw, place = self.flaws[number], self.place(number)
            noticed = any(act.kind in LISTED for act in agent.acts if act.request == place)
            if flaw.kind == "ask_first" or flaw.role not in self.told[number] or not noticed:
                continue
            del self.flaws[number]
            self.facts.update({name: self.task.fact(name) for name in flaw.facts if name in known})
            request = self.task.requests[number]
            if flaw.kind == "conflict":
                reply.add(self.words.mended(request, flaw.role), Act(kind="correct", request=place, slot=flaw.role))
            else:
                reply.add(self.words.tell(request, flaw.role, asked=True))
            self.inform(reply, number, (flaw.role,))
            return True
        return False

    def _decide(self, reply: Reply, act: Act) -> None:
        number = self.number(act.request)
        wrong = self._disagreement(number, act.value)
        if wrong is not None:
            reply.add(self.words.not_that(self.wanted(number), wrong), Act(kind="negate", request=act.request))
            self.inform(reply, number, (wrong,))
        elif not any(habit.decides(reply, act) for habit in self.habits):
            reply.add(self.words.yes(reply.said), Act(kind="affirm", request=act.request))
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
            self.identify(reply)
        elif act.slot == "intent":
            if act.request is not None:
                self._clear_up(reply, self.number(act.request))
            elif refused is not None and refused.request is not None:
                self._take_refusal(reply, refused.request)
            else:
                self.go_on(reply)
        elif act.request is not None:
            self._tell_slot(reply, self.number(act.request), act.slot or "")

    def _to_answer(self, asked: Sequence[Act]) -> Sequence[Act]:
        """Returns the questions to answer: of "which day, or which shelf?" what the user has something to say to."""
        own = [act for act in asked if act.request is not None and act.slot in self.roles[self.number(act.request)]]
        served = {act.request for act in own}
        return [act for act in asked if act in own or act.request is None or act.request not in served]

    def _tell_slot(self, reply: Reply, number: int, slot: str) -> None:
        request = self.wanted(number)
        every = self.roles[number]
        slot = role_told_for(self.lexicon, request, slot)
        role = slot if slot in every else next((role for role in every if role not in self.told[number]), None)
        if role is None:
            reply.add(self.words.never_mind(), Act(kind="negate", request=self.place(number)))
            self.closed.add(number)
        elif role in self.told[number]:
            reply.add(self.words.again(request, role))
            self.inform(reply, number, (role,))
        elif not (self._fails(reply, number, role) or self._tells_otherwise(reply, number, role)):
            reply.add(self.words.tell(request, role, asked=True))
            self.inform(reply, number, (role,))

    def _fails(self, reply: Reply, number: int, role: str) -> bool:
        """Says that there is no number to give, if this user lacks it; returns whether that is all for now."""
        lack = self.lack_open
        if lack is None or lack.request != number or role != "object":
            return False
        self.lack_open = None
        reply.add(self.words.lacks(lack.slot), Act(kind="fail_inform", request=self.place(number), slot=lack.slot))
        return self.dice.chance(ONLY_FAILS)

    def _tells_otherwise(self, reply: Reply, number: int, role: str) -> bool:
        return any(habit.tells(reply, number, role) for habit in self.habits)

    def _clear_up(self, reply: Reply, number: int) -> None:
        """Says what a hint was about."""
        request = self.wanted(number)
        every = self.tellable(number)
        roles = every if request.kind == "answer" else every[: self.dice.between(0, min(1, len(every)))]
        otherwise = Reply()
        if roles and request.kind != "answer" and self._tells_otherwise(otherwise, number, roles[0]):
            roles = ()
        act = intent(request, self.place(number), vague=False, full=bool(roles))
        reply.add(self.words.ask(request, roles), act)
        self.inform(reply, number, roles)
        reply.add(" ".join(otherwise.parts), *otherwise.acts)

    def _take_refusal(self, reply: Reply, place: int) -> None:
        self.closed.add(self.number(place))
        if not self.protested and self.dice.chance(0.35):
            self.protested = True
            reply.add(self.words.protest(), Act(kind="negate", request=place))
            return
        reply.add(self.words.accept())
        self.go_on(reply)

    def _volunteer(self, reply: Reply, agent: Message) -> None:
        """Adds one untold detail of the present request, as people do who say things when they think of them."""
        if self.disclosure != "drip":
            return
        if any(act.kind in ("user_bye", "negate") or act.kind.startswith("inform_intent") for act in reply.acts):
            return
        talked_of = [self.number(act.request) for act in agent.acts if act.request is not None]
        for number in talked_of[-1:] if talked_of and self.volunteered else self.raised:
            left = [role for role in self.tellable(number) if role not in self.told[number]]
            if left and number not in self.closed:
                self.volunteered = True
                reply.add(self.words.tell(self.wanted(number), left[0], asked=False))
                self.inform(reply, number, (left[0],))
                return
