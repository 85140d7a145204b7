from __future__ import annotations

import random
import re

import msgspec
import pytest

from tests.tool_specs.phrasing.samples import TASKS
from tool_specs.phrasing.leaks import leaks
from tool_specs.phrasing.recover import demands, missing, recover
from tool_specs.phrasing.user import task_text
from tool_specs.retail.lexicon import LEXICON


@pytest.mark.parametrize("name", TASKS)
def test_what_was_said_can_be_read_again(name: str) -> None:
    one = TASKS[name]
    for seed in range(80):
        text = task_text(LEXICON, one, random.Random(seed))
        assert missing(LEXICON, one, text) == [], text
        assert leaks(one, text) == [], text


@pytest.mark.parametrize("name", TASKS)
def test_a_phrase_taken_away_is_missed(name: str) -> None:
    one = TASKS[name]
    text = task_text(LEXICON, one, random.Random(3))
    for demand in demands(LEXICON, one):
        cut = text
        for find in demand.patterns:
            for start, end in sorted(find(cut), reverse=True):
                cut = f"{cut[:start]}thing{cut[end:]}"
        assert missing(LEXICON, one, cut), (demand.meaning, cut)


def test_one_phrase_does_not_tell_two_orderings() -> None:
    one = TASKS["exchange_cheapest_black"]
    twice = msgspec.structs.replace(one, requests=one.requests * 2)
    text = task_text(LEXICON, one, random.Random(3))
    assert missing(LEXICON, one, text) == []
    assert any("order" in line for line in missing(LEXICON, twice, text))


def test_two_roles_told_as_one_are_read_whole() -> None:
    one = TASKS["exchange_cheapest_of_all_versions"]
    who = "Nora Field, 78234, nora.field2208@example.com. Use the original payment method for the difference."
    whole = "See which of my delivered items has the cheapest other version in stock, and exchange it for that version."
    assert missing(LEXICON, one, f"{whole} {who}") == []
    for part, lost in (
        ("delivered ", "filter get_order_details.status"),
        (" in stock", "filter get_product_details.variants.*.available"),
        ("cheapest ", "order get_product_details.variants.*.price"),
        ("other ", "other get_product_details.variants.*.item_id"),
        ("See which of", "intent exchange"),
    ):
        (line,) = missing(LEXICON, one, f"{whole.replace(part, '')} {who}")
        assert lost in line


def test_a_wrong_direction_is_missed() -> None:
    one = TASKS["return_best_delivered"]
    who = "Nora Field, 78234, nora.field2208@example.com"
    text = f"Return the cheapest item that has been delivered, refund to my gift card. {who}"
    assert missing(LEXICON, one, text) == ["request 0: order get_order_details.items.*.price True"]


def test_other_meanings_are_read_too() -> None:
    found = recover(LEXICON, "cancel the pending order", TASKS["tracking"])
    assert ("filter", "get_order_details.status", "pending") in found
    assert ("intent", "cancel_pending_order") in found


def test_all_choices_are_understood() -> None:
    one = TASKS["cancel_named"]
    for text in LEXICON.choices["reason"]["no longer needed"]:
        assert not re.search("reason", " ".join(missing(LEXICON, one, f"cancel order #W7678072, {text}")))
