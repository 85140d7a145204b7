import msgspec
import pyarrow as pa
import pytest
from msgspec import UNSET, UnsetType

from schemas.base import Record
from schemas.export import NOUNS
from schemas.parquet import _HELD, _encoders, _Once, arrow_schema, from_table, mismatch, packed, to_table
from schemas.program import Call
from schemas.tool import ToolSpec
from schemas.verdict import Drop


class Shelf(Record):
    id: str
    height: float
    full: bool
    books: int
    label: str | None = None
    titles: tuple[str, ...] = ()
    notes: dict[str, object] = {}


SHELVES = [
    Shelf(
        id="s1", height=1.1, full=True, books=2, label="a", titles=("x", "y"), notes={"k": None, "n": [1, {"z": 0.1}]}
    ),
    Shelf(id="s2", height=-0.0, full=False, books=-(2**62), notes={"other": "ключ"}),
]


def test_records_come_back_as_they_were_and_unlike_objects_keep_their_own_keys():
    table = to_table(SHELVES, Shelf)
    assert from_table(table, Shelf) == SHELVES
    assert table.column("notes").to_pylist()[1] == '{"other":"ключ"}'
    assert from_table(to_table([], Shelf), Shelf) == []


class Room(Record):
    id: str
    shelf: Shelf
    door: Call
    shelves: tuple[Shelf, ...] = ()
    key: Shelf | UnsetType = UNSET
    sign: str | UnsetType = UNSET


class House(Record):
    id: str
    room: Room


def test_a_record_in_a_record_has_the_json_that_it_has_by_itself():
    door = Call(name="d", tool="get_door", arguments={})
    rooms = [
        Room(id="r1", shelf=SHELVES[0], door=door, shelves=tuple(SHELVES)),
        Room(id="r2", shelf=SHELVES[1], door=door, key=SHELVES[0], sign="ключ"),
    ]
    houses = [House(id=f"h{number}", room=room) for number, room in enumerate(rooms)]
    for _ in range(2):  # made, then held
        table = to_table(houses, House)
        assert table.column("room").to_pylist() == [msgspec.json.encode(room).decode() for room in rooms]
        assert from_table(table, House) == houses


def test_what_is_held_of_json_is_bounded_and_never_that_of_another_record():
    for number in range(3 * _HELD):  # records that are gone leave their places in memory to the next ones
        house = House(id="h", room=Room(id=str(number), shelf=SHELVES[0], door=Call(name="d", tool="t", arguments={})))
        assert to_table([house], House).column("room").to_pylist() == [msgspec.json.encode(house.room).decode()]
    held = [encode._held for _, encode in _encoders(House) if isinstance(encode, _Once)]
    assert [len(each) for each in held] == [_HELD]


def test_a_column_is_what_arrow_makes_of_its_values():
    texts = ["", "ключ", "a" * 300, None, "b"]
    found = packed([text.encode() if text is not None else None for text in texts], pa.string())
    found.validate(full=True)
    assert found.equals(pa.array(texts, pa.string())) and found.null_count == 1
    assert packed([b"\xff", b""], pa.binary()).equals(pa.array([b"\xff", b""], pa.binary()))
    table = to_table(SHELVES, Shelf)
    table.validate(full=True)
    assert table.column("label").to_pylist() == ["a", None]


def test_plain_values_have_their_own_columns_and_the_rest_is_text():
    assert [str(field.type) for field in arrow_schema(Shelf)] == [
        "string", "double", "bool", "int64", "string", "string", "string",
    ]  # fmt: skip
    assert [field.nullable for field in arrow_schema(Shelf)] == [False, False, False, False, True, False, False]


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
def test_every_noun_has_an_arrow_schema_that_names_it(kind):
    assert arrow_schema(kind).metadata[b"writ.record"] == kind.__name__.encode()


def test_a_schema_of_another_kind_is_told_in_words():
    assert mismatch(arrow_schema(Drop), Drop) == ""
    assert mismatch(arrow_schema(ToolSpec), Drop) == "holds ToolSpec, not Drop"
    assert "no record of WRIT" in mismatch(pa.schema([("a", pa.int64())]), Drop)
    older = arrow_schema(Drop).with_metadata({"writ.record": "Drop", "writ.version": "0"})
    assert "version 0" in mismatch(older, Drop)
    assert "missing: detail" in mismatch(arrow_schema(Drop).remove(4), Drop)
