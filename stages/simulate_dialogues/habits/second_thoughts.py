"""Second thoughts: values and wishes that are told otherwise first, and a yes that does not come at once."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.behavior import Playbook
from schemas.dialogue import Act, Message
from schemas.task import Request
from stages.simulate_dialogues.telling import LISTED, Habit, Reply, Telling

_NOBODY = frozenset({"suggest", "response_fail"})
"""Acts of an agent that let a user see a mistake in who it is."""


class Slip(Habit):
    """Puts right what it told wrongly, when the agent's words bring it to light."""

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Corrects it, or lets itself be found another way."""
        user = self.user
        slip = user.open_slip
        if slip is None or not user.slip_told:
            return False
        entry = next(entry for entry in user.task.knowledge if entry.name == slip.fact)
        place = None if entry.identity else user.place(self._owner(slip.fact))
        kinds = {act.kind for act in agent.acts if act.request == place}
        if not kinds & (_NOBODY if entry.identity else LISTED):
            return False
        user.open_slip = None
        user.facts[slip.fact] = slip.true
        if slip.instead:
            user.otherwise = slip.instead
            reply.add(user.words.found_otherwise(slip.instead), Act(kind="correct", slot=slip.fact))
            reply.acts.extend(Act(kind="inform", slot=each.name, value=each.value) for each in slip.instead)
            return True
        if kinds & {"confirm", "clarify"}:
            reply.acts.append(Act(kind="negate", request=place))
        reply.add(
            user.words.correction(entry, slip.wrong, slip.true, outdated=slip.outdated),
            Act(kind="correct", slot=slip.fact, value=slip.true),
            Act(kind="inform", request=place, slot=slip.fact, value=slip.true),
        )
        return True

    def _owner(self, fact: str) -> int:
        """Returns the request that a stated value was told for."""
        user = self.user
        return next((number for number in user.raised if fact in user.stated.get(number, ())), user.raised[-1])


class ChangeOfMind(Habit):
    """Wants something else first than what the task says."""

    act = "change_mind"

    def occasion(self, here: Sequence[Act], role: str) -> bool:
        """Whether these acts of the agent, about the request, are what changes this user's mind."""
        return any(act.kind in ("confirm", "clarify", "request", "refuse", "response_fail") for act in here)

    def lead(self, request: Request, role: str, after: str) -> str:
        """Says what is wanted now, as something else than before, in a message that begins with `after`."""
        return self.user.words.other_wish(request, role)

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Changes to what is really wanted."""
        user = self.user
        thought = user.open_thought
        if thought is None or not user.thought_told:
            return False
        place = user.place(thought.request)
        here = [act for act in agent.acts if act.request == place]
        if not self.occasion(here, thought.role):
            return False
        user.open_thought = None
        if thought.fact is not None:
            user.facts[thought.fact] = user.task.fact(thought.fact)
        request = user.task.requests[thought.request]
        confirming = any(act.kind in ("confirm", "clarify") for act in here)
        if confirming:
            reply.acts.append(Act(kind="negate", request=place))
        reply.add(self.lead(request, thought.role, reply.said), Act(kind=self.act, request=place))
        user.inform(reply, thought.request, (thought.role,))
        return True


class Revises(ChangeOfMind):
    """Wants something else once it hears what its wish has come to."""

    act = "revise"

    def occasion(self, here: Sequence[Act], role: str) -> bool:
        """Whether the result was told, or why nothing can be done with it."""
        return any(
            act.kind in ("confirm", "clarify", "refuse") or (act.kind == "response" and act.slot in (role, "answer"))
            for act in here
        )

    def lead(self, request: Request, role: str, after: str) -> str:
        """Says what is wanted now that the result is known."""
        return self.user.words.revised(request, role, after)


class CorrectsOther(ChangeOfMind):
    """Puts one request right while another one is confirmed; at the latest when it is talked of."""

    def decides(self, reply: Reply, act: Act) -> bool:
        """Says yes, and what is to be different about the other request."""
        user, thought = self.user, self.user.open_thought
        if thought is None or not user.thought_told or user.number(act.request) == thought.request:
            return False
        reply.add(user.words.yes(reply.said), Act(kind="affirm", request=act.request))
        user.closed.add(user.number(act.request))
        user.open_thought = None
        if thought.fact is not None:
            user.facts[thought.fact] = user.task.fact(thought.fact)
        request = user.task.requests[thought.request]
        text = user.words.amends(request, thought.role)
        reply.add(text, Act(kind="amend", request=user.place(thought.request)))
        user.inform(reply, thought.request, (thought.role,))
        return True


class RefuseFirst(Habit):
    """Does not say yes the first time."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._refused = False

    def decides(self, reply: Reply, act: Act) -> bool:
        """Wants to hear it again."""
        if self._refused:
            return False
        self._refused = True
        reply.add(self.user.words.not_yet(), Act(kind="negate", request=act.request))
        return True
