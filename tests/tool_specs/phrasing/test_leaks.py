from __future__ import annotations

import random

import msgspec

from schemas.task import Proof, Read
from tests.tool_specs.phrasing.samples import TASKS
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.user import task_text
from tool_specs.retail.lexicon import LEXICON


def test_gold_values_leak() -> None:
    one = TASKS["return_best_delivered"]
    text = task_text(LEXICON, one, random.Random(0))
    assert leaks(one, f"{text} It's order #W3113816.") == ["#W3113816"]
    assert leaks(one, f"{text} it's w3113816") == ["#W3113816"]
    assert leaks(one, f"{text} Item 1100000001.") == ["1100000001"]
    assert leaks(one, f"{text} 11000000012") == []


def test_stated_values_do_not_leak() -> None:
    one = TASKS["cancel_named"]
    assert leaks(one, task_text(LEXICON, one, random.Random(0))) == []
    assert "#W7678072" in task_text(LEXICON, one, random.Random(0))


def test_ids_on_the_way_leak() -> None:
    one = TASKS["return_best_delivered"]
    proof = Proof(
        reads=(0,),
        reachable=(Read(tool="get_order_details", arguments={"order_id": "#W9004417"}),),
        clauses=(),
        lower=0,
        upper=0,
        plausible=0,
    )
    request = msgspec.structs.replace(one.requests[0], proof=proof)
    assert leaks(msgspec.structs.replace(one, requests=(request,)), "not the one in #W9004417") == ["#W9004417"]


def test_amounts_and_answers_leak() -> None:
    assert leaks(TASKS["price_of_cheapest"], "is it $489.50?") == ["489.50"]
    assert leaks(TASKS["price_of_cheapest"], "is it 489.5?") == ["489.50"]
    assert leaks(TASKS["tracking"], "is it 490313116609?") == ["490313116609"]
    assert leaks(TASKS["count_in_stock"], "are there 3?") == []  # small counts stand in any text by chance
