import re
import urllib.request
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.admission import Limit
from pipeline.engines.vllm_metrics import Load
from tests.pipeline.engines.served import recipe, run, served
from tests.pipeline.toy import files

IDLE = Load(
    running=4, waiting=0, kv_usage=0.1, kv_tokens=1000, preemptions=0, prompt_tokens=0, generated_tokens=0,
    prefix_queries=0, prefix_hits=0,
)  # fmt: skip


def test_it_grows_per_turnover_while_the_cache_is_empty_and_more_would_come():
    limit = Limit(10, 100)
    limit.see([IDLE], eager=True, answered=9)
    assert limit.value == 10
    limit.see([IDLE], eager=True, answered=1)
    assert limit.value == pytest.approx(12)
    limit.see([IDLE], eager=False, answered=100)
    assert limit.value == pytest.approx(12)


@pytest.mark.parametrize(("kv", "factor"), [(0.6, 1.2), (0.7, 1.1), (0.8, 0.95), (0.95, 0.7 / 0.95)])
def test_it_tapers_off_and_trims_as_the_cache_fills(kv, factor):
    limit = Limit(50, 1000)
    limit.see([IDLE, replace(IDLE, kv_usage=kv)], eager=True, answered=50)
    assert limit.value == pytest.approx(50 * factor)


def test_requests_thrown_out_or_kept_waiting_cut_it_and_silence_does_not():
    limit = Limit(50, 1000)
    limit.see([replace(IDLE, preemptions=3)], eager=True, answered=0)
    assert limit.value == 50  # what was before is no news
    limit.see([replace(IDLE, preemptions=4)], eager=True, answered=0)
    assert limit.value == pytest.approx(47.5)
    full = replace(IDLE, preemptions=4, kv_usage=0.7, waiting=2)
    for _ in range(3):
        limit.see([full], eager=True, answered=0)
    assert limit.value == pytest.approx(47.5 * 0.95)
    limit.see([], eager=True, answered=500)
    assert limit.value == pytest.approx(47.5 * 0.95)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 500), st.integers(0, 3)), max_size=80))
def test_it_stays_between_one_and_the_ceiling(looks):
    limit = Limit(64, 64)
    for kv, eager, answered, refused in looks:
        limit.see([replace(IDLE, kv_usage=kv)], eager, answered)
        limit.hear(refused, eager, answered)
        assert 1 <= limit.value <= 64


@pytest.mark.slow
def test_a_small_cache_parks_dialogues_and_changes_no_byte(tmp_path):
    """Three runs: with room for all, with little room, and with as little but without looking at it."""
    found, waited = {}, {}
    little = ("--kv-tokens", "40000")
    for name, options, http in (("ample", (), {}), ("little", little, {}), ("blind", little, {"metrics": False})):
        folder = tmp_path / name
        folder.mkdir()
        with served(folder, folder / "out", "--latency", "0.2", *options) as server:
            done = run(recipe(folder, server.url, http=http), folder / "out")
            assert done.returncode in (0, 1), done.stderr
            if options:
                with urllib.request.urlopen(server.url.removesuffix("/v1") + "/metrics") as answer:
                    waited[name] = float(re.search(r"waited_total (\S+)", answer.read().decode()).group(1))
        found[name] = files(folder / "out")
    assert found["ample"] == found["little"] == found["blind"]
    assert waited["little"] < waited["blind"] / 2
