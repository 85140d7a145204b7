"""Words for a domain without a lexicon: those of the library's desk that `writ init` makes, and of single tools."""

import dataclasses
from collections.abc import Mapping

import pytest

from pipeline.scaffold.library import DOMAIN
from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.domain import generate_world
from tool_specs.lexicon import Lexicon, RowWords, WriteWords
from tool_specs.plain_words import merged, worded
from tool_specs.plain_words.columns import words_for
from tool_specs.plain_words.questions import questions
from tool_specs.plain_words.writes import write_words

ME = frozenset({"reader_id"})


@pytest.fixture(scope="module")
def words() -> Lexicon:
    wordless = dataclasses.replace(DOMAIN, lexicon=Lexicon(partial=True))
    return worded(wordless, generate_world(DOMAIN, 1, 60)).lexicon


def spec(name: str, **parameters: Mapping[str, Json]) -> ToolSpec:
    own = {"type": "object", "properties": parameters, "required": list(parameters)}
    return ToolSpec(name=name, description=name, parameters=own, effect="write", types={"reader_id": "reader_id"})


ID = {"type": "string"}


def ask(name: str, **parameters: Mapping[str, Json]) -> tuple[str, ...]:
    return write_words(spec(name, **parameters), (), ME, {}).ask


def test_rows_are_what_reads_show_with_their_owner(words: Lexicon) -> None:
    assert {id_: (row.singular, bool(row.scope)) for id_, row in words.rows.items()} == {
        "get_loan": ("loan", True),
        "get_hold": ("hold", True),
        "get_book": ("book", False),
    }
    assert words.rows["get_loan"].label == '"{title}" (loan {loan_id})'


def test_columns_are_criteria_by_their_kind(words: Lexicon) -> None:
    columns = words.columns
    assert columns["get_loan.due_date"].least == ("with the earliest due date",)
    assert columns["get_book.pages"].most == ("with the most pages",)
    assert columns["get_loan.status"].values['"overdue"'][0] == "overdue"
    assert columns["get_loan.title"].any_value[0] == 'called "{value}"'
    own = columns["get_loan.loan_id"]
    assert own.kind == "id" and not (own.values or own.any_value or own.most or own.least)
    assert "get_loan.reader_id" not in columns


def test_no_two_columns_of_a_row_share_a_superlative(words: Lexicon) -> None:
    for row in words.rows:
        said = [
            text for id_, own in words.columns.items() if id_.startswith(row + ".") for text in (*own.most, *own.least)
        ]
        assert len(said) == len(set(said))


def test_guards_become_refusals_and_only_a_person_takes_what_no_tool_does(words: Lexicon) -> None:
    assert all(guard.name in words.refusals for guard in DOMAIN.guards)
    assert words.out_of_scope
    alone = dataclasses.replace(DOMAIN, transfer_tool=None, lexicon=Lexicon(partial=True))
    assert not worded(alone, generate_world(DOMAIN, 1, 20)).lexicon.out_of_scope


def test_what_a_domain_says_itself_wins(words: Lexicon) -> None:
    row = RowWords(singular="borrowing", plural="borrowings", label="borrowing {loan_id}")
    both = merged(words, Lexicon(partial=True, rows={"get_loan": row}, service="our library"))
    assert both.rows["get_loan"] is row and both.rows["get_book"] is words.rows["get_book"]
    assert both.service == "our library" and both.ask_identity == words.ask_identity and not both.partial


def test_a_whole_lexicon_stays_as_it_is() -> None:
    whole = dataclasses.replace(DOMAIN, lexicon=Lexicon())
    assert worded(whole, generate_world(DOMAIN, 1, 5)) is whole


def test_the_same_world_gives_the_same_words(words: Lexicon) -> None:
    wordless = dataclasses.replace(DOMAIN, lexicon=Lexicon(partial=True))
    assert worded(wordless, generate_world(DOMAIN, 1, 60)).lexicon == words


