"""Generated retail worlds: a catalogue, customers, and orders in every status.

`size` counts customers; the catalogue does not grow. Made for tasks that compare: nearly half of the customers have
four or more orders, most of those at least two pending and two delivered ones; prices differ in their cents, so that
the cheapest, the dearest and the latest are nearly always one and not two.
"""

from __future__ import annotations

import itertools
from typing import cast

from schemas.world import Tables
from tool_specs.dice import Dice, Ids
from tool_specs.people import CITIES, FIRST_NAMES, LAST_NAMES, STREET_KINDS, STREETS
from tool_specs.retail.catalogue import CATALOGUE, Grid
from tool_specs.retail.orders import order, statuses
from tool_specs.retail.rows import Address, Options, Order, PaymentMethod, Product, User, Variant

_METHOD_COUNTS = [(1, 30), (2, 45), (3, 25)]
_SOURCES = ("credit_card", "paypal", "gift_card", "credit_card")
_BRANDS = ("visa", "mastercard", "amex", "discover")
_BALANCES = [((0.0, 60.0), 35), ((60.0, 300.0), 40), ((300.0, 2400.0), 25)]
_MAIL_HOSTS = ("example.com", "example.com", "example.org", "example.net")
_STOCKED = 0.72
_SAME_ADDRESS = 0.8


def generate(seed: int, size: int) -> Tables:
    """Returns the tables of the world with this seed and number of customers."""
    dice = Dice("retail", seed, size)
    ids = Ids(dice)
    products = _products(dice, ids)
    users: dict[str, User] = {}
    orders: dict[str, Order] = {}
    people: set[tuple[str, str, str]] = set()
    # Seven digits read like the real thing; they run out for very large worlds.
    digits = 7 if size <= 200_000 else 10
    while len(users) < size:
        user = _user(dice, ids, digits)
        person = (user["name"]["first_name"], user["name"]["last_name"], user["address"]["zip"])
        if person in people:  # name and zip code must tell customers apart
            continue
        people.add(person)
        users[user["user_id"]] = user
        usual = [dice.pick(list(products)) for _ in range(3)]
        for status in statuses(dice):
            order_id = ids.new("#W", digits)
            user["orders"].append(order_id)
            address: Address = {**user["address"]} if dice.chance(_SAME_ADDRESS) else _address(dice)
            orders[order_id] = order(dice, ids, order_id, user, address, status, products, usual)
    return cast(Tables, {"products": products, "users": users, "orders": orders})


def _products(dice: Dice, ids: Ids) -> dict[str, Product]:
    products: dict[str, Product] = {}
    for name, (base, grid) in CATALOGUE.items():
        product_id = ids.new("", 10)
        combinations = dice.shuffled(list(itertools.product(*(range(len(values)) for values in grid.values()))))
        count = min(len(combinations), dice.between(6, 20))
        variants: dict[str, Variant] = {}
        prices: set[float] = set()
        for number, places in enumerate(combinations[:count]):
            price = _price(dice, base, grid, places)
            while price in prices:
                price = round(price + 0.01, 2)
            prices.add(price)
            item_id = ids.new("", 10)
            options: Options = {key: values[place] for (key, values), place in zip(grid.items(), places, strict=True)}
            # The first two are in stock, so that every product can be had in at least two ways.
            available = number < 2 or dice.chance(_STOCKED)
            variants[item_id] = {"item_id": item_id, "options": options, "available": available, "price": price}
        products[product_id] = {
            "name": name,
            "product_id": product_id,
            "variants": {each: variants[each] for each in dice.shuffled(list(variants))},
        }
    return products


def _price(dice: Dice, base: float, grid: Grid, places: tuple[int, ...]) -> float:
    """Better options cost more, by and large: one cannot tell the cheapest variant by its options."""
    quality = sum(place / (len(values) - 1) for place, values in zip(places, grid.values(), strict=True)) / len(grid)
    return round(base * (1 + 0.25 * quality) * dice.real(0.94, 1.06), 2)


def _user(dice: Dice, ids: Ids, digits: int) -> User:
    first, last = dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES)
    methods: dict[str, PaymentMethod] = {}
    sources = dice.shuffled(_SOURCES)[: dice.weighted(_METHOD_COUNTS)]
    for source in sources:
        method = _payment_method(dice, ids, source, digits)
        methods[method["id"]] = method
    return {
        "user_id": ids.new(f"{first}_{last}_".lower(), 4),
        "name": {"first_name": first, "last_name": last},
        "address": _address(dice),
        "email": ids.new(f"{first}.{last}".lower(), 4, f"@{dice.pick(_MAIL_HOSTS)}"),
        "payment_methods": methods,
        "orders": [],
    }


def _payment_method(dice: Dice, ids: Ids, source: str, digits: int) -> PaymentMethod:
    method: PaymentMethod = {"source": source, "id": ids.new(f"{source}_", digits)}
    if source == "credit_card":
        method["brand"] = dice.pick(_BRANDS)
        method["last_four"] = dice.digits(4)
    elif source == "gift_card":
        method["balance"] = round(dice.real(*dice.weighted(_BALANCES)), 2)
    return method


def _address(dice: Dice) -> Address:
    city, state, zip_prefix = dice.pick(CITIES)
    unit = dice.weighted([("Apt", 45), ("Suite", 20), ("Unit", 15), ("", 20)])
    return {
        "address1": f"{dice.between(10, 999)} {dice.pick(STREETS)} {dice.pick(STREET_KINDS)}",
        "address2": f"{unit} {dice.between(1, 480)}" if unit else "",
        "city": city,
        "country": "USA",
        "state": state,
        "zip": f"{zip_prefix}{dice.between(1, 99):02d}",
    }
