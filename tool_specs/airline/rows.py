"""The rows of an airline world and what tools return, as types; and the constants of its policy.

A flight row::

    {"flight_number": "HAT048", "origin": "SEA", "destination": "MIA", "scheduled_departure_time_est": "19:40:00",
     "scheduled_arrival_time_est": "01:05:00+1",
     "dates": {"2024-05-20": {"status": "available", "available_seats": {"economy": 9, ...}, "prices": {...}}}}

A reservation row::

    {"reservation_id": "K4T9QZ", "user_id": "ann_moss_4021", "origin": "SEA", "destination": "MIA",
     "flight_type": "one_way", "cabin": "economy",
     "flights": [{"flight_number": "HAT048", "origin": "SEA", "destination": "MIA", "date": "2024-05-20",
                  "price": 231}],
     "passengers": [{"first_name": "Ann", "last_name": "Moss", "dob": "1980-02-03"}],
     "payment_history": [{"payment_id": "credit_card_1234567", "amount": 231}], "created_at": "2024-05-02T03:10:19",
     "total_baggages": 1, "nonfree_baggages": 0, "insurance": "no"}
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from tool_specs.tool import Sem

UserId = Annotated[str, Sem("user_id")]
ReservationId = Annotated[str, Sem("reservation_id")]
FlightNumber = Annotated[str, Sem("flight_number")]
Airport = Annotated[str, Sem("airport")]
FlightDate = Annotated[str, Sem("flight_date")]
PaymentId = Annotated[str, Sem("payment_id")]
Dollars = Annotated[int, Sem("amount")]
Price = Annotated[int, Sem("price")]
Time = Annotated[str, Sem("time_of_day")]
Moment = Annotated[str, Sem("moment")]
Status = Annotated[str, Sem("flight_status")]
Bags = Annotated[int, Sem("bag_count")]
Cabin = Annotated[Literal["business", "economy", "basic_economy"], Sem("cabin")]
TripType = Annotated[Literal["round_trip", "one_way"], Sem("trip_type")]
Insurance = Annotated[Literal["yes", "no"], Sem("insurance")]


class Name(TypedDict):
    """A person's name."""

    first_name: Annotated[str, Sem("first_name")]
    last_name: Annotated[str, Sem("last_name")]


class Address(TypedDict):
    """A postal address."""

    address1: Annotated[str, Sem("address1")]
    address2: Annotated[str, Sem("address2")]
    city: Annotated[str, Sem("home_city")]
    country: Annotated[str, Sem("country")]
    state: Annotated[str, Sem("state")]
    zip: Annotated[str, Sem("zip")]


class PaymentMethod(TypedDict):
    """A credit card (with brand and last four digits), or a gift card or travel certificate (with what it holds)."""

    source: Annotated[str, Sem("payment_source")]
    id: PaymentId
    brand: NotRequired[Annotated[str, Sem("card_brand")]]
    last_four: NotRequired[Annotated[str, Sem("card_last_four")]]
    amount: NotRequired[Dollars]


class Passenger(TypedDict):
    """A person who flies."""

    first_name: Annotated[str, Sem("first_name")]
    last_name: Annotated[str, Sem("last_name")]
    dob: Annotated[str, Sem("date_of_birth")]


class User(TypedDict):
    """A customer's profile."""

    user_id: UserId
    name: Name
    address: Address
    email: Annotated[str, Sem("email")]
    dob: Annotated[str, Sem("date_of_birth")]
    payment_methods: dict[str, PaymentMethod]
    saved_passengers: list[Passenger]
    membership: Annotated[str, Sem("membership")]
    reservations: list[ReservationId]


class Seats(TypedDict):
    """Free seats per cabin."""

    basic_economy: Annotated[int, Sem("seat_count")]
    economy: Annotated[int, Sem("seat_count")]
    business: Annotated[int, Sem("seat_count")]


