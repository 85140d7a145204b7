from __future__ import annotations

import random
import re
from typing import Any

import pytest

from schemas.task import Request
from tests.tool_specs.phrasing.samples import TASKS
from tests.tool_specs.phrasing.toy_world import ORDERS, PRODUCTS, USERS, read
from tool_specs.phrasing.agent import (
    Known,
    answer,
    compare,
    confirm,
    done,
    in_order,
    label,
    question,
    refusal,
    transfer,
)
from tool_specs.phrasing.columns import column_words, fill_value
from tool_specs.phrasing.english import moment
from tool_specs.phrasing.labels import Seen, changed_label, contents, state_text
from tool_specs.phrasing.reasons import predicate
from tool_specs.programs import ReadAsk, ReadKey, Selection, run
from tool_specs.retail.lexicon import LEXICON

NAMES = [name for name, one in TASKS.items() if any(request.tool for request in one.requests)]


@pytest.fixture
def known() -> Known:
    found = Known(LEXICON)
    for tool, rows in (("get_user_details", USERS), ("get_order_details", ORDERS), ("get_product_details", PRODUCTS)):
        for row in rows.values():
            found.add(tool, row)
    return found


def found_for(name: str, number: int = 0) -> tuple[Request, Selection, dict[ReadKey, Any]]:
    one = TASKS[name]
    reads: dict[ReadKey, Any] = {}

    def remembering(ask: ReadAsk) -> Any:
        reads[ask.key] = read(ask)
        return reads[ask.key]

    facts = {entry.name: entry.value for entry in one.knowledge}
    return one.requests[number], run(one.requests[number].programs, facts, remembering), reads


def compared(name: str, seed: int = 0, with_reads: bool = True) -> str:
    request, selection, reads = found_for(name)
    facts = {entry.name: entry.value for entry in TASKS[name].knowledge}
    return compare(LEXICON, request, selection, random.Random(seed), reads=reads if with_reads else None, facts=facts)


def test_rows_are_named_as_people_name_them() -> None:
    item = ORDERS["#W3113816"]["items"][0]
    assert label(LEXICON, "get_order_details.items.*", item) == "red mesh office chair"
    assert label(LEXICON, "get_order_details", ORDERS["#W3113816"]) == "order #W3113816"
    methods = USERS["nora_field_4411"]["payment_methods"]
    labels = [label(LEXICON, "get_user_details.payment_methods.*", method) for method in methods.values()]
    assert labels == [
        "gift card ending in 3546",
        "PayPal account",
        "Mastercard credit card ending in 9212",
        "Visa credit card ending in 3546",
    ]


@pytest.mark.parametrize("seed", range(20))
def test_a_comparison_says_what_wins_and_why_others_lose(seed: int) -> None:
    text = compared("return_best_delivered", seed)
    assert re.search("all five (of your )?orders", text)
    assert "red mesh office chair at $544.29 (order #W3113816)" in text
    assert "leather hiking boots at $244.34" in text
    assert "silver laptop ($2,674.40) costs more, but its order is still pending" in text


def test_a_comparison_without_other_reads_leaves_them_out() -> None:
    text = compared("return_best_delivered", with_reads=False)
    assert "red mesh office chair at $544.29" in text
    assert "laptop" not in text


def test_a_target_is_compared_with_what_is_sold_out() -> None:
    text = compared("exchange_cheapest_black")
    assert "black leather office chair at $489.50" in text
    assert "black fabric office chair ($478.10) costs less, but it's out of stock" in text


def test_versions_of_all_things_are_compared_with_their_owner() -> None:
    text = compared("swap_best_of_all_versions")
    assert re.search("all other in-stock versions of your three pending items", text)
    assert "one is the black laptop at $2,410.00, a version of your silver laptop from order #W4817420" in text
    assert "silver action camera at $448.20" in text
    cheapest = compared("exchange_cheapest_of_all_versions")
    assert "a version of your blue cotton T-Shirt from order #W3113816" in cheapest
    assert "pending" not in cheapest


