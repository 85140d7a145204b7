import asyncio

import pytest

from pipeline.errors import Stopped
from pipeline.gate import Gate, together, turn


def test_no_more_than_the_limit_are_in_work_and_who_came_first_goes_first():
    begun, most = [], 0

    async def everything():
        gate, now = Gate(3), 0

        async def work(number):
            nonlocal now, most
            begun.append(number)
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1
            return number

        return await together([gate.enter(work, number) for number in range(20)])

    assert asyncio.run(everything()) == list(range(20))
    assert begun == list(range(20))
    assert most == 3


def test_a_lower_limit_parks_those_who_came_last_between_two_turns_and_loses_nobody():
    async def everything():
        gate, turns = Gate(8), []

        async def work(number):
            for _ in range(6):
                await turn()
                turns.append((gate.limit, number))
                await asyncio.sleep(0.001)
                if len(turns) == 12:
                    gate.set(2)
                if len(turns) == 40:
                    gate.set(8)
            return number

        made = await together([gate.enter(work, number) for number in range(10)])
        return made, turns

    made, turns = asyncio.run(everything())
    assert made == list(range(10))
    assert len(turns) == 60
    low = [number for limit, number in turns if limit == 2]
    # The two oldest take all the turns until they are done.
    assert low[:6] == [0, 1, 0, 1, 0, 1]


def test_stopping_waits_for_what_was_asked_and_a_bug_does_not():
    async def everything(error):
        ended = []

        async def paid():
            await asyncio.sleep(0.05)
            ended.append("paid")

        async def fails():
            raise error

        with pytest.raises(type(error)):
            await together([paid(), fails()])
        return ended

    assert asyncio.run(everything(Stopped("no money"))) == ["paid"]
    assert asyncio.run(everything(ZeroDivisionError())) == []
