from schemas.base import Json
from tool_specs.plain_words.kinds import kind_of

TEXT = {"type": "string"}


def kind(name: str, schema: Json = TEXT, values: tuple[Json, ...] = ()) -> str:
    return kind_of(name, schema, values)


def test_numbers_are_money_durations_or_numbers_by_name() -> None:
    number = {"type": "number"}
    assert kind("late_fee", number) == "money"
    assert kind("duration_minutes", {"type": "integer"}) == "duration"
    assert kind("pages", {"type": "integer"}) == "number"
    assert [kind(name, number) for name in ("total", "total_bags", "cost_per_night", "hourly_rate", "fee_usd")] == [
        "money", "number", "money", "money", "money"
    ]  # fmt: skip


def test_dates_and_times_are_known_by_every_value() -> None:
    assert kind("due", values=("2026-01-05", "2026-02-28")) == "date"
    assert kind("due", values=("2026-01-05", "soon")) == "text"
    assert kind("opens", values=("09:30", "10:00")) == "time"
    assert kind("due", {"type": "string", "format": "date"}) == "date"


def test_few_short_values_that_come_again_are_choices() -> None:
    assert kind("shelf", values=("north", "south") * 5) == "enum"
    assert kind("remark", values=("torn cover", "ok", "smells")) == "text"
    assert kind("status", {"type": "string", "enum": ["open"]}) == "enum"


def test_titles_are_handles_and_long_ones_are_not() -> None:
    assert kind("title", values=("The Mill", "A Walk", "Nine Doors")) == "handle"
    assert kind("title", values=("word " * 40,)) == "text"


def test_ids_and_what_leads_to_other_tools_pin_the_row() -> None:
    assert kind("loan_id", values=("L1",)) == "id"
    assert kind_of("reader", TEXT, ("ann", "bob"), leads_on=True) == "id"


def test_booleans_also_where_they_may_be_null() -> None:
    assert kind("lost", {"anyOf": [{"type": "boolean"}, {"type": "null"}]}) == "boolean"
