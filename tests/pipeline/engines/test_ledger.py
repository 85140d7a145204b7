import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulated_vllm import run
from pipeline.engines.ledger import Purse
from pipeline.errors import Stopped


async def spend(purse, costs, under_way):
    """Makes requests until the purse says no; returns what they cost above what was set aside for them."""
    above = 0.0
    for cost in costs:
        aside = await purse.leave("agent")
        under_way.append(cost)
        await asyncio.sleep(cost)
        purse.settle("agent", aside, cost)
        above += max(cost - aside, 0.0)
    return above


async def everybody(purses, workers, costs, seed):
    """Lets several dialogues of several processes spend, with grants in between, as orchestrators do."""
    words = random.Random(seed)
    made = []
    each = [
        asyncio.ensure_future(spend(purse, words.choices(costs, k=10_000), made))
        for purse in purses
        for _ in range(workers)
    ]

    async def share():
        while True:
            committed = [purse.hold() for purse in purses]
            await asyncio.sleep(words.random() / 10)
            for purse, own in zip(purses, committed, strict=True):
                purse.grant(sum(committed) - own, len(purses))
            await asyncio.sleep(1.0)

    sharing = asyncio.ensure_future(share()) if len(purses) > 1 else None
    ended = await asyncio.wait_for(asyncio.gather(*each, return_exceptions=True), 10_000)
    if sharing:
        sharing.cancel()
    assert all(isinstance(end, Stopped) for end in ended)
    return made


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_requests_that_cost_alike_never_cost_more_than_the_budget(processes):
    purses = [Purse(20.0) for _ in range(processes)]
    for purse in purses[1:] and purses:
        purse.hold()
    made = run(everybody(purses, 16, [0.25], seed=1))
    assert sum(purse.spent for purse in purses) == sum(made) <= 20.0
    assert sum(made) > 20.0 - 0.25 * processes


@given(st.integers(1, 4), st.integers(1, 12), st.lists(st.integers(1, 64), min_size=1, max_size=5), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_others_cost_more_at_most_by_what_the_last_ones_were_dearer_than_any_before(processes, workers, costs, seed):
    purses = [Purse(30.0) for _ in range(processes)]
    for purse in purses if processes > 1 else ():
        purse.hold()
    costs = [cost / 16 for cost in costs]
    made = run(everybody(purses, workers, costs, seed))
    spread = max(costs) - min(costs)
    # The first request of a process is made before anything is known of its price.
    assert sum(made) <= 30.0 + processes * (workers * spread + max(costs))


def test_a_process_that_has_used_its_share_waits_for_the_next_and_does_not_stop():
    async def everything():
        busy, idle = Purse(10.0), Purse(10.0)
        for purse in (busy, idle):
            purse.hold()
        for purse in (busy, idle):
            purse.grant(0.0, 2)
        made = []
        working = asyncio.ensure_future(spend(busy, [1.0] * 8, made))
        await asyncio.sleep(20)
        assert len(made) == 5  # half of it
        busy.hold(), idle.hold()
        busy.grant(0.0, 2)
        await asyncio.sleep(20)
        assert len(made) == 7
        busy.hold()
        busy.grant(0.0, 2)
        await working
        return busy.spent

    assert run(everything()) == 8.0


def test_without_a_budget_nobody_waits():
    async def everything():
        purse = Purse(None)
        asides = [await purse.leave("agent") for _ in range(100)]
        return asides

    assert asyncio.run(everything()) == [0.0] * 100
