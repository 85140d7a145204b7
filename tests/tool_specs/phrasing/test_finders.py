from __future__ import annotations

from tool_specs.phrasing.finders import literal, literals, spans_of, template


def test_words_are_found_whatever_their_capitals_and_white_space() -> None:
    assert literal("blue shirt")("My Blue shirt") == [(3, 13)]
    assert literal("blue shirt")("My Blue  shirt") == [(3, 14)]


def test_parts_of_words_and_of_ids_are_not_found() -> None:
    assert literal("art")("cart, artist") == []
    assert literal("w12")("order #W12, order W123") == []
    assert literal("#w12")("order #W12") == [(6, 10)]


def test_letters_that_grow_in_small_letters_move_no_place() -> None:
    assert literal("shirt")("\u0130 shirt") == [(2, 7)]


def test_a_template_needs_its_fixed_words_in_order() -> None:
    find = template("cancel {order}, please")
    assert find("Cancel #W1, please!") == [(0, 6)]
    assert find("Please cancel #W1") == []
    assert template("why {is} it late?")("Why are it late?") == [(0, 15)]


def test_each_place_counts_once() -> None:
    assert spans_of((*literals(("lamp",)), literal("Lamp")), "a lamp") == [(2, 6)]
