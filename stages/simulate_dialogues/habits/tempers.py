"""Tempers: moods that show in what a user says beside the matter, or before it agrees."""

from __future__ import annotations

from typing import Literal

from schemas.behavior import Playbook
from schemas.dialogue import Act, Message
from stages.behaviors.rules import looked_up
from stages.simulate_dialogues.telling import Habit, Reply, Telling

_AGAIN = 0.3
"""How many sceptical users doubt twice."""


class Scepticism(Habit):
    """Wants to know how the agent knows: before it says yes, or when a question has been answered."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._left = 2 if user.dice.chance(_AGAIN) else 1
        self._doubted: set[int | None] = set()

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Doubts an answer, in place of going on."""
        told = [act for act in agent.acts if act.kind == "response" and act.slot == "answer"]
        open_ = any(act.kind == "confirm" or (act.kind == "request" and act.slot != "intent") for act in agent.acts)
        if not told or open_ or not looked_up(self.user.wanted(self.user.number(told[-1].request))):
            return False
        return self._doubts(reply, told[-1])

    def decides(self, reply: Reply, act: Act) -> bool:
        """Doubts what is listed before it says yes, if the agent has compared something for it."""
        return looked_up(self.user.wanted(self.user.number(act.request))) and self._doubts(reply, act)

    def _doubts(self, reply: Reply, act: Act) -> bool:
        if not self._left or act.request in self._doubted:
            return False
        self._left -= 1
        self._doubted.add(act.request)
        reply.add(self.user.words.doubt(), Act(kind="doubt", request=act.request))
        return True


class Frustration(Habit):
    """Says how annoying it all is, once or twice, beside its answers. It has no words of politeness left."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._left = user.dice.between(1, 2)
        self._vented = False
        user.words.polite = False

    def opens(self, reply: Reply) -> None:
        """Is frustrated from the beginning: whoever says everything at once may get no other occasion."""
        if self.user.disclosure == "all_at_once":
            self._vents(reply, "first")

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Vents before it answers what the agent wants to know, finds nothing for, or refuses."""
        user = self.user
        troubled = any(act.kind in ("request", "response_fail") and act.slot != "intent" for act in agent.acts)
        stopped = any(act.kind in ("confirm", "refuse") for act in agent.acts)
        served = any(act.kind == "response" for act in agent.acts)
        over = served and not (stopped or troubled) and len(user.raised) == len(user.plan.order)
        if self._left and user.dice.chance(0.3 if stopped and self._vented else 1.0 if stopped else 0.5 * troubled):
            self._vents(reply, "again" if self._vented else "now")
        elif over and not self._vented:
            self._vents(reply, "last")
        return False

    def _vents(self, reply: Reply, when: Literal["first", "now", "again", "last"]) -> None:
        self._left -= 1
        self._vented = True
        reply.add(self.user.words.vent(when), Act(kind="vent"))
