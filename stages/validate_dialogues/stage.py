"""The stage, and the order in which checks run: cheap first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from schemas.base import content_id, encode
from schemas.dialogue import Dialogue
from schemas.verdict import Drop, DropReason, Judged, Owner, Verdict
from stages.base import Services, Stage
from stages.validate_dialogues.behavior import behavior, relabelled
from stages.validate_dialogues.context import CheckContext, Limits, Toolbox, place
from stages.validate_dialogues.evidence import evidence_before_write
from stages.validate_dialogues.gains import gains, zero_gains
from stages.validate_dialogues.grounding import grounding
from stages.validate_dialogues.guards import guards
from stages.validate_dialogues.replay import outcome, replay
from stages.validate_dialogues.structure import call_schema, structure, truncation
from stages.validate_dialogues.telling import communication, user_faults

CHECKS: tuple[Callable[[CheckContext], Verdict], ...] = (
    truncation,
    structure,
    call_schema,
    replay,
    outcome,
    evidence_before_write,
    behavior,
    communication,
    user_faults,
    guards,
    grounding,
)

STRICT = Limits()


def context_of(dialogue: Dialogue, services: Services, limits: Limits = STRICT) -> CheckContext:
    """Prepares a dialogue for the checks: replays it once for all of them."""
    sandbox = services.sandboxes[dialogue.scenario.task.domain]
    toolbox = services.memo(f"toolbox:{sandbox.domain.name}", lambda: Toolbox(sandbox.domain))
    return CheckContext(dialogue, sandbox, toolbox, limits)


def judge(dialogue: Dialogue, services: Services, limits: Limits = STRICT) -> tuple[Verdict, ...]:
    """Returns the verdicts of all checks, whether or not one fails."""
    context = context_of(dialogue, services, limits)
    return tuple(check(context) for check in CHECKS)


@dataclass(frozen=True, kw_only=True)
class ValidateDialogues(Stage[Dialogue, Judged]):
    """Keeps the dialogues in which nothing is wrong. The first check that fails drops a dialogue.

    Attributes:
        parallel_calls: most calls that one assistant message may make.
        text_beside_calls: whether an assistant message may hold both words and calls.
        zero_gain_turns: most turns of the agent that may tell it nothing new; None for any number.
        relabel: whether a dialogue that shows other behaviours than planned bears those in place of being dropped.
    """

    parallel_calls: int = 1
    text_beside_calls: bool = False
    zero_gain_turns: int | None = None
    relabel: bool = False

    async def process(self, record: Dialogue, services: Services) -> Sequence[Judged | Drop]:
        """Returns the dialogue with its verdicts, or the drop."""
        return [self.validated(record, services)]

    def validated(self, record: Dialogue, services: Services) -> Judged | Drop:
        """Returns the dialogue with its verdicts, or the drop."""
        context = context_of(record, services, Limits(self.parallel_calls, self.text_beside_calls))
        verdicts: list[Verdict] = []
        for check in CHECKS:
            verdict = check(context)
            if verdict.check == "behavior" and not verdict.passed and self.relabel:
                # What other checks see of the behaviours changes with them.
                return replace(self, relabel=False).validated(relabelled(record), services)
            if not verdict.passed:
                return _dropped(record, verdict.check, verdict.owner, verdict.detail)
            verdicts.append(verdict)
        measured = gains(context)
        vain = zero_gains(measured)
        if self.zero_gain_turns is not None and vain > self.zero_gain_turns:
            first = place(measured.index(0.0))
            detail = f"{vain} turns told the agent nothing new, the first is {first}; {self.zero_gain_turns} may"
            return _dropped(record, "zero_gain", "agent", detail)
        return Judged(id=record.id, dialogue=record, verdicts=tuple(verdicts), gains=measured)


def _dropped(record: Dialogue, reason: DropReason, owner: Owner | None, detail: str) -> Drop:
    return Drop(
        id=content_id("drop", record.id, reason),
        stage="validate_dialogues",
        reason=reason,
        owner=owner,
        detail=detail,
        record_id=record.id,
        record=encode(record).decode(),
    )
