"""Replay and outcome: the calls do what was recorded, and leave the state that the task wants.

Only what a fresh fork answers counts; digests that the dialogue claims are compared, never trusted.
"""

from __future__ import annotations

from schemas.verdict import Owner, Verdict
from stages.validate_dialogues.context import CheckContext, failed, passed, place
from stages.validate_dialogues.leaving import left_early


def replay(context: CheckContext) -> Verdict:
    """Every recorded answer comes again on a fresh fork: text and error flag."""
    task = context.task
    if context.initial_digest != task.initial_digest:
        return failed("replay", "infrastructure", "the world is not the one that the task was made on")
    for step in context.steps:
        if step.answer is None:
            return failed("replay", "infrastructure", f"{place(step.index)}: call {step.call.id} was never answered")
        recorded = context.messages[step.answer]
        if recorded.error != step.result.error:
            flag = "an error" if step.result.error else "no error"
            return failed("replay", "tool", f"{place(step.answer)}: {step.call.name} gives {flag} when replayed")
        if recorded.content != step.result.content:
            return failed(
                "replay",
                "tool",
                f"{place(step.answer)}: {step.call.name}: {_apart(recorded.content, step.result.content)}",
            )
    if context.dialogue.initial_digest != context.initial_digest:
        return failed("replay", "infrastructure", "the dialogue claims to begin in a state that is not its world's")
    final = context.final_digest
    claimed = context.dialogue.final_digest
    if claimed != final:
        return failed(
            "replay", "infrastructure", f"the dialogue claims state {claimed[:12]}, replaying gives {final[:12]}"
        )
    return passed("replay")


def _apart(recorded: str, replayed: str) -> str:
    at = next(
        (n for n, (a, b) in enumerate(zip(recorded, replayed, strict=False)) if a != b),
        min(len(recorded), len(replayed)),
    )
    start = max(at - 15, 0)
    return f"recorded ...{recorded[start : at + 25]!r}, replayed ...{replayed[start : at + 25]!r}"


def outcome(context: CheckContext) -> Verdict:
    """The final state is the goal, and the dialogue came to an end. Extra reads are nobody's fault.

    Where the goal was not reached, the agent is at fault, unless the user left early (`leaving`): while an agent that
    had done nothing wrong waited for a yes, or for what only the user can tell.
    """
    if context.final_digest != context.task.goal_digest:
        return failed("outcome", _culprit(context), _difference(context))
    ended = context.dialogue.ended
    own = (step for step in context.steps if step.index >= context.begin)
    handed_over = any(step.call.name == context.domain.transfer_tool and not step.result.error for step in own)
    wanted = any(request.refusal is not None and request.refusal.transfer for request in context.task.requests)
    if handed_over and not wanted:
        return failed("outcome", "agent", "the user was transferred although nothing in the task calls for it")
    if ended == "user_left":
        return failed("outcome", "user", "the user left before the end")
    lacking = left_early(context)
    if lacking is not None:
        return failed("outcome", "user", lacking)
    if ended not in ("user_done", "transferred"):
        return failed("outcome", "infrastructure", f"the dialogue did not come to an end: {ended}")
    if handed_over != (ended == "transferred"):
        return failed(
            "outcome", "infrastructure", f"ended as {ended}, but a transfer was {'' if handed_over else 'not '}made"
        )
    return passed("outcome")


def _culprit(context: CheckContext) -> Owner:
    if context.initial_digest != context.task.initial_digest:
        return "infrastructure"
    return "user" if left_early(context) is not None else "agent"


def _difference(context: CheckContext) -> str:
    """Names the rows in which the final state and the goal differ."""
    sandbox = context.initial.fork()
    for request in context.task.writes:
        if request.tool is not None:
            sandbox.call(request.tool, request.arguments)
    wanted, got = sandbox.diff(), context.final.diff()
    rows = [
        f"{table}[{id_!r}]"
        for table in sorted({*wanted, *got})
        for id_ in sorted({*wanted.get(table, {}), *got.get(table, {})})
        if wanted.get(table, {}).get(id_) != got.get(table, {}).get(id_)
    ]
    missing = [str(context.task.requests[number].tool) for number, step in context.gold if step is None]
    text = f"{', '.join(rows[:4]) or 'the state'} differs from the goal"
    return text + (f"; never done: {', '.join(missing)}" if missing else "")
