"""A task's proof in sentences: where each argument comes from, why each read is needed, what a mistake would give.

    loan_id = "L1": the row that is picked, by get_reader.loans.*
    get_loan(loan_id="L2"): needed, because if loan L2 had status "open" and due "2024-01-01", the answer would be
    loan_id = "L2"

Plain words, no domain: `show` prints them on a terminal, `report` puts them into a page.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec import structs

from schemas.base import Json, Path
from schemas.program import Call, Fact, Filter, Program, Term, column_id
from schemas.task import Clause, Proof, Read, Request, Source, Task, Witness
from tool_specs.names import singular

_PROVENANCE = {
    "user": "the user says it",
    "read": "read from a result",
    "evidence": "found by comparing what was read",
    "policy": "the policy fixes it",
    "default": "a default",
}
_PICKED = {"only": "the only one", "first": "the first", "all": "all of them", "each": "the first for each"}
_MAX_EDITS = 3
_MAX_TEXT = 60


@dataclass(frozen=True)
class ReadReason:
    """A read of the proof with the reasons for which it must be made, strongest first.

    Attributes:
        clauses: of each clause that it meets, all reads of which one would.
    """

    read: str
    call: Read
    reasons: tuple[str, ...]
    clauses: tuple[tuple[Read, ...], ...] = ()


def value_text(value: Json, limit: int = _MAX_TEXT) -> str:
    """Returns a value as short JSON text."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def call_text(tool: str, arguments: Mapping[str, Json], limit: int = _MAX_TEXT) -> str:
    """Returns a call on one line: `get_loan(loan_id="L1")`."""
    return f"{tool}({', '.join(f'{name}={value_text(value, limit)}' for name, value in arguments.items())})"


def goal(request: Request) -> str:
    """Returns what a request comes to, on one line."""
    if request.kind == "answer":
        return f"answer {', '.join(value_text(value) for value in request.arguments.values())}"
    if request.kind == "withhold":
        told = ", ".join(value_text(value) for value in request.communicate)
        return f"leave {call_text(request.tool or '?', request.arguments)} undone and tell {told}"
    if request.kind in ("decline", "abandon"):
        why = "the user does not say yes" if request.kind == "decline" else "the user leaves"
        return f"leave {call_text(request.tool or '?', request.arguments)} undone: {why}"
    if request.kind == "refuse":
        rule = request.refusal.rule if request.refusal else "?"
        what = call_text(request.tool, request.arguments) if request.tool else "a request outside of the tools"
        return f"refuse {what}, because of: {rule}"
    return call_text(request.tool or "?", request.arguments)


def argument_lines(task: Task, request: Request) -> Iterator[str]:
    """Yields a line per gold argument with its provenance."""
    for name, value in request.arguments.items():
        source = request.sources.get(name)
        yield f"{name} = {value_text(value)}: {_origin(task, request, source)}"


def _origin(task: Task, request: Request, source: Source | None) -> str:
    if source is None:
        return "no source is recorded"
    words = _PROVENANCE[source.provenance]
    if source.fact is not None:
        return f"{words} ({source.fact})"
    if source.bind is None:
        return words
    try:
        column = column_id(request.programs, source.bind.program, source.bind.column)
    except (KeyError, IndexError):
        column = _path(source.bind.column)
    how = f"{source.bind.aggregate} of " if source.bind.aggregate != "none" else "all of " if source.bind.many else ""
    return f"{words}: {how}{column}"


def criterion(request: Request) -> Iterator[str]:
    """Yields a line per program: which rows, which filters, which order, which are picked."""
    programs = request.programs
    for number, program in enumerate(programs):
        parts = [" → ".join(_steps(program)) or "the same rows"]
        if program.start is not None:
            parts[0] += f", for selection {program.start + 1}"
        rules = [_rule(programs, number, rule) for rule in program.where]
        if rules:
            parts.append("where " + " and ".join(rules))
        if program.wishes:
            wishes = [_rule(programs, number, rule) for rule in program.wishes]
            parts.append(f"those where {'; if there is none, where '.join(wishes)}; if there is none, all")
        for key in program.order:
            end = "highest" if key.descending else "lowest"
            parts.append(f"{end} {_short(programs, number, key.column)} first")
        if program.within:
            costs = " and ".join(_term(programs, term) for term in program.within.terms)
            parts.append(f"{costs} sum to no more than {program.within.fact}, the first of them decided first")
        yield f"selection {number + 1} ({program.role}): {'; '.join(parts)}; take {_PICKED[program.pick]}"


def _term(programs: tuple[Program, ...], term: Term) -> str:
    less = f" less {_column(programs, term.program, term.less)}" if term.less is not None else ""
    return f"{_short(programs, term.program, term.column)} of selection {term.program + 1}{less}"


def _steps(program: Program) -> Iterator[str]:
    for step in program.steps:
        if isinstance(step, Call):
            yield step.tool
        else:
            yield f"each of {step.source.name if isinstance(step.source, Fact) else step.source.path[-1]}"


def _rule(programs: tuple[Program, ...], number: int, rule: Filter) -> str:
    left = _short(programs, number, rule.column)
    verb = "is" if rule.op == "eq" else "is not"
    if rule.other is None:
        return f"{left} {verb} {value_text(rule.value)}"
    return f"{left} {verb} {_column(programs, number, rule.other)}"


