from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.world import Tables, World
from tool_specs.domain import Domain, WorldError, generate_world, load_world


def write(path: Path, tables: Any) -> Path:
    path.write_bytes(tables if isinstance(tables, bytes) else orjson.dumps(tables))
    return path


def test_a_world_survives_its_file(retail: Domain, retail_world: World, tmp_path: Path) -> None:
    loaded = load_world(retail, write(tmp_path / "shop.json", retail_world.tables))
    assert loaded.tables == retail_world.tables and loaded.digest == retail_world.digest
    assert loaded.origin == "file:shop.json", "never a machine's path"


def test_the_real_world_is_sound(real_world: World) -> None:
    assert {table: len(rows) for table, rows in real_world.tables.items()} == {
        "products": 50,
        "users": 500,
        "orders": 1000,
    }


def order_of_nobody(tables: Tables) -> str:
    order_id = next(iter(tables["orders"]))
    tables["orders"][order_id]["user_id"] = "x"
    return f"""orders["{order_id}"].user_id: no user 'x' in users"""


def no_users(tables: Tables) -> str:
    del tables["users"]
    return "table 'users' is missing"


def price_in_words(tables: Tables) -> str:
    order_id = list(tables["orders"])[3]
    tables["orders"][order_id]["items"][0]["price"] = "ten"
    return f'orders["{order_id}"].items[0].price: Expected `float`, got `str`'


def no_email(tables: Tables) -> str:
    user_id = list(tables["users"])[2]
    del tables["users"][user_id]["email"]
    return f'users["{user_id}"]: Object missing required field `email`'


def rows_in_a_list(tables: Any) -> str:
    tables["orders"] = list(tables["orders"].values())
    return "table 'orders' is a list"


def lost_product(tables: Tables) -> str:
    order = next(iter(tables["orders"].values()))
    del tables["products"][order["items"][0]["product_id"]]
    return f'orders["{order["order_id"]}"].items[0].product_id: no product'


def wrong_sum(tables: Tables) -> str:
    order = list(tables["orders"].values())[5]
    order["payment_history"][0]["amount"] += 1
    return f'orders["{order["order_id"]}"].payment_history[0].amount'


def foreign_payment(tables: Tables) -> str:
    order = list(tables["orders"].values())[5]
    order["payment_history"][0]["payment_method_id"] = "paypal_0"
    return f'orders["{order["order_id"]}"].payment_history[0].payment_method_id'


def stray_table(tables: Any) -> str:
    tables["ordres"] = {}
    return "'ordres' is no table of a retail world"


def shared_email(tables: Tables) -> str:
    first, second = list(tables["users"].values())[:2]
    second["email"] = first["email"].upper()
    return f'users["{second["user_id"]}"].email'


DAMAGES = [
    order_of_nobody,
    no_users,
    price_in_words,
    no_email,
    rows_in_a_list,
    lost_product,
    wrong_sum,
    foreign_payment,
    stray_table,
    shared_email,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: str(each.__name__))
def test_damaged_worlds(damage: Callable[[Any], str], retail: Domain, retail_world: World, tmp_path: Path) -> None:
    tables = copy.deepcopy(retail_world.tables)
    words = damage(tables)
    path = write(tmp_path / "world.json", tables)
    with pytest.raises(WorldError) as caught:
        load_world(retail, path)
    assert str(path) in str(caught.value) and words in str(caught.value)


def test_a_file_cut_off(retail: Domain, retail_world: World, tmp_path: Path) -> None:
    data = orjson.dumps(retail_world.tables, option=orjson.OPT_INDENT_2)
    for length in (0, 1, 5_000, 5_003, len(data) // 2, len(data) - 1):
        path = write(tmp_path / "world.json", data[:length])
        with pytest.raises(WorldError, match=r"ends in the middle, at line \d+, column \d+"):
            load_world(retail, path)


def test_a_file_that_is_not_json(retail: Domain, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="not JSON at line 2, column 3"):
        load_world(retail, write(tmp_path / "world.json", b'{\n  users: {}, "orders": {}}'))
    with pytest.raises(WorldError, match="holds a list, not tables"):
        load_world(retail, write(tmp_path / "world.json", b"[]"))
    with pytest.raises(WorldError, match="cannot be read"):
        load_world(retail, tmp_path / "absent.json")


def test_an_empty_size_is_refused(retail: Domain) -> None:
    with pytest.raises(WorldError, match="1 or more"):
        generate_world(retail, 1, 0)
