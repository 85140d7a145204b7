"""Picking: users who want to hear what there is, and pick from the list: by number, by name, or by what it is not."""

from __future__ import annotations

from schemas.base import Json
from schemas.behavior import Playbook
from schemas.dialogue import Act, Message
from stages.behaviors.choices import choices
from stages.simulate_dialogues.telling import Habit, Reply, Telling


class PicksFromList(Habit):
    """Asks for the list, and picks from it."""

    def __init__(self, user: Telling, playbook: Playbook) -> None:
        super().__init__(user, playbook)
        self._choice = user.dice.pick(choices(user.task, user.domain))
        self._asked = False

    def answers(self, reply: Reply, agent: Message) -> bool:
        """Asks what there is when it is asked for its choice; then says which."""
        user, choice = self.user, self._choice
        if choice.request not in user.raised:
            return False
        place = user.place(choice.request)
        for act in agent.acts:
            if act.kind != "request" or (act.request, act.slot) != (place, choice.role):
                continue
            if isinstance(act.value, dict) and self._picks(reply, place, act.value["options"]):
                user.told[choice.request].add(choice.role)
                return True
            if not self._asked and choice.role not in user.told[choice.request]:
                self._asked = True
                reply.add(user.words.options_wanted(), Act(kind="ask_options", request=place, slot=choice.role))
                return True
        return False

    def _picks(self, reply: Reply, place: int, options: list[dict[str, Json]]) -> bool:
        user, choice = self.user, self._choice
        value = user.task.requests[choice.request].arguments[choice.parameter]
        at = next((number for number, option in enumerate(options) if option["value"] == value), None)
        if at is None:
            return False
        labels = [str(option["label"]) for option in options]
        text = user.words.excludes(labels, at) if self.playbook.rule == "picks_by_exclusion" else ""
        name = f"chosen.{place}.{choice.parameter}"
        reply.add(
            text or user.words.picks(labels, at),
            Act(kind="inform", request=place, slot=name, value=value),
            Act(kind="inform", request=place, slot=choice.role, value={"binds": {}, "facts": {choice.parameter: name}}),
        )
        return True
