"""Openings: the first message of a scripted user in a language model's words, where these say the same.

    "hi, i need help with an order"    ->  "hello, could somebody help me out with one of my orders"
    "hi, i need help with an order"    ->  "hi, i want to cancel an order"       says more: the script's stands

The verbaliser words them and reads them back (`VerbaliseTasks.opening`); beside its rules hold those of rewriting, and
whatever behaviour the script's message shows must show in the new one. The user goes on as it would have gone on.
"""

from __future__ import annotations

from typing import Protocol

from msgspec.structs import replace

from schemas.behavior import Scenario
from schemas.completion import Completion
from schemas.dialogue import Dialogue, Generation, Message
from schemas.task import Task
from stages.base import Services, Wording
from stages.behaviors.detectors import shown
from stages.behaviors.space import playbooks_of
from stages.simulate_dialogues.rewriting import unlike
from stages.simulate_dialogues.scripted_user import ScriptedUser, ScriptedUsers
from tool_specs.domain import Domain


class Verbaliser(Protocol):
    """What words openings."""

    async def opening(self, task: Task, said: Message, session: str, services: Services) -> tuple[Completion, Wording]:
        """Returns what was answered, and what came of it."""


class OpeningUsers(ScriptedUsers):
    """Scripted users whose first message is given."""

    def __init__(self, opening: Message, verbaliser: str) -> None:
        """Takes the message, and the name and revision of who was asked for it."""
        self._opening = opening
        self.revision = f"{ScriptedUsers.revision}+{verbaliser}"

    def user(self, domain: Domain, scenario: Scenario) -> ScriptedUser:
        """Returns a user for one dialogue."""
        user = ScriptedUser(domain, scenario)
        user.opening = self._opening
        return user


async def worded(
    verbaliser: Verbaliser, domain: Domain, scenario: Scenario, session: str, services: Services
) -> Message:
    """Returns the first message of a scripted user: in the verbaliser's words, or in its own with the reason why."""
    own = ScriptedUser(domain, scenario).opening
    answer, found = await verbaliser.opening(scenario.task, own, session, services)
    why = found.why or unlike(domain, scenario.task, own, replace(answer, content=found.text), None)
    new = own if why else replace(own, content=found.text)
    if not why and not _shown(scenario, own) <= _shown(scenario, new):
        why, new = "manner", own
    reason = f"opening: {why}" if why else ""
    generation = Generation(finish_reason=answer.finish_reason, usage=answer.usage, repaired=reason)
    return replace(new, generation=generation)


def _shown(scenario: Scenario, opening: Message) -> frozenset[str]:
    """Returns the behaviours that an opening shows by itself."""
    alone = Dialogue(
        id="", scenario=scenario, messages=(opening,), ended="user_left", initial_digest="", final_digest="", engines={}
    )
    return shown(alone, playbooks_of(scenario.behavior).values())
