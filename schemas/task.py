"""Task: what one user wants, the gold calls that give it, and the executed proof that they are the right ones.

Example row (shortened)::

    {"id": "task-0a1b...", "domain": "library", "kind": "read_heavy", "principal": "ann",
     "knowledge": [{"name": "email", "value": "ann@example.com", "type": "email"}],
     "requests": [{"kind": "write", "tool": "renew_loan", "arguments": {"loan_id": "L3"},
                   "sources": {"loan_id": {"provenance": "evidence", "bind": {"program": 0, "column": ["loan_id"]}}},
                   "programs": [...], "proof": {"lower": 6, "upper": 6, ...}}],
     "num_writes": 1, "burden": 6, "initial_digest": "...", "goal_digest": "..."}
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType, structs

from schemas.base import Json, Path, Record
from schemas.program import Bind, Condition, Filter, Program

Kind = Literal[
    "write_intensive", "read_heavy", "mixed", "information", "must_refuse", "fallback", "conditional", "conflict",
    "omission", "ask_first", "difference", "budget", "declined", "abandoned",
]  # fmt: skip
Provenance = Literal["user", "read", "evidence", "policy", "default"]
Split = Literal["train", "validation"]
Strength = Literal["logical", "plausible"]


class TaskSpec(Record):
    """An order for one task: what stage `generate_tasks` is asked to make.

    Attributes:
        num_writes: decisions wanted.
        burden: burden wanted (the maximum over the decisions).
        number: running number; with the seed it is all the randomness there is.
    """

    id: str
    domain: str
    kind: Kind
    num_writes: int
    burden: int
    seed: int
    number: int
    split: Split = "train"


class Knowledge(Record):
    """One thing the user knows and may say.

    Attributes:
        name: unique in the task: `email`, or `r0.payment_method` for something that belongs to request 0.
        type: semantic type.
        identity: whether it serves to identify the user rather than to tell the request.
    """

    name: str
    value: Json
    type: str
    identity: bool = False


class Source(Record):
    """Where one gold argument comes from: a fact (`fact`) or a program's rows (`bind`).

    With the provenance `policy` it follows from the other arguments and from rows that were read, by a rule of the
    domain; `bind`, if there is one, then only says which program the user tells it by.
    """

    provenance: Provenance
    fact: str | None = None
    bind: Bind | None = None


class Read(Record):
    """A ground read: a tool with its arguments."""

    tool: str
    arguments: dict[str, Json]


class Call(Record):
    """A call that changed the state."""

    tool: str
    arguments: dict[str, Json]


class Edit(Record):
    """A changed row of a changed world: the JSON values at these paths of row `key` of `table` are replaced.

    The empty path stands for the whole row, which the world may not have had.
    """

    table: str
    key: str
    values: tuple[tuple[Path, Json], ...]


class Witness(Record):
    """A changed world on which some reads answer differently and so does the program.

    Attributes:
        strength: `plausible` if the changed row has parts that another row of the world has, or values that stand
            elsewhere in the same result; `logical` if a value is only known to occur somewhere in its column.
        answer: the decision's arguments on the changed world; never undetermined, because the words promise an answer.
    """

    strength: Strength
    edits: tuple[Edit, ...]
    answer: dict[str, Json]


class Clause(Record):
    """At least one of these reads must be made. Indices point into `Proof.reachable`.

    Attributes:
        why: `witness` (a changed world differs only there), `instrumental` (an argument is otherwise unreachable),
            `policy` (a rule demands it; counted apart).
    """

    reads: tuple[int, ...]
    why: Literal["witness", "instrumental", "policy"]
    witness: Witness | None = None
    value: Json = None


REVERSED = "reverses the order"
"""Names the mistake of an ordering turned round."""


def ignored(rule: Filter) -> str:
    """Names the mistake of a filter left out."""
    return f"ignores {'.'.join(str(part) for part in rule.column)} = {rule.value}"


class Distractor(Record):
    """A mistake that an agent could make, with the arguments it leads to: the write succeeds, the state is another."""

    mistake: str
    arguments: dict[str, Json]
    digest: str


class Proof(Record):
    """Why the arguments are right and how many reads they need.

    Attributes:
        reads: S, the reads of the programs, in order; indices into `reachable`.
        reachable: the reads that clauses speak of (S and its alternatives).
        lower: size of a minimum hitting set of the clauses that are not `policy`, where a clause is reduced to the
            reads that can be made without another one of it.
        upper: number of reads after which the programs alone give the answer. The burden where both agree.
        plausible: the lower bound when only plausible witnesses count.
        policy_reads: further reads that policy demands.
        search_cost: reads of a systematic reader in listing order; `search_worst` in the worst order.
        candidates: rows that were compared.
        family: version of the family of changes that witnesses are made by (`stages/generate_tasks/witnesses.py` says
            what each version holds).
    """

    reads: tuple[int, ...]
    reachable: tuple[Read, ...]
    clauses: tuple[Clause, ...]
    lower: int
    upper: int
    plausible: int
    policy_reads: int = 0
    search_cost: int = 0
    search_worst: int = 0
    candidates: int = 0
    distractors: tuple[Distractor, ...] = ()
    basis: Literal["world-level", "response-level"] = "world-level"
    family: int = 1


class Refusal(Record):
    """Why a request must be refused.

    Attributes:
        rule: the guard's name, `tool_error`, or `out_of_scope`.
        detail: the tool's or guard's own words.
        transfer: whether policy wants a transfer to a human.
        request: for out-of-scope requests, the key of the lexicon's phrase.
        looked_at: the arguments that the broken rule looks at: what must be known to refuse, and what is proven.
    """

    rule: str
    detail: str
    transfer: bool = False
    request: str = ""
    looked_at: tuple[str, ...] = ()


class Flaw(Record):
    """What is wrong with what the user tells first. The agent must notice it, and say so, before it writes.

    Attributes:
        kind: `conflict` (nothing is as told: a wrong colour, another order's number), `omission` (several rows are as
            told), `ask_first` (the role stays untold until somebody asks, and no tool can give it).
        role: the role that is told so.
        programs: the request's programs as they are told first; empty for `ask_first`.
        facts: stated values that are told otherwise first, or only then, by name.
        text: the request as it is told first, in the user's words.
    """

    kind: Literal["conflict", "omission", "ask_first"]
    role: str
    programs: tuple[Program, ...] = ()
    facts: dict[str, Json] = {}
    text: str = ""


class Request(Record):
    """One thing the user wants: a write, an answer, or something that must be refused.

    A write that is wanted under a condition which does not hold is a `withhold`: its tool, arguments and sources are
    those of the write that is not made, and its proof is about the number that the condition is on.

    A write that its user takes back for good is a `decline` (it is worked out and listed, and the user says no) or an
    `abandon` (the user leaves in the middle of it): its tool, arguments, sources and proof are those of the write, and
    it is no part of the goal.

    Attributes:
        tool: the write (also of a refused request); None for answers and out-of-scope requests.
        arguments: the gold arguments; for an answer `{"answer": value}`.
        communicate: values that the agent must tell the user, as they stand in the tools' results.
        condition: what the write depends on.
        flaw: how the user tells it wrongly or incompletely first; all else is the request as it is meant.
    """

    kind: Literal["write", "answer", "refuse", "withhold", "decline", "abandon"]
    tool: str | None
    arguments: dict[str, Json]
    sources: dict[str, Source]
    programs: tuple[Program, ...]
    proof: Proof
    communicate: tuple[Json, ...] = ()
    refusal: Refusal | None = None
    # Unset where there is none: a request without them has the bytes that it had before there were any.
    condition: Condition | UnsetType = UNSET
    flaw: Flaw | UnsetType = UNSET

    @property
    def coupled(self) -> bool:
        """Whether it is told together with another request: under one budget, or one in place of the other."""
        return bool(self.condition and self.condition.branch) or any(program.within for program in self.programs)

    @property
    def told_first(self) -> Request:
        """The request as the user tells it first; itself where nothing is wrong with that."""
        return structs.replace(self, programs=self.flaw.programs) if self.flaw and self.flaw.programs else self


class Task(Record):
    """See the module's text.

    Attributes:
        principal: row id of the user in the world.
        precedence: pairs (i, j): request i must be done before request j; all other orders give the same goal.
        text: everything told at once, in the user's words.
        start: writes that were made before, in order; they lead from the world to the state that the task begins in.
        worded: whose words they are: "" the grammar's, an engine's revision, or `grammar: leak` and the like where an
            engine's words did not hold.
    """

    id: str
    spec: TaskSpec
    domain: str
    world_digest: str
    kind: Kind
    split: Split
    principal: str
    knowledge: tuple[Knowledge, ...]
    requests: tuple[Request, ...]
    precedence: tuple[tuple[int, int], ...]
    num_writes: int
    burden: int
    plausible_burden: int
    union_reads: int
    initial_digest: str
    goal_digest: str
    text: str = ""
    worded: str = ""
    start: tuple[Call, ...] = ()

    def fact(self, name: str) -> Json:
        """Returns the value of a piece of knowledge.

        Raises:
            KeyError: the user does not know it.
        """
        for entry in self.knowledge:
            if entry.name == name:
                return entry.value
        raise KeyError(name)

    @property
    def writes(self) -> tuple[Request, ...]:
        """The gold decisions, in order."""
        return tuple(r for r in self.requests if r.kind == "write")
