import pytest

from tool_specs.plain_words.names import about, is_adjective, noun_of, participle, phrase, stem


@pytest.mark.parametrize(
    ("name", "said"),
    [("due_date", "due date"), ("dueDate", "due date"), ("ISBNNumber", "ISBN number"), ("max_qty", "maximum quantity")],
)
def test_names_are_said_in_english(name: str, said: str) -> None:
    assert phrase(name) == said


@pytest.mark.parametrize(
    ("tool", "noun"),
    [
        ("get_loan", "loan"),
        ("list_overdue_loans", "overdue loan"),
        ("find_reader_id_by_email", "reader id"),
        ("get_order_details", "order"),
        ("searchDirectFlights", "direct flight"),
        ("read", ""),
    ],
)
def test_a_tool_is_about_a_thing(tool: str, noun: str) -> None:
    assert noun_of(tool) == noun


def test_what_a_tool_is_about_ends_at_a_preposition() -> None:
    assert about("list_books_by_author") == ("books",)


@pytest.mark.parametrize(
    ("verb", "done"),
    [("renew", "renewed"), ("cancel", "cancelled"), ("notify", "notified"), ("move", "moved"), ("send", "sent")],
)
def test_participles(verb: str, done: str) -> None:
    assert participle(verb) == done


def test_ids_name_what_they_are_of() -> None:
    assert [stem(name) for name in ("loan_id", "new_item_ids", "id", "payment_method_id")] == [
        "loan",
        "item",
        "",
        "payment method",
    ]


def test_adjectives_are_told_from_nouns() -> None:
    assert [is_adjective(word) for word in ("available", "heated", "insurance", "bed")] == [True, True, False, False]
