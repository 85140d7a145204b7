from __future__ import annotations

import itertools
from collections import Counter
from typing import get_args

import pytest

from schemas.base import encode
from schemas.task import Request, Strength, Task, TaskSpec
from schemas.verdict import Drop
from schemas.world import World
from stages.base import Services
from stages.generate_tasks.ground import split_of
from tests.stages.generate_tasks.conftest import make, order
from tool_specs.domain import Domain, GuardContext
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.recover import missing
from tool_specs.sandbox import Sandbox


def test_every_ordered_cell_is_met_exactly(tasks: list[Task]) -> None:
    for task in tasks:
        assert task.num_writes == task.spec.num_writes
        if task.kind in ("read_heavy", "mixed", "information"):
            assert task.burden == task.spec.burden


def test_an_order_may_mean_the_plausible_burden(services: Services) -> None:
    specs = [order("read_heavy", 1, burden, number) for number in range(100, 108) for burden in range(3, 9)]
    by_logic, by_plausibility = (
        [each for each in make(services, specs, witnesses) if isinstance(each, Task)]
        for witnesses in get_args(Strength)
    )
    assert len(by_plausibility) > 45 and all(t.plausible_burden == t.spec.burden <= t.burden for t in by_plausibility)
    assert any(task.plausible_burden < task.spec.burden == task.burden for task in by_logic)


def test_bounds_meet_in_every_proof(tasks: list[Task]) -> None:
    for request in requests_of(tasks):
        assert request.proof.lower == request.proof.upper == len(request.proof.reads)
        assert request.proof.plausible <= request.proof.lower


def test_gold_writes_reach_the_goal_and_break_no_rule(tasks: list[Task], services: Services) -> None:
    for task in tasks:
        state = services.sandboxes["retail"].fork()
        assert state.digest() == task.initial_digest
        for request in task.writes:
            context = GuardContext(sandbox=state, principal_id=task.principal, confirmed=True, history=False)
            assert not state.domain.violations(context, str(request.tool), request.arguments)
            assert not state.call(str(request.tool), request.arguments).error
        assert state.digest() == task.goal_digest
        assert (task.goal_digest == task.initial_digest) == (task.num_writes == 0)


def test_orders_that_precedence_allows_reach_the_same_goal(tasks: list[Task], services: Services) -> None:
    several = [task for task in tasks if 1 < task.num_writes <= 4]
    assert several
    for task in several:
        for permutation in itertools.permutations(range(len(task.requests))):
            if any(permutation.index(i) > permutation.index(j) for i, j in task.precedence):
                continue
            state = services.sandboxes["retail"].fork()
            for number in permutation:
                state.call(str(task.requests[number].tool), task.requests[number].arguments)
            assert state.digest() == task.goal_digest


def test_live_mistakes_end_elsewhere(tasks: list[Task], services: Services) -> None:
    compared = [r for t in tasks for r in t.writes if any(p.pick in ("first", "each") for p in r.programs)]
    assert compared
    for request in compared:
        assert request.proof.distractors
        gold = services.sandboxes["retail"].fork()
        gold.call(str(request.tool), request.arguments)
        for distractor in request.proof.distractors:
            fork = services.sandboxes["retail"].fork()
            assert not fork.call(str(request.tool), distractor.arguments).error
            assert fork.digest() == distractor.digest != gold.digest()


def test_what_must_be_refused_cannot_be_done(tasks: list[Task], services: Services) -> None:
    refused = [r for r in requests_of(tasks) if r.kind == "refuse" and r.tool is not None]
    assert refused
    for request in refused:
        state = services.sandboxes["retail"].fork()
        context = GuardContext(sandbox=state, principal_id=None, confirmed=True, history=False)
        broken = state.domain.violations(context, str(request.tool), request.arguments)
        assert broken or state.call(str(request.tool), request.arguments).error


def test_reasons_to_refuse_are_many(services: Services) -> None:
    made = make(services, [order("must_refuse", 0, 3, number) for number in range(60)])
    rules = Counter(r.refusal.rule for task in made if isinstance(task, Task) for r in task.requests if r.refusal)
    assert rules.total() == 60
    assert {"status", "out_of_scope", "other_payment", "available", "refund", "balance", "once_per_order"} == set(rules)
    assert max(rules.values()) <= 33


def test_texts_tell_all_and_leak_nothing(tasks: list[Task], retail: Domain) -> None:
    for task in tasks:
        assert missing(retail.lexicon, task, task.text) == []
        assert leaks(task, task.text) == []


def test_every_argument_has_a_provenance(tasks: list[Task]) -> None:
    kinds = Counter(source.provenance for r in requests_of(tasks) for source in r.sources.values())
    assert {"user", "read", "evidence"} <= set(kinds)
    for request in requests_of(tasks):
        assert set(request.sources) == set(request.arguments)


def test_neither_order_nor_worker_matters(
    retail: Domain, rich_world: World, specs: list[TaskSpec], tasks: list[Task]
) -> None:
    chosen = specs[1::3]
    elsewhere = Services({"retail": Sandbox(retail, rich_world)})
    again = make(elsewhere, list(reversed(chosen)))
    known = {task.spec.id: encode(task) for task in tasks}
    for made in again:
        assert isinstance(made, Task)
        assert encode(made) == known[made.spec.id]


def test_splits_share_no_person(services: Services) -> None:
    specs = [order("read_heavy", 1, 4, number) for number in range(12)]
    for task in make(services, specs):
        assert isinstance(task, Task)
        assert split_of(task.principal, 0.05) == task.split == "train"


@pytest.mark.parametrize("burden", [40])
def test_an_impossible_cell_is_dropped_with_its_reason(services: Services, burden: int) -> None:
    (drop,) = make(services, [order("read_heavy", 1, burden)])
    assert isinstance(drop, Drop)
    assert drop.reason == "cell_unfilled"
    assert drop.detail


def requests_of(tasks: list[Task]) -> list[Request]:
    """All requests of the tasks."""
    return [request for task in tasks for request in task.requests]