def test_lookups_and_lists_say_what_was_found() -> None:
    assert "order #w7678072" in compared("cancel_with_camera").lower()
    assert "action camera" in compared("cancel_with_camera")
    text = compared("swap_every_item")
    assert "two items: black action camera ($466.75) and black polyester T-Shirt ($44.30)" in text
    assert "silver action camera (1080p, not waterproof) at $431.40" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_confirmation_lists_every_argument(name: str, known: Known) -> None:
    for request in TASKS[name].requests:
        if request.tool is None:
            continue
        for seed in range(10):
            text = confirm(LEXICON, request.tool, request.arguments, known, random.Random(seed))
            assert re.search(r"\byes\b", text)
            assert not re.search(r"  | \.|\{|\.\.|None|item item|the the", text), text
            for parameter, value in request.arguments.items():
                for one in value if isinstance(value, list) else [value]:
                    if parameter not in ("payment_method_id", "user_id"):
                        assert str(one) in text, (parameter, text)
            if "payment_method_id" in request.arguments:
                assert re.search("gift card|PayPal|Visa", text)
            report = done(LEXICON, request.tool, request.arguments, known, random.Random(seed))
            assert report[0].isupper()


def test_the_price_difference_is_told(known: Known) -> None:
    request = TASKS["exchange_cheapest_black"].requests[0]
    for seed in range(10):
        text = confirm(LEXICON, str(request.tool), request.arguments, known, random.Random(seed))
        assert "$54.79" in text
        assert re.search("back|refund|return|cheaper", text)


@pytest.mark.parametrize("seed", range(6))
def test_things_that_become_the_same_are_named_together(known: Known, seed: int) -> None:
    request = TASKS["exchange_cheapest_black"].requests[0]
    other = next(row["item_id"] for row in ORDERS["#W3113816"]["items"] if row["name"] != "Office Chair")
    (old,), (new,) = request.arguments["item_ids"], request.arguments["new_item_ids"]  # type: ignore[misc]
    arguments = {**request.arguments, "item_ids": [old, other], "new_item_ids": [new, new]}
    text = confirm(LEXICON, str(request.tool), arguments, known, random.Random(seed))
    assert text.count(str(new)) == 1 and re.search(r", each (for|with) the black leather office chair", text), text
    assert all(text.count(str(each)) == 1 for each in (old, other))


@pytest.mark.parametrize("seed", range(8))
def test_a_winner_is_shown_among_those_that_it_was_ranked_with(seed: int) -> None:
    request, selection, _ = found_for("return_best_delivered")
    text = in_order(LEXICON, request.programs, 0, selection, random.Random(seed))
    prices = [float(each.replace(",", "")) for each in re.findall(r"\$([\d,]+\.\d\d)", text)]
    assert prices[0] == 544.29 and prices == sorted(prices, reverse=True) and len(prices) > 2
    assert "red mesh office chair at $544.29, " in text and "items that fit" in text
    assert not re.search("cheapest|priciest|most expensive", text), "other words than the comparison's"


def test_what_is_only_looked_up_has_no_ranking() -> None:
    request, selection, _ = found_for("cancel_with_camera")
    assert in_order(LEXICON, request.programs, 0, selection, random.Random(0)) == ""


def test_the_best_for_each_is_shown_before_the_next() -> None:
    request, selection, _ = found_for("swap_every_item")
    place = next(number for number, program in enumerate(request.programs) if program.pick == "each")
    text = in_order(LEXICON, request.programs, place, selection, random.Random(0))
    assert "for the black action camera, the silver action camera" in text and "at $431.40, then the " in text, text


def test_unknown_rows_are_named_by_id() -> None:
    request = TASKS["exchange_cheapest_black"].requests[0]
    text = confirm(LEXICON, str(request.tool), request.arguments, Known(LEXICON), random.Random(0))
    for value in ("#W3113816", "1100000001", "1100000002", "paypal_5727330"):
        assert value in text
    assert "price difference" in text


