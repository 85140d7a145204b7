"""Naming: what users call things whose name they do not remember."""

from __future__ import annotations

from schemas.behavior import Playbook
from schemas.dialogue import Act
from stages.behaviors.misnomers import misnomer
from stages.simulate_dialogues.telling import Habit, Reply, Telling


class Misnaming(Habit):
    """Calls something by a makeshift name when it is asked which it is, and by its own when it is asked again."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._done = False

    def tells(self, reply: Reply, number: int, role: str) -> bool:
        """Names it wrongly the first time."""
        user = self.user
        name = misnomer(user.wanted(number), role) if role == "object" and not self._done else None
        if name is None:
            return False
        self._done = True
        text, thing = user.words.misnamed(name)
        reply.add(text, Act(kind="misname", request=user.place(number), slot=role, value=thing))
        return True
