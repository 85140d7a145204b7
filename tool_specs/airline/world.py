"""Generated airline worlds: a network of flights, customers, and reservations of every kind.

`size` counts customers; the network does not grow. Made for tasks that compare: most pairs of airports have several
direct flights or several connections, times go by five minutes and fares follow the distance with some noise, so that
the fastest and the cheapest are nearly always one and not two. Reservations name flights that exist on their date, cost
what their fares, bags and insurance add up to, and were paid by a method of the profile.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import cast

from schemas.world import Tables
from tool_specs.airline.network import DATES, FARE_SHARES, Network
from tool_specs.airline.rows import (
    CERTIFICATE,
    CREDIT_CARD,
    GIFT_CARD,
    NOW,
    Address,
    Cabin,
    Insurance,
    Passenger,
    PaymentMethod,
    Reservation,
    ReservationFlight,
    TripType,
    User,
    free_bags,
    order_total,
)
from tool_specs.dice import Dice, Ids
from tool_specs.people import CITIES, FIRST_NAMES, LAST_NAMES, STREET_KINDS, STREETS

_RESERVATION_COUNTS = [(0, 5), (1, 10), (2, 16), (3, 18), (4, 17), (5, 13), (6, 9), (7, 6), (8, 4), (9, 2)]
_PARTIES = [(1, 40), (2, 32), (3, 17), (4, 8), (5, 3)]
_MEMBERSHIPS = [("regular", 32), ("silver", 35), ("gold", 33)]
_CABINS: list[tuple[Cabin, float]] = [("basic_economy", 28), ("economy", 40), ("business", 32)]
_INSURANCE: list[tuple[Insurance, float]] = [("yes", 40), ("no", 60)]
_BAGS = [(0, 50), (1, 35), (2, 15)]
_METHODS = [
    ((CREDIT_CARD,), 8),
    ((CREDIT_CARD, GIFT_CARD), 22),
    ((CREDIT_CARD, CERTIFICATE), 12),
    ((CREDIT_CARD, GIFT_CARD, CERTIFICATE), 26),
    ((CREDIT_CARD, CREDIT_CARD, GIFT_CARD, CERTIFICATE), 16),
    ((CREDIT_CARD, GIFT_CARD, GIFT_CARD, CERTIFICATE, CERTIFICATE), 12),
    ((GIFT_CARD, GIFT_CARD), 4),
]
_BRANDS = ("visa", "mastercard", "amex", "discover")
_CERTIFICATES = (100, 150, 200, 250, 500)
_MAIL_HOSTS = ("example.com", "example.com", "example.org", "example.net")
_ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_UPCOMING = 0.72
_JUST_BOOKED = 0.15
_RETURNS = 0.48
_ALONG = 0.85
_ATTEMPTS = 40


@dataclass(frozen=True)
class Trip:
    """A way there (and back), its prices for economy at the time of its flights."""

    destination: str
    flight_type: TripType
    legs: list[ReservationFlight]


def generate(seed: int, size: int) -> Tables:
    """Returns the tables of the world with this seed and number of customers."""
    dice = Dice("airline", seed, size)
    ids = Ids(dice)
    network = Network(dice)
    users: dict[str, User] = {}
    reservations: dict[str, Reservation] = {}
    digits = 7 if size <= 200_000 else 10
    for _ in range(size):
        user = _user(dice, ids, digits)
        users[user["user_id"]] = user
        for _ in range(dice.weighted(_RESERVATION_COUNTS)):
            reservation = _reservation(dice, user, _trip(dice, network), _reservation_id(dice, reservations))
            reservations[reservation["reservation_id"]] = reservation
            user["reservations"].append(reservation["reservation_id"])
    return cast(Tables, {"flights": network.flights, "users": users, "reservations": reservations})


def _user(dice: Dice, ids: Ids, digits: int) -> User:
    first, last = dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES)
    methods: dict[str, PaymentMethod] = {}
    for source in dice.shuffled(dice.weighted(_METHODS)):
        method = _payment_method(dice, ids, source, digits)
        methods[method["id"]] = method
    return {
        "user_id": ids.new(f"{first}_{last}_".lower(), 4),
        "name": {"first_name": first, "last_name": last},
        "address": _address(dice),
        "email": ids.new(f"{first}.{last}".lower(), 4, f"@{dice.pick(_MAIL_HOSTS)}"),
        "dob": _birthday(dice),
        "payment_methods": methods,
        "saved_passengers": [_passenger(dice, last) for _ in range(dice.between(1, 4))],
        "membership": dice.weighted(_MEMBERSHIPS),
        "reservations": [],
    }


def _payment_method(dice: Dice, ids: Ids, source: str, digits: int) -> PaymentMethod:
    method: PaymentMethod = {"source": source, "id": ids.new(f"{source}_", digits)}
    if source == CREDIT_CARD:
        method["brand"] = dice.pick(_BRANDS)
        method["last_four"] = dice.digits(4)
    elif source == GIFT_CARD:
        method["amount"] = dice.between(20, 300) if dice.chance(0.6) else dice.between(300, 2400)
    else:
        method["amount"] = dice.pick(_CERTIFICATES)
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


def _birthday(dice: Dice) -> str:
    return f"{dice.between(1942, 2004)}-{dice.between(1, 12):02d}-{dice.between(1, 28):02d}"


def _passenger(dice: Dice, family: str) -> Passenger:
    last = family if dice.chance(0.5) else dice.pick(LAST_NAMES)
    return {"first_name": dice.pick(FIRST_NAMES), "last_name": last, "dob": _birthday(dice)}


def _reservation_id(dice: Dice, taken: dict[str, Reservation]) -> str:
    while True:
        made = "".join(dice.pick(_ID_CHARACTERS) for _ in range(6))
        # Ids with letters and digits only: a word or a plain number would read like something else.
        if made not in taken and not made.isalpha() and not made.isdigit():
            return made


def _trip(dice: Dice, network: Network) -> Trip:
    today = DATES.index(NOW[:10])
    while True:
        origin, destination = dice.pick(network.pairs)
        first = dice.between(today + 1, len(DATES) - 2) if dice.chance(_UPCOMING) else dice.between(0, today)
        out = network.connection(dice, origin, destination, first)
        if out is None:
            continue
        if not dice.chance(_RETURNS):
            return Trip(destination, "one_way", out)
        for _ in range(_ATTEMPTS):
            later = min(DATES.index(out[-1]["date"]) + dice.between(1, 7), len(DATES) - 2)
            back = network.connection(dice, destination, origin, later)
            if back is not None and back[0]["date"] > out[-1]["date"]:
                return Trip(destination, "round_trip", out + back)


def _reservation(dice: Dice, user: User, trip: Trip, reservation_id: str) -> Reservation:
    cabin = dice.weighted(_CABINS)
    count = dice.weighted(_PARTIES)
    insurance = dice.weighted(_INSURANCE)
    legs: list[ReservationFlight] = [
        {**leg, "price": round(leg["price"] * FARE_SHARES[cabin] * dice.real(0.85, 1.15))} for leg in trip.legs
    ]
    own: Passenger = {**user["name"], "dob": user["dob"]}
    others: list[Passenger] = [{**each} for each in dice.shuffled(user["saved_passengers"])]
    while len(others) < count:
        others.append(_passenger(dice, user["name"]["last_name"]))
    bags = sum(dice.weighted(_BAGS) for _ in range(count))
    extra = max(0, bags - free_bags(user["membership"], cabin, count))
    # Certificates that paid for something are gone: what is left in a profile paid for nothing.
    payers = [each["id"] for each in user["payment_methods"].values() if each["source"] != CERTIFICATE]
    return {
        "reservation_id": reservation_id,
        "user_id": user["user_id"],
        "origin": legs[0]["origin"],
        "destination": trip.destination,
        "flight_type": trip.flight_type,
        "cabin": cabin,
        "flights": legs,
        "passengers": ([own, *others] if dice.chance(_ALONG) else others)[:count],
        "payment_history": [
            {"payment_id": dice.pick(payers), "amount": order_total(legs, count, extra, insurance)},
        ],
        "created_at": _created(dice, legs[0]["date"]),
        "total_baggages": bags,
        "nonfree_baggages": extra,
        "insurance": insurance,
    }


def _created(dice: Dice, departure: str) -> str:
    """A time before the first flight and before now; some reservations were made within the last day."""
    now = datetime.datetime.fromisoformat(NOW)
    if departure > NOW[:10] and dice.chance(_JUST_BOOKED):
        return (now - datetime.timedelta(seconds=dice.between(600, 23 * 3600))).isoformat()
    last = min(datetime.datetime.fromisoformat(departure), now - datetime.timedelta(hours=25))
    return (last - datetime.timedelta(seconds=dice.between(600, 14 * 86_400))).isoformat()