def test_questions_answers_and_refusals() -> None:
    rng = random.Random(0)
    assert question(LEXICON, "return_delivered_order_items", "payment", rng).endswith("?")
    assert question(LEXICON, "unknown_tool", "new_thing", rng) == "Could you tell me the new thing?"
    prices = TASKS["price_of_cheapest"].requests[0]
    assert "$489.50" in answer(LEXICON, prices, 489.5, "", rng)
    assert "490313116609" in answer(LEXICON, TASKS["tracking"].requests[0], "490313116609", "order #W3113816", rng)
    assert "3" in answer(LEXICON, TASKS["count_in_stock"].requests[0], 3, "", rng)
    assert "pending" in refusal(LEXICON, "tool_error", "Non-pending order cannot be cancelled", rng)
    assert refusal(LEXICON, "x", "The moon is full", rng) == "I'm sorry, I can't do that: the moon is full."
    assert transfer(LEXICON, rng) == "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."


def clause(column: str, value: str, many: bool, *, negated: bool = False) -> str:
    words = column_words(LEXICON, column)
    assert words is not None
    return predicate(words, column, value, many, random.Random(0), negated=negated)


def test_values_are_said_as_clauses() -> None:
    options = "get_product_details.variants.*.options"
    assert clause(f"{options}.size", "11", True) == "they're size 11"
    assert clause(f"{options}.screen size", "15-inch", False).startswith("it comes with ")
    assert clause(f"{options}.color", "black", False, negated=True) == "it isn't black"


def test_a_status_is_said_as_a_clause() -> None:
    words = column_words(LEXICON, "get_order_details.status")
    assert state_text(words, "exchange requested", "it") == "an exchange has already been requested for it"
    assert state_text(words, "delivered", "their orders", many=True) == "their orders have already been delivered"
    assert state_text(words, "unheard of", "it") == ""


def test_a_refusal_says_what_the_rows_show(known: Known) -> None:
    delivered = {"order_id": "#W3113816"}
    said = [
        refusal(
            LEXICON, "status", "", random.Random(seed), tool="cancel_pending_order", arguments=delivered, known=known
        )
        for seed in range(5)
    ]
    assert all("order #w3113816 has already been delivered" in text.lower() for text in said)


def test_things_of_one_name_are_counted_in_an_order() -> None:
    lamp = {"name": "Desk Lamp", "options": {"color": "white", "brightness": "low"}}
    order = {
        "order_id": "#W1",
        "items": [lamp, {"name": "Wall Clock", "options": {}}, {**lamp, "options": {"color": "white"}}],
    }
    assert contents(LEXICON, Seen("get_order_details", order)) == ["two white desk lamps", "wall clock"]


def test_a_swap_is_named_by_what_it_changes() -> None:
    before = {"name": "Desk Lamp", "options": {"color": "white", "brightness": "low", "power source": "USB"}}
    after = {"name": "Desk Lamp", "options": {"color": "black", "brightness": "high", "power source": "USB"}}
    item = "get_order_details.items.*"
    assert changed_label(LEXICON, Seen(item, after), Seen(item, before)) == "black desk lamp (high brightness)"
    assert changed_label(LEXICON, Seen(item, before), Seen(item, before)) == "white desk lamp"


def test_options_take_their_article() -> None:
    column = "get_order_details.items.*.options.screen"
    words = column_words(LEXICON, column)
    assert words is not None
    assert fill_value("with a {value} screen", "8-inch", column, words) == "with an 8-inch screen"
    assert fill_value("with a {value} screen", "7-inch", column, words) == "with a 7-inch screen"


def test_moments_are_said_as_people_say_them() -> None:
    assert moment("2024-05-05T01:04:08") == "2024-05-05 at 01:04"
    assert moment("2024-05-05") == "2024-05-05" and moment("soon") == "soon"
