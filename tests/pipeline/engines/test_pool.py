import asyncio
import time

import pytest

from pipeline.engines.breaker import Breaker
from pipeline.engines.endpoint import Endpoint
from pipeline.engines.pool import Pool
from pipeline.engines.settings import HttpSettings
from pipeline.errors import Stopped


def pool(number, margin=2, give_up=60.0):
    settings = HttpSettings(base_url="http://127.0.0.1:9/v1", model="small-1")
    endpoints = [
        Endpoint(f"http://127.0.0.1:{9 + place}/v1", None, None, settings, "small-1") for place in range(number)
    ]
    return Pool(endpoints, margin, give_up)


def place(pool, session, avoid=()):
    return pool.endpoints.index(asyncio.run(pool.pick(session, time.monotonic(), avoid)))


def test_first_turns_go_where_least_is_in_flight_ties_in_turn():
    three = pool(3)
    assert sorted(place(three, f"s{number}") for number in range(3)) == [0, 1, 2]
    three.endpoints[0].in_flight = three.endpoints[2].in_flight = 1
    assert {place(three, f"t{number}") for number in range(5)} == {1}


def test_a_session_stays_until_its_place_has_more_than_the_margin_above_the_idlest():
    two = pool(2, margin=2)
    home = place(two, "s")
    two.endpoints[home].in_flight = 2
    assert place(two, "s") == home
    two.endpoints[home].in_flight = 3
    assert place(two, "s") == 1 - home
    two.endpoints[home].in_flight = 0
    assert place(two, "s") == 1 - home, "it has moved for good"


def test_a_session_moves_from_a_broken_place_and_from_one_that_failed_it():
    two = pool(2)
    home = place(two, "s")
    assert place(two, "s", avoid=[two.endpoints[home]]) == 1 - home
    home = place(two, "s")
    two.endpoints[home].breaker.failed(gone=True)
    assert place(two, "s") == 1 - home


def test_only_one_place_is_taken_even_if_it_failed_before():
    one = pool(1)
    assert place(one, "s", avoid=one.endpoints) == 0


def test_silence_of_all_ends_the_run_with_what_to_do():
    one = pool(1, give_up=0.2)
    one.endpoints[0].breaker.failed(gone=True)
    with pytest.raises(Stopped, match="run the same command again"):
        asyncio.run(one.pick("s", time.monotonic()))


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_trial_through():
    breaker = Breaker()
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert breaker.ready()
    breaker.failed()
    assert breaker.open
    assert not breaker.ready()
    time.sleep(breaker.wait() + 0.01)
    assert breaker.ready()
    breaker.begin()
    assert not breaker.ready(), "one trial at a time"
    breaker.succeeded()
    assert breaker.ready()
    assert not breaker.open