def _short(programs: tuple[Program, ...], number: int, path: Path) -> str:
    """Returns a column's name from the row on: `status`, `options.color`."""
    column = _column(programs, number, path)
    return column.rsplit("*.", 1)[-1] if "*." in column else column.split(".", 1)[-1]


def _column(programs: tuple[Program, ...], number: int, path: Path) -> str:
    try:
        return column_id(programs, number, path)
    except (KeyError, IndexError):
        return _path(path)


def _path(path: Path) -> str:
    return ".".join(str(part) for part in path)


def read_reasons(request: Request) -> Iterator[ReadReason]:
    """Yields the reads of a proof with why each one is necessary."""
    proof = request.proof
    for number in proof.reads:
        clauses = [clause for clause in proof.clauses if number in clause.reads]
        clauses.sort(key=lambda clause: (len(clause.reads), clause.why != "witness"))
        # Several changed worlds may show the same: a sharp one suffices, beside what the policy says.
        sharp = next((clause for clause in clauses if clause.why != "policy"), None)
        chosen = [clause for clause in (sharp, *(c for c in clauses if c.why == "policy")) if clause is not None]
        reasons = tuple(_reason(request, clause, number) for clause in chosen)
        read = proof.reachable[number]
        ways = tuple(tuple(proof.reachable[each] for each in clause.reads) for clause in clauses)
        yield ReadReason(_read(read), read, reasons or ("part of the shortest way to the answer",), ways)


def clause_lines(request: Request) -> Iterator[str]:
    """Yields a line per clause: the reads of which one must be made, and why."""
    for clause in request.proof.clauses:
        reads = [_read(request.proof.reachable[each]) for each in clause.reads]
        more = f" or {len(reads) - _MAX_EDITS} others" if len(reads) > _MAX_EDITS else ""
        alone = structs.replace(clause, reads=clause.reads[:1])
        yield f"{' or '.join(reads[:_MAX_EDITS])}{more}: {_reason(request, alone, clause.reads[0])}"


def _read(read: Read) -> str:
    return call_text(read.tool, read.arguments)


def _reason(request: Request, clause: Clause, number: int) -> str:
    others = [_read(request.proof.reachable[each]) for each in clause.reads if each != number]
    instead = f" (this read or {' or '.join(others[:2])}{', ...' if len(others) > 2 else ''})" if others else ""
    if clause.why == "policy":
        return f"the policy demands it{instead}"
    if clause.why == "instrumental" or clause.witness is None:
        what = f"the value {value_text(clause.value)}" if clause.value is not None else "what it gives"
        return f"nothing else gives {what}{instead}"
    return _witness(request, clause.witness) + instead


def _witness(request: Request, witness: Witness) -> str:
    changes = [f"{singular(edit.table)} {edit.key} had {_edits(edit.values)}" for edit in witness.edits[:_MAX_EDITS]]
    more = f" and {len(witness.edits) - _MAX_EDITS} more rows were others" if len(witness.edits) > _MAX_EDITS else ""
    return f"if {' and '.join(changes)}{more}, {_changed_answer(request, witness.answer)}"


def _edits(values: tuple[tuple[Path, Json], ...]) -> str:
    """Says which values a changed row has: scalars in full, of lists and objects only that they are others."""
    shown = [f"{_path(path)} {value_text(value, 40)}" for path, value in values if not isinstance(value, list | dict)]
    other = [_path(path) for path, value in values if isinstance(value, list | dict)]
    if other:
        shown.insert(0, f"other {', '.join(other)}")
    rest = len(shown) - _MAX_EDITS
    return " and ".join(shown[:_MAX_EDITS]) + (f" and {rest} more values" if rest > 0 else "")


def _changed_answer(request: Request, answer: dict[str, Json]) -> str:
    if answer.get("#feasible"):
        return "the request could be fulfilled"
    changed = {name: value for name, value in answer.items() if request.arguments.get(name) != value}
    shown = ", ".join(f"{name} = {value_text(value)}" for name, value in (changed or answer).items())
    return f"the answer would be {shown}"


def burden_line(proof: Proof) -> str:
    """Says what the burden is, and why it is neither less nor more."""
    equal = f"burden {proof.lower}: no fewer reads determine the answer, and {proof.upper} are enough"
    if proof.lower != proof.upper:
        equal = f"burden between {proof.lower} and {proof.upper}"
    parts = [equal]
    if proof.candidates > 1:
        parts.append(f"{proof.candidates} rows are compared")
    if proof.plausible != proof.lower:
        parts.append(f"{proof.plausible} if only plausible changes count")
    if proof.policy_reads:
        parts.append(f"{proof.policy_reads} more for the policy")
    if proof.search_cost and proof.search_cost != proof.upper:
        parts.append(f"a reader in listing order makes {proof.search_cost}, at worst {proof.search_worst}")
    return "; ".join(parts)


def mistake_lines(request: Request) -> Iterator[str]:
    """Yields a line per kind of mistake with what it would lead to."""
    found = sorted(request.proof.distractors, key=lambda each: each.mistake)
    for mistake, group in itertools.groupby(found, key=lambda each: each.mistake):
        answers = []
        for each in group:
            changed = {n: v for n, v in each.arguments.items() if request.arguments.get(n) != v} or each.arguments
            answers.append(", ".join(f"{name} = {value_text(value)}" for name, value in changed.items()))
        more = f" (and {len(answers) - 2} more)" if len(answers) > 2 else ""
        yield f"{mistake}: {' or '.join(answers[:2])}{more}"
