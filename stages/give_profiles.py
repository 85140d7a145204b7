"""Give profiles: users become somebody. A scenario in, the same one with its user's profile out.

    GiveProfiles(seed=7)             # generated; the same person has the same profile in all its dialogues
    GiveProfiles(profiles=(...))     # out of a file

A profile colours the telling: what is mentioned in passing, politeness, capitals. Task and goal stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from schemas.base import content_id
from schemas.behavior import Scenario
from schemas.profile import Profile
from schemas.verdict import Drop
from stages.base import Services, Stage
from stages.behaviors.profile_words import about
from stages.behaviors.profiles import generated, one_of


@dataclass(frozen=True, kw_only=True)
class GiveProfiles(Stage[Scenario, Scenario]):
    """Says who users are.

    Attributes:
        seed: Of generated profiles.
        profiles: Those of a file, which are used in their place.
    """

    seed: int = 0
    profiles: tuple[Profile, ...] = field(default=(), repr=False)

    async def process(self, record: Scenario, services: Services) -> Sequence[Scenario | Drop]:
        """Returns the scenario with a profile."""
        behavior = record.behavior
        person = record.task.principal or record.task.id
        profile = one_of(self.profiles, person) if self.profiles else generated(self.seed, person)
        # How much somebody writes is the behaviour's, which is drawn evenly over a run.
        style = msgspec.structs.replace(profile.style, register=behavior.register)
        profile = msgspec.structs.replace(profile, style=style)
        identity = content_id("behavior", behavior.id, profile.id)
        instruction = f"{behavior.instruction}\n\n# Who you are beside this\n{about(profile)}"
        behavior = msgspec.structs.replace(behavior, id=identity, profile=profile, instruction=instruction)
        return [msgspec.structs.replace(record, id=content_id("scenario", record.id, identity), behavior=behavior)]
