"""Remarks: what users say beside the matter."""

from __future__ import annotations

from schemas.behavior import Playbook
from schemas.dialogue import Act, Message
from schemas.profile import Profile
from stages.behaviors.profile_words import mention
from stages.simulate_dialogues.telling import Habit, Reply, Telling
from tool_specs.dice import Dice

_OPINION = 0.67
"""How often a user who gives feedback has some."""
_PATIENCE = 3
"""Messages after which an impatient user may complain (earlier only if it would not come to it later)."""


def last_chance(agent: Message) -> bool:
    """Whether the agent's words may be the last ones that a remark can be put beside."""
    return any(act.kind in ("confirm", "refuse") or act.slot in ("answer", "condition") for act in agent.acts)


class OffTopic(Habit):
    """Answers one question with something that has nothing to do with it: the first or second, or else the last."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._at = user.dice.between(1, 2)
        self._questions = 0
        self._wandered = False

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Wanders off."""
        user = self.user
        asked = [act for act in agent.acts if act.kind == "request"]
        if self._wandered or not asked:
            return False
        self._questions += 1
        last = asked[-1].slot == "intent" and len(user.raised) == len(user.plan.order)
        if self._questions < self._at and not last:
            return False
        self._wandered = True
        reply.add(user.words.off_topic(), Act(kind="off_topic"))
        return True


class Impatience(Habit):
    """Says once or twice that it is in a hurry."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._planned = self._left = user.dice.between(1, 2)
        self._waits = False

    def opens(self, reply: Reply) -> None:
        """Is in a hurry from the beginning: whoever says everything at once may get no other occasion."""
        if self.user.disclosure == "all_at_once" and self.user.dice.chance(0.5):
            self._complains(reply, self.user.words.hurry())

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Complains before it answers a question; what may be the last occasion is answered first."""
        user = self.user
        self._waits = False
        if self._left < self._planned and len(user.closed) == len(user.plan.order):
            return False  # who has complained and got everything has no more reason to
        patient = user.turns < _PATIENCE or not user.dice.chance(0.5)
        self._waits = self._left > 0 and last_chance(agent)
        if self._left and not patient and not self._waits:
            self._complains(reply, user.words.complaint())
        return False

    def adds(self, reply: Reply, agent: Message) -> None:
        """Complains behind a yes, or as it leaves: nobody asks to hear it all again and to be quick."""
        kinds = {act.kind for act in reply.acts}
        if self._waits and not kinds & {"negate", "doubt"}:
            words = self.user.words
            leaves = "user_bye" in kinds
            self._complains(reply, words.hurry(reply.said) if leaves else words.complaint(reply.said))

    def _complains(self, reply: Reply, text: str) -> None:
        self._left -= 1
        reply.add(text, Act(kind="complain"))


class Feedback(Habit):
    """Says what it thinks of what was just done or answered, before it goes on."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._given = False

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Gives its opinion, every time but one in three; the first time for sure."""
        user = self.user
        for act in agent.acts:
            if (
                act.kind == "response"
                and act.slot in (None, "answer")
                and (user.dice.chance(_OPINION) or not self._given)
            ):
                self._given = True
                text = user.words.feedback(answered=act.slot == "answer")
                reply.add(text, Act(kind="feedback", request=act.request))
                break
        return False


class Mentions:
    """Mentions in passing who the user is: one fact, or two where the user likes to talk."""

    def __init__(self, user: Telling, profile: Profile) -> None:
        """Draws what is mentioned; nothing of the dialogue's other choices moves."""
        dice = Dice("mentions", user.behavior.id, profile.id)
        most = {"terse": 0, "chatty": 2}.get(user.behavior.register, 1)
        facts = dice.shuffled(list(profile.facts.items()))[:most]
        self._left = [mention(fact, value, dice.below(3)) for fact, value in facts]
        self._dice = dice

    def add(self, reply: Reply) -> None:
        """Adds a mention to a message that tells or asks for something, and says neither yes nor no."""
        kinds = {act.kind for act in reply.acts}
        telling = any(kind.startswith("inform") for kind in kinds)
        if self._left and telling and not kinds & {"affirm", "negate", "user_bye"} and self._dice.chance(0.6):
            reply.add(self._left.pop())


class Remark(Habit):
    """Says once what its playbook lists, beside an answer: the behaviours of a recipe's own file need no code."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._text = user.dice.pick(playbook.words)
        self._at = user.dice.between(1, 3)
        self._said = False

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Makes its remark before it answers."""
        if not self._said and (self.user.turns >= self._at or last_chance(agent)):
            self._said = True
            reply.add(self._text)
        return False