def test_writes_are_asked_for_by_what_their_names_say() -> None:
    assert ask("renew_loan", loan_id=ID)[:2] == ("renew {object}", "have {object} renewed")
    assert ask("report_lost", loan_id=ID)[0] == "report {object} as lost"
    assert ask("give_back_loan", loan_id=ID)[0] == "give back {object}"
    assert ask("cancel_pending_order", order_id=ID)[0] == "cancel {object}"
    assert ask("enroll_reader_in_course", reader_id=ID, course_id=ID)[0] == "enroll me in {object}"
    assert ask("add_item_to_cart", item_id=ID, cart_id=ID)[0] == "add {object} to {cart}"
    assert ask("create_booking", reader_id=ID, room_id=ID)[0] == "create a booking for {object}"


def test_values_are_told_in_a_place_of_their_own() -> None:
    status: Mapping[str, Json] = {"type": "string", "enum": ["open", "closed"]}
    assert ask("update_loan_status", loan_id=ID, status=status)[-1] == "update the status of {object} to {status}"
    assert ask("swap_item", item_id=ID, new_item_id=ID)[-1] == "swap {object} for {target}"
    assert ask("renew_loan", loan_id=ID, period=status)[-1] == "renew {object}, with {period} as the period"


def test_every_role_has_a_question_and_a_place_to_be_told() -> None:
    own: WriteWords = write_words(
        spec("move_loan", loan_id=ID, shelf={"type": "string", "enum": ["A", "B"]}), (), ME, {}
    )
    assert own.roles == {"loan_id": "object", "shelf": "shelf"}
    for role in own.roles.values():
        assert own.question[role] and any(f"{{{role}}}" in text for text in (*own.ask, *own.say[role]))
        assert all(f"{{{role}}}" in text for text in own.confirm)


def test_booleans_are_adjectives_possessions_or_abilities() -> None:
    def texts(name: str) -> list[str]:
        own = words_for(name, "boolean", (), set())
        return [own.values["true"][0], own.values["false"][0]]

    assert texts("is_available") == ["available", "that isn't available"]
    assert texts("has_parking") == ["with parking", "without parking"]
    assert texts("allows_pets") == ["that allows pets", "that doesn't allow pets"]
    assert texts("insurance") == ["with insurance", "without insurance"]
    written = words_for("insurance", "enum", ("yes", "no", "no"), set())
    assert [written.values[f'"{value}"'][0] for value in ("yes", "no")] == ["with insurance", "without insurance"]


def test_only_numbers_that_add_up_are_added_up() -> None:
    def keys(name: str, kind: str) -> set[str]:
        found = questions(f"get_book.{name}", words_for(name, kind, (), set()), kind)  # type: ignore[arg-type]
        return {key.partition(":")[0] for key, _, _ in found}

    assert keys("pages", "number") == {"get_book.pages", "max", "min", "sum"}
    assert keys("year", "number") == {"get_book.year", "max", "min"}
    assert keys("summary", "text") == set()


def test_parts_of_one_object_are_told_together_and_the_user_s_own_are_mine() -> None:
    text = {"type": "string"}
    feeds = {f"get_reader.address.{part}": [("move_reader", part)] for part in ("street", "city")}
    own = write_words(spec("update_reader_address", reader_id=ID, street=text, city=text), (), ME, {})
    assert own.ask[0] == "update my address" and own.confirm[0].startswith("I'll update your address")
    grouped = write_words(spec("move_reader", reader_id=ID, street=text, city=text), (), ME, feeds)
    assert grouped.roles == {"reader_id": "object", "street": "new_address", "city": "new_address"}
    assert grouped.ask[-1] == "move my account to {new_address}"


def test_nouns_inside_a_name_are_what_it_is_about() -> None:
    assert ask("modify_pending_order_address", order_id=ID)[0] == "modify the address of {object}"


def test_a_bare_id_is_of_what_the_write_is_about() -> None:
    status: Mapping[str, Json] = {"type": "string", "enum": ["open", "closed"]}
    assert ask("cancel_booking", id=ID)[0] == "cancel {object}"
    assert ask("update_booking_status", id=ID, status=status)[-1] == "update the status of {object} to {status}"
    own = write_words(spec("cancel_booking", id=ID), (), ME, {})
    assert own.noun == "booking cancellation" and own.question["object"][1] == "Which booking do you mean?"