class Prices(TypedDict):
    """Dollars per passenger and cabin."""

    basic_economy: Price
    economy: Price
    business: Price


class FlightDay(TypedDict):
    """A flight on one date. Seats and prices are there while it can be booked, times once they are known."""

    status: Status
    available_seats: NotRequired[Seats]
    prices: NotRequired[Prices]
    actual_departure_time_est: NotRequired[Moment | None]
    actual_arrival_time_est: NotRequired[Moment | None]
    estimated_departure_time_est: NotRequired[Moment | None]
    estimated_arrival_time_est: NotRequired[Moment | None]


class Flight(TypedDict):
    """A flight number with its route, its schedule and its dates. `+1` after a time means the next day."""

    flight_number: FlightNumber
    origin: Airport
    destination: Airport
    scheduled_departure_time_est: Time
    scheduled_arrival_time_est: Time
    dates: dict[str, FlightDay]


class FlightOffer(TypedDict):
    """A flight that can be booked, as a search shows it; only one-stop searches give the date."""

    flight_number: FlightNumber
    origin: Airport
    destination: Airport
    status: Status
    scheduled_departure_time_est: Time
    scheduled_arrival_time_est: Time
    date: NotRequired[FlightDate]
    available_seats: Seats
    prices: Prices


class FlightInfo(TypedDict):
    """One flight of an itinerary, as a call names it."""

    flight_number: FlightNumber
    date: FlightDate


class ReservationFlight(TypedDict):
    """One flight of a reservation, with the price per passenger at the time."""

    flight_number: FlightNumber
    origin: Airport
    destination: Airport
    date: FlightDate
    price: Price


class Payment(TypedDict):
    """Money that moved; a negative amount is a refund."""

    payment_id: PaymentId
    amount: Dollars


class Reservation(TypedDict):
    """A reservation; the status is there once it was cancelled."""

    reservation_id: ReservationId
    user_id: UserId
    origin: Airport
    destination: Airport
    flight_type: TripType
    cabin: Cabin
    flights: list[ReservationFlight]
    passengers: list[Passenger]
    payment_history: list[Payment]
    created_at: Moment
    total_baggages: Bags
    nonfree_baggages: Bags
    insurance: Insurance
    status: NotRequired[Annotated[str, Sem("reservation_status")] | None]


class AirportCity(TypedDict):
    """An airport and the city that it serves."""

    iata: Airport
    city: Annotated[str, Sem("airport_city")]


AVAILABLE = "available"
DELAYED = "delayed"
ON_TIME = "on time"
FLYING = "flying"
LANDED = "landed"
CANCELLED = "cancelled"
CREDIT_CARD = "credit_card"
GIFT_CARD = "gift_card"
CERTIFICATE = "certificate"
ROUND_TRIP = "round_trip"
BUSINESS = "business"
ECONOMY = "economy"
BASIC_ECONOMY = "basic_economy"
CABINS = (BASIC_ECONOMY, ECONOMY, BUSINESS)
MEMBERSHIPS = ("regular", "silver", "gold")

NOW = "2024-05-15T15:00:00"
"""The time at the service desk, Eastern Standard Time: it stands still."""
MAX_PASSENGERS = 5
BAG_PRICE = 50
INSURANCE_PRICE = 30
"""Per passenger."""

ROWS = {"flights": Flight, "users": User, "reservations": Reservation}


def free_bags(membership: str, cabin: str, passengers: int) -> int:
    """Returns how many checked bags a party of a member flies without charge."""
    return (MEMBERSHIPS.index(membership) + CABINS.index(cabin)) * passengers


def order_total(flights: list[ReservationFlight], passengers: int, extra_bags: int, insurance: str) -> int:
    """Returns what a reservation costs."""
    fares = sum(flight["price"] for flight in flights) * passengers
    return fares + BAG_PRICE * extra_bags + (INSURANCE_PRICE * passengers if insurance == "yes" else 0)
