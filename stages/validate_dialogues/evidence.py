"""Evidence before write: what was read before a decision was enough to determine it.

A decision's proof holds clauses, each a set of reads of which one at least must have been made: without it the answer
was a lucky guess, and teaches guessing. Clauses are necessary; that the reads are also enough is shown by running the
programs on them alone. Not recognised: an answer found by other reads than the programs make.

Where a request is told wrongly or incompletely first, the agent must also have noticed (`noticing`).

A refusal needs less than the write would: only what determines the arguments that the broken rule looks at. Nobody has
to find out how something would be paid for that cannot be done anyway.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from schemas.task import Clause, Proof, Request
from schemas.verdict import Verdict
from stages.validate_dialogues.confirmation import declined_at
from stages.validate_dialogues.context import CheckContext, failed, passed, place
from stages.validate_dialogues.noticing import unnoticed
from stages.validate_dialogues.prepared import NOTHING, Needless, answer_of, folded, gives_gold
from tool_specs.programs import MISSING, ReadAsk, run


class Certificate(NamedTuple):
    """When the reads were enough: the last message they needed, or the first clause that nothing hits."""

    complete: int | None
    missing: Clause | None = None


def evidence_before_write(context: CheckContext) -> Verdict:
    """The reads before each gold write, and before each answer or refusal is told, form a certificate."""
    gold = dict(context.gold)
    for number, request in enumerate(context.task.requests):
        step = gold.get(number)
        if request.kind == "abandon":  # how much was worked out by then is nobody's fault
            continue
        if request.kind == "write" and step is None:
            return failed("evidence_before_write", "agent", f"request {number}: {request.tool} was never called")
        found = certificate(context, number, None, context.prepared.requests[number].needless)
        if found.missing is not None:
            return failed(
                "evidence_before_write", "agent", f"request {number}: never made {_reads(request.proof, found.missing)}"
            )
        complete = found.complete or 0
        if step is not None:
            if complete > step.index:
                late = certificate(context, number, step.index).missing
                what = _reads(request.proof, late) if late is not None else "a read"
                return failed(
                    "evidence_before_write", "agent", f"{place(step.index)}: request {number}: written before {what}"
                )
            if not determines(context, number, step.index):
                return failed(
                    "evidence_before_write",
                    "agent",
                    f"{place(step.index)}: request {number}: what was read before does not determine the arguments",
                )
            blind = unnoticed(context, request, step)
            if blind is not None:
                return failed("evidence_before_write", "agent", f"{place(step.index)}: request {number}: {blind}")
        elif request.kind == "refuse":
            refused = _refused(context)
            if refused is not None and complete > refused:
                what = f"refused before {place(complete)} gave the reason"
                return failed("evidence_before_write", "agent", f"{place(refused)}: request {number}: {what}")
        elif request.kind == "decline":
            listed = declined_at(context, request)
            if listed is None or complete > listed:
                what = (
                    "never listed to be declined"
                    if listed is None
                    else f"listed before {place(complete)} gave the evidence"
                )
                return failed("evidence_before_write", "agent", f"request {number}: {request.tool} was {what}")
        elif _told_too_early(context, request, complete):
            return failed(
                "evidence_before_write", "agent", f"request {number}: told before {place(complete)} gave the evidence"
            )
    return passed("evidence_before_write")


def determines(context: CheckContext, number: int, stop: int) -> bool:
    """Whether the programs, run on the reads made before message `stop` alone, give the gold arguments."""
    own = context.prepared.requests[number]
    if all(context.made.get(key, stop) < stop for key in own.asked):
        return own.determined  # nothing is missing, so they ask for the same and find the same

    def read(ask: ReadAsk) -> Any:
        made = context.made.get(folded(ask.tool, ask.arguments))
        if ask.tool not in context.domain.identity_tools and (made is None or made >= stop):
            return MISSING
        return answer_of(context.initial, ask)

    return gives_gold(context.domain, own.request, run(own.request.programs, context.facts, read))


def certificate(
    context: CheckContext, number: int, stop: int | None = None, without: Needless = NOTHING
) -> Certificate:
    """Returns when the reads before message `stop` determined a request."""
    own = context.prepared.requests[number]
    proof, keys, made = own.request.proof, own.keys, context.made
    complete = -1
    for clause in proof.clauses:
        if without is not NOTHING and without.covers(clause):
            continue
        first: int | None = None
        for read in clause.reads:
            when = made.get(keys[read])
            if when is not None and (first is None or when < first) and (stop is None or when < stop):
                first = when
        if first is None and _is_identity(context, proof, clause):
            first = next(
                (step.answer for step in context.steps if _identifies(context, step.call.name, step.result.error)), None
            )
        if first is None or (stop is not None and first >= stop):
            return Certificate(None, clause)
        complete = max(complete, first)
    return Certificate(complete)


def _is_identity(context: CheckContext, proof: Proof, clause: Clause) -> bool:
    """Whether a clause only asks who the user is: any way of finding out will do."""
    return all(proof.reachable[read].tool in context.domain.identity_tools for read in clause.reads)


def _identifies(context: CheckContext, tool: str, error: bool) -> bool:
    return tool in context.domain.identity_tools and not error


def _refused(context: CheckContext) -> int | None:
    """Returns the last message that refuses, by the speaker's own acts."""
    own = range(context.begin, len(context.messages))
    found = [index for index in own if any(act.kind == "refuse" for act in context.messages[index].acts)]
    return found[-1] if found else None


def _told_too_early(context: CheckContext, request: Request, complete: int) -> bool:
    """Whether a value was told before the evidence and not after it. One that is never told is no guess."""
    if not request.communicate:
        return False
    texts = list(context.text("assistant", context.begin, len(context.messages)))
    for value in request.communicate:
        told = [index for index, text in texts if context.toolbox.tells(text, value)]
        if told and told[-1] <= complete:
            return True
    return False


def _reads(proof: Proof, clause: Clause) -> str:
    shown = [
        f"{read.tool}({', '.join(map(str, read.arguments.values()))})"
        for read in (proof.reachable[n] for n in clause.reads)
    ]
    return " or ".join(shown[:3]) + (f" ({clause.why})" if clause.why != "witness" else "")
