import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.admission import LIMIT, WORKLOADS, compare
from benchmarks.simulated_vllm import Machine, Server, SimulatedEndpoint
from benchmarks.simulated_vllm import run as run_virtually
from pipeline.engines.admission import EASY, SOFT, Admission, Limit, level_of
from pipeline.engines.pool import Pool
from pipeline.engines.vllm_metrics import Load
from pipeline.gate import Gate
from tests.pipeline.engines.served import recipe, run, served
from tests.pipeline.toy import files

IDLE = Load(
    running=4, waiting=0, kv_usage=0.1, kv_tokens=1000, preemptions=0, prompt_tokens=0, generated_tokens=0,
    prefix_queries=0, prefix_hits=0,
)  # fmt: skip


def full(kv, **changes):
    return replace(IDLE, kv_usage=kv, **changes)


def test_it_doubles_while_the_cache_is_nearly_empty_and_what_it_let_in_has_come():
    limit = Limit(4, 100)
    limit.see([full(0.1, running=2)], inside=4, eager=True, answered=0)
    assert limit.value == 4
    limit.see([full(0.1)], inside=4, eager=True, answered=0)
    assert limit.value == 8
    limit.see([full(0.29, running=8)], inside=8, eager=True, answered=0)
    assert limit.value == 16
    limit.see([full(0.29, running=16)], inside=16, eager=False, answered=100)
    assert limit.value == 16


def test_it_grows_per_turnover_and_tapers_off_as_the_cache_fills():
    limit = Limit(10, 100)
    limit.see([full(0.5, running=10)], inside=10, eager=True, answered=9)
    assert limit.value == 10
    limit.see([full(0.5, running=10)], inside=10, eager=True, answered=1)
    assert limit.value == pytest.approx(11.5)
    limit = Limit(50, 1000)
    limit.see([IDLE, full((EASY + SOFT) / 2, running=46)], inside=50, eager=True, answered=50)
    assert limit.value == pytest.approx(50 * 1.075)


@pytest.mark.parametrize(("kv", "factor"), [(0.86, 0.95), (1.0, 0.9)])
def test_a_full_cache_trims_it(kv, factor):
    limit = Limit(50, 1000)
    limit.see([full(kv, running=50)], inside=50, eager=True, answered=50)
    assert limit.value == pytest.approx(50 * factor)


def test_requests_that_keep_waiting_are_not_let_in():
    limit = Limit(100, 1000)
    crowd = full(0.5, running=40, waiting=60)
    for _ in range(8):
        limit.see([crowd], inside=100, eager=True, answered=0)
    assert 36 <= limit.value <= 45


def test_dialogues_between_two_requests_need_room_too():
    assert level_of([full(0.5, running=10)], inside=10) == 0.5
    assert level_of([full(0.5, running=10)], inside=20) == pytest.approx(0.875)
    assert level_of([full(0.5, running=10, waiting=10)], inside=20) == 1.0


def test_requests_thrown_out_cut_it_once_a_turnover_and_silence_does_not():
    limit = Limit(50, 1000)
    limit.see([full(0.7, running=50, preemptions=3)], inside=50, eager=True, answered=0)
    assert limit.value == 50  # what was before is no news
    limit.see([full(0.7, running=50, preemptions=7)], inside=50, eager=True, answered=0)
    assert limit.value == pytest.approx(47.5)
    limit.see([full(0.7, running=50, preemptions=17)], inside=50, eager=True, answered=10)
    assert limit.value == pytest.approx(47.5)
    limit.see([], inside=50, eager=True, answered=500)
    assert limit.value == pytest.approx(47.5)


LOOKS = st.tuples(
    st.floats(0, 1), st.integers(0, 80), st.integers(0, 80), st.integers(0, 80), st.booleans(), st.integers(0, 500),
    st.integers(0, 3),
)  # fmt: skip


@given(st.lists(LOOKS, max_size=80))
def test_it_stays_between_one_and_the_ceiling(looks):
    limit = Limit(64, 64)
    for kv, running, waiting, inside, eager, answered, refused in looks:
        limit.see([full(kv, running=running, waiting=waiting)], inside, eager, answered)
        limit.hear(refused, eager, answered)
        assert 1 <= limit.value <= 64


def test_nobody_enters_before_it_is_known_how_many_fit():
    """A burst of all records would fill the queues of the servers before the first look."""

    async def begin():
        gate = Gate(256)
        server = Server(Machine(kv_tokens=10_000, max_model_len=1_000), shared=100)
        pool = Pool([SimulatedEndpoint(server)], margin=4, give_up=1e9)
        watching = asyncio.ensure_future(Admission(gate, [pool], 256).watch())
        before = gate.limit
        await asyncio.sleep(0.01)
        watching.cancel()
        return before, gate.limit

    assert run_virtually(begin()) == (1, 10)


@pytest.mark.parametrize("name", ["tiny", "users elsewhere"])
def test_it_comes_near_the_best_fixed_limit(name):
    """Two of the workloads of `python -m benchmarks.admission`, in virtual time: exact under any load."""
    work = replace(WORKLOADS[name], dialogues=120)
    fixed, rate = compare(work, caps=(12, 16, 24, 32, 64), seeds=2)
    assert rate >= LIMIT * max(fixed.values())
    assert max(fixed.values()) > 1.1 * min(fixed.values())


@pytest.mark.slow
def test_a_small_cache_lets_a_few_in_and_changes_no_byte(tmp_path):
    """Two runs: with room for all, and with room for four."""
    found = []
    for name, options in (("ample", ()), ("little", ("--kv-tokens", "24000"))):
        folder = tmp_path / name
        folder.mkdir()
        with served(folder, folder / "out", "--latency", "0.1", *options) as server:
            done = run(recipe(folder, server.url), folder / "out")
            assert done.returncode in (0, 1), done.stderr
        found.append(files(folder / "out"))
    assert found[0] == found[1]
