"""Prospects: what the generator will be able to do with a domain on one of its worlds, and what stands in its way.

    prospects(ground).writes[0] -> Prospect(tool="renew_loan", ways=3, burdens=(3, 4, 5, 6), missing=())

Looked at as the generator does: plans are confirmed by execution, burdens are reads that chains make for people.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.base import Json
from schemas.tool import ToolSpec
from stages.generate_tasks.columns import order_keys
from stages.generate_tasks.dues import due_plans, people_due, rows_with_arguments
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.plans import Plan, plans_of, rows_of, sample_arguments
from stages.generate_tasks.questions import questions_of
from stages.generate_tasks.searches import search_plans
from stages.generate_tasks.seeking import sizes_for
from tool_specs.domain import Guard, GuardContext
from tool_specs.phrasing.columns import column_words

MOST_READS = 13
"""Reads of a search up to which questions are counted."""
SAMPLES = 160
"""Calls that are tried on a guard, per plan."""


@dataclass(frozen=True)
class Prospect:
    """What can be made of one write.

    Attributes:
        ways: confirmed ways to fill its parameters; none: no task has it.
        told: how its object is told, as row ids.
        burdens: numbers of reads that finding its object takes, over the people.
        missing: what stands in the way, with what would help.
    """

    tool: str
    ways: int
    told: tuple[str, ...] = ()
    burdens: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowProspect:
    """What rows of one kind can be asked by.

    Attributes:
        filters, orders, questions: the columns that can.
        unsaid: columns that cannot be phrased: ids and free text.
    """

    id: str
    noun: str
    owned: bool
    filters: tuple[str, ...]
    orders: tuple[str, ...]
    questions: int
    unsaid: tuple[str, ...]


@dataclass(frozen=True)
class Prospects:
    """See the module's text.

    Attributes:
        idle_guards: guards that no sampled call breaks.
    """

    writes: tuple[Prospect, ...]
    rows: tuple[RowProspect, ...]
    idle_guards: tuple[str, ...]

    @property
    def burdens(self) -> tuple[int, ...]:
        """All numbers of reads that finding an object takes."""
        return tuple(sorted({burden for write in self.writes for burden in write.burdens}))


def prospects(ground: Ground) -> Prospects:
    """Looks at a world as the generator does."""
    plans: list[Plan] = []
    chains = []
    for identity in ground.identities:
        plans += plans_of(ground, identity)
        chains += ground.chains(identity)
    asked = {key for identity in ground.identities for key in (q.key for q in questions_of(ground, identity))}
    writes = [spec for spec in ground.specs.values() if spec.effect == "write"]
    orders = {chain.last.id: tuple(str(key.column[-1]) for key in order_keys(ground, chain)) for chain in chains}
    rows = [
        _row(ground, chain.last.id, [path for path in chain.last.leaves if path], orders[chain.last.id], asked)
        for chain in {chain.last.id: chain for chain in chains if chain.last.id in ground.lexicon.rows}.values()
    ]
    return Prospects(
        tuple(
            _sought(ground, spec)
            or _due(ground, spec)
            or _prospect(ground, spec, [plan for plan in plans if plan.tool == spec.name])
            for spec in writes
        ),
        tuple(rows),
        tuple(
            guard.name
            for guard in ground.sandbox.domain.guards
            if not (_is_hit(ground, guard, plans) or _is_hit_by_dues(ground, guard))
        ),
    )


def _sought(ground: Ground, spec: ToolSpec) -> Prospect | None:
    """Says what can be made of a write about rows of a search: as many reads as questions are asked."""
    found = [plan for identity in ground.identities for plan in search_plans(ground, identity)]
    own = [plan for plan in found if plan.tool == spec.name]
    if not own:
        return None
    further = any(plan.owns or plan.further for plan in own)
    asked = {reads + further for plan in own for reads in range(1, MOST_READS) if sizes_for(plan, reads)}
    told = tuple(dict.fromkeys(plan.search.row.id for plan in own))
    return Prospect(spec.name, len(own), told, tuple(sorted(asked)))


def _due(ground: Ground, spec: ToolSpec) -> Prospect | None:
    """Says what can be made of a write that follows from a row: who the user is, and the reads that lead to the row."""
    found = [plan for identity in ground.identities for plan in due_plans(ground, identity) if plan.tool == spec.name]
    if not any(people_due(ground, plan, ground.people("train", 0.0)) for plan in found):
        return None
    told = tuple(dict.fromkeys(plan.chain.last.id for plan in found))
    return Prospect(spec.name, len(found), told, tuple(sorted({plan.reads for plan in found})))


def _prospect(ground: Ground, spec: ToolSpec, plans: Sequence[Plan]) -> Prospect:
    if not plans:
        return Prospect(spec.name, 0, missing=tuple(_obstacles(ground, spec)))
    reads: set[int] = set()
    for plan in plans:
        reads.update(ground.by_reads(plan.object.chain, "train", 0.0))
    told = tuple(dict.fromkeys(plan.object.chain.last.id for plan in plans))
    return Prospect(spec.name, len(plans), told, tuple(sorted(reads)))


def _obstacles(ground: Ground, spec: ToolSpec) -> Iterator[str]:
    if spec.name not in ground.lexicon.writes:
        yield "the lexicon has no words for it; add it to `writes`, or make the lexicon partial"
    if not spec.required:
        yield "it has no required parameter: nothing says what it is about"
    sourceless, unreached, refuted = [], [], []
    for name in spec.required:
        schema = spec.parameters["properties"][name]
        edges = [edge for edge in ground.graph.edges if (edge.target_tool, edge.parameter) == (spec.name, name)]
        if schema.get("enum") or schema.get("examples") or any(edge.confirmed for edge in edges):
            continue
        columns = ", ".join(dict.fromkeys(edge.output_path for edge in edges[:3]))
        if not edges:
            sourceless.append(f"{name}: no read returns anything like it; {_remedy(schema)}")
        elif not any(_is_reached(ground, edge.source_tool) for edge in edges):
            unreached.append(f"{name}: {columns} would have it, but {_start(ground)}")
        else:
            refuted.append(f"{name}: values of {columns} were tried, and no call succeeded")
    # Where something has no source at all, or nobody gets to it, nothing could be tried.
    yield from sourceless or unreached or refuted
    if not (sourceless or unreached or refuted):
        yield "every parameter has a source, but no combination that was tried succeeded and changed anything"


def _is_reached(ground: Ground, tool: str) -> bool:
    """Whether each parameter of a read is something that users know, its schema lists, or another read gave."""
    spec, known = ground.specs[tool], set(ground.sandbox.domain.principal.types.values())
    fed = {edge.parameter for edge in ground.graph.edges if edge.target_tool == tool and edge.confirmed}
    listed = {name for name, schema in spec.parameters["properties"].items() if schema.get("enum")}
    return all(name in fed | listed or spec.types.get(name) in known for name in spec.required)


def _start(ground: Ground) -> str:
    if not ground.sandbox.domain.principal.table:
        return "no read leads there without a value to begin with: say who the user is, and what users know (principal)"
    return "no read leads there from what users know; give both ends of the way one semantic type"


def _remedy(schema: Mapping[str, Json]) -> str:
    if schema.get("type") in ("integer", "number", "boolean"):
        return "list its values in the schema (`Literal[1, 2, 3]`)"
    if schema.get("type") in ("array", "object"):
        return "lists of objects and objects cannot be filled; take their parts as parameters of their own"
    return (
        'give it and the column that it comes from one semantic type (`Sem("...")`), or list its values (`OneOf(...)`)'
    )


def _row(
    ground: Ground, id_: str, paths: Sequence[tuple[str, ...]], orders: tuple[str, ...], asked: set[str]
) -> RowProspect:
    words = ground.lexicon.rows[id_]
    filters, unsaid = [], []
    for path in paths:
        column = ".".join((id_, *path))
        own = column_words(ground.lexicon, column)
        fed = bool(ground.feeds.get(column)) and not (own is not None and own.spoken)
        if own is not None and own.kind != "id" and not fed and (own.values or own.any_value):
            filters.append(".".join(path))
        elif path[-1] not in orders:
            unsaid.append(".".join(path))
    count = sum(1 for key in asked if key.rpartition(":")[2] == id_ or key.rpartition(":")[2].startswith(id_ + "."))
    return RowProspect(
        id_, words.singular, bool(words.scope), tuple(filters), tuple(dict.fromkeys(orders)), count, tuple(unsaid)
    )


def _is_hit_by_dues(ground: Ground, guard: Guard) -> bool:
    """Whether somebody could ask for what is not due, and this guard is what speaks against it."""
    for plan in (plan for identity in ground.identities for plan in due_plans(ground, identity)):
        for person in ground.people("train", 0.0)[:SAMPLES] if plan.tool in guard.tools else ():
            context = GuardContext(
                sandbox=ground.sandbox, principal_id=ground.principal_id(person), confirmed=True, history=False
            )
            asked = (arguments for _, arguments in rows_with_arguments(ground, plan, person))
            if any(guard.check(context, plan.tool, arguments) is not None for arguments in asked):
                return True
    return False


def _is_hit(ground: Ground, guard: Guard, plans: Sequence[Plan]) -> bool:
    """Whether a sampled call breaks a guard: of the user, of somebody else, or without any word before it."""
    rng = random.Random(guard.name)
    fitting = [plan for plan in plans if not guard.tools or plan.tool in guard.tools]
    tries: Counter[str] = Counter()
    for plan in fitting:
        people = ground.beginning(plan.object.chain, ground.people("train", 0.0))
        while tries[repr(plan)[:200]] < SAMPLES:
            tries[repr(plan)[:200]] += 1
            person, other = rng.choice(people), rng.choice(people)
            rows = rows_of(ground, plan.object.chain, ground.facts_of(person))
            if not rows:
                continue
            arguments = sample_arguments(ground, plan, person, rows[rng.randrange(len(rows))], rng)
            if arguments is None:
                continue
            for who, history in ((person, False), (other, False), (None, True)):
                context = GuardContext(
                    sandbox=ground.sandbox,
                    principal_id=who if who is None else ground.principal_id(who),
                    confirmed=who is not None,
                    history=history,
                )
                if guard.check(context, plan.tool, arguments) is not None:
                    return True
    return False
