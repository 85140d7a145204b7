"""The policy's rules as checks at a call, also those that a tool would enforce by itself.

A rule about ids says nothing when the id does not exist: the tool will say so, and no harm is done.
"""

from __future__ import annotations

from tool_specs.airline import sale_rules, trip_rules
from tool_specs.airline.sale_rules import BOOK
from tool_specs.airline.trip_rules import BAGS, CANCEL, CERTIFY, FLIGHTS, PASSENGERS, Arguments, reservation
from tool_specs.desk_rules import confirmed, guard, summary_told
from tool_specs.domain import Guard, GuardContext

IDENTITY = "get_user_details"
PERSONAL_READS = (IDENTITY, "get_reservation_details")
RESERVATION_WRITES = (FLIGHTS, BAGS, PASSENGERS, CANCEL)
WRITES = (BOOK, *RESERVATION_WRITES, CERTIFY)


def _identity_first(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    if context.history and context.principal_id is None:
        return f"{name} was called before the customer's profile was looked up by user id"
    return None


def _one_customer(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    principal = context.principal_id
    if principal is None:
        return None
    if name in (IDENTITY, BOOK, CERTIFY):
        user_id = arguments["user_id"]
        return None if user_id == principal else f"user {user_id} is not {principal}, with whom the conversation is"
    booked = reservation(context, arguments)
    if booked is not None and booked["user_id"] != principal:
        return f"reservation {booked['reservation_id']} belongs to {booked['user_id']}, not to {principal}"
    return None


GUARDS: tuple[Guard, ...] = (
    guard(
        "identity_first",
        "Look the customer's profile up by user id before looking at reservations or changing anything.",
        _identity_first,
        ("get_reservation_details", *WRITES),
    ),
    guard(
        "one_customer",
        "A conversation is about one customer's profile and reservations only.",
        _one_customer,
        (*PERSONAL_READS, *WRITES),
    ),
    guard("confirmed", "List the details and get a clear yes before each change.", confirmed, WRITES),
    guard("over", "A cancelled reservation is not cancelled or changed again.", trip_rules.over, RESERVATION_WRITES),
    guard(
        "flown",
        "A trip that has begun is not cancelled and keeps its cabin; flights that have taken off stay in it.",
        trip_rules.flown_stays,
        (CANCEL, FLIGHTS),
    ),
    guard(
        "cancellable",
        "A reservation is cancelled within 24 hours of booking, if the airline cancelled a flight of it, if it is in "
        "business, or if it is insured and the reason is health or weather.",
        trip_rules.cancellable,
        (CANCEL,),
    ),
    guard("basic_economy", "Flights in basic economy are not changed.", trip_rules.basic_economy, (FLIGHTS,)),
    guard(
        "itinerary",
        "The flights make up the trip; a change keeps origin, destination and trip type.",
        sale_rules.itinerary,
        (BOOK, FLIGHTS),
    ),
    guard("party_size", "A reservation is for one to five passengers.", sale_rules.party_size, (BOOK,)),
    guard(
        "available",
        "Flights that are booked are available, with a seat in the cabin for every passenger.",
        sale_rules.available,
        (BOOK, FLIGHTS),
    ),
    guard("same_number", "The number of passengers does not change.", trip_rules.same_number, (PASSENGERS,)),
    guard("bags_stay", "Checked bags are added, not removed.", trip_rules.bags_stay, (BAGS,)),
    guard(
        "baggage",
        "Checked bags beyond the free allowance of membership and cabin are charged, no others.",
        sale_rules.baggage,
        (BOOK, BAGS),
    ),
    guard(
        "own_payment",
        "Only payment methods in the customer's profile are used.",
        sale_rules.own_payment,
        (BOOK, FLIGHTS, BAGS),
    ),
    guard(
        "payment_mix",
        "A booking uses at most one certificate, one credit card and three gift cards.",
        sale_rules.payment_mix,
        (BOOK,),
    ),
    guard("no_certificate", "A certificate does not pay for changes.", sale_rules.no_certificate, (FLIGHTS, BAGS)),
    guard("total", "What is paid adds up to what the booking costs.", sale_rules.total, (BOOK,)),
    guard(
        "balance",
        "Gift cards and certificates hold what they are to pay.",
        sale_rules.balance,
        (BOOK, FLIGHTS, BAGS),
    ),
    guard("asked_for", "No compensation is offered unasked.", trip_rules.asked_for, (CERTIFY,)),
    guard(
        "compensation",
        "A certificate goes to silver and gold members, the insured and business customers: 100 dollars per passenger "
        "for a cancelled flight, 50 for a delayed one once the reservation was changed or cancelled.",
        trip_rules.compensation,
        (CERTIFY,),
    ),
    guard("summary", "A transfer comes with a summary of the request.", summary_told, ("transfer_to_human_agents",)),
)
