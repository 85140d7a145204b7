"""Behavior: what was planned for this user can be seen in the dialogue.

The detectors read acts; where the user's engine gives none (a language model), there is nothing to compare with.

A language model that tells a task in another manner than it was told to has still told it: such a dialogue may be
relabelled, to bear the behaviours that it shows.

    relabelled(dialogue).scenario.behavior    # Behavior(disclosure="drip", planned=("all_at_once", "slip"), ...)
"""

from __future__ import annotations

import msgspec

from schemas.dialogue import Dialogue
from schemas.verdict import Verdict
from stages.behaviors.detectors import DETECTORS, detect, shown
from stages.behaviors.profile_words import disagreements
from stages.behaviors.space import DISCLOSURE, SPACE, by_name, playbooks_of
from stages.validate_dialogues.context import CheckContext, failed, passed


def behavior(context: CheckContext) -> Verdict:
    """The planned behaviours are found; a register shows only in many dialogues."""
    if not any(message.acts for message in context.messages if message.role == "user"):
        return passed("behavior")
    planned = [each for each in playbooks_of(context.dialogue.scenario.behavior).values() if each.detector in DETECTORS]
    found = shown(context.dialogue, planned)
    missing = [each.behavior for each in planned if each.behavior not in found]
    if missing:
        seen = ", ".join(sorted(detect(context.dialogue))) or "nothing"
        return failed("behavior", "user", f"planned {', '.join(missing)}; found {seen}")
    profile = context.dialogue.scenario.behavior.profile
    if profile:
        told = [message.content for message in context.messages if message.role == "user"]
        for what in disagreements(profile, told):
            return failed("behavior", "user", what)
    return passed("behavior")


def relabelled(dialogue: Dialogue) -> Dialogue:
    """Returns a dialogue whose scenario names the behaviours that it shows; the register, which none shows, stays."""
    behavior = dialogue.scenario.behavior
    every = {**by_name(SPACE), **playbooks_of(behavior)}
    found = shown(dialogue, every.values())
    kinds = {name: each.axis == DISCLOSURE for name, each in every.items() if name in found}
    behavior = msgspec.structs.replace(
        behavior,
        disclosure=next((name for name, telling in kinds.items() if telling), behavior.disclosure),
        traits=tuple(name for name, telling in kinds.items() if not telling),
        planned=(behavior.disclosure, *behavior.traits),
    )
    return msgspec.structs.replace(dialogue, scenario=msgspec.structs.replace(dialogue.scenario, behavior=behavior))
