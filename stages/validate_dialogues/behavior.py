"""Behavior: what was planned for this user can be seen in the dialogue.

The detectors read acts; where the user's engine gives none (a language model), there is nothing to compare with.
"""

from __future__ import annotations

from schemas.verdict import Verdict
from stages.behaviors.detectors import detect
from stages.validate_dialogues.context import CheckContext, failed, passed


def behavior(context: CheckContext) -> Verdict:
    """The planned disclosure and traits are found."""
    if not any(message.acts for message in context.messages if message.role == "user"):
        return passed("behavior")
    planned = context.dialogue.scenario.behavior
    found = detect(context.dialogue)
    missing = [each for each in (planned.disclosure, *planned.traits) if each not in found]
    if missing:
        seen = ", ".join(sorted(found)) or "nothing"
        return failed("behavior", "user", f"planned {', '.join(missing)}; found {seen}")
    return passed("behavior")
