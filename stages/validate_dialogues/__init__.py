"""Validate dialogues: replay each dialogue, check it against its proof and the policy, keep only the good.

    >>> judge(dialogue, services)
    (Verdict(check='structure', passed=True), ..., Verdict(check='outcome', passed=False, owner='agent', detail=...))

Every check is a pure function of a `CheckContext`, by theme: `structure` (form, schema, truncation), `replay` (replay,
outcome), `evidence`, `grounding`, `guards`, `telling` (communication, user_faults), `behavior`.
"""

from stages.validate_dialogues.context import CheckContext, Limits, Toolbox
from stages.validate_dialogues.stage import CHECKS, ValidateDialogues, context_of, judge

__all__ = ["CHECKS", "CheckContext", "Limits", "Toolbox", "ValidateDialogues", "context_of", "judge"]
