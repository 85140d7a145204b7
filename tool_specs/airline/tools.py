"""The fourteen tools of an airline's service desk, in listing order."""

from __future__ import annotations

from tool_specs.airline.booking import book_reservation, send_certificate
from tool_specs.airline.changes import (
    cancel_reservation,
    update_reservation_baggages,
    update_reservation_flights,
    update_reservation_passengers,
)
from tool_specs.airline.reads import (
    calculate,
    get_flight_status,
    get_reservation_details,
    get_user_details,
    list_all_airports,
    transfer_to_human_agents,
)
from tool_specs.airline.searches import search_direct_flight, search_onestop_flight

TOOLS = (
    get_user_details,
    get_reservation_details,
    search_direct_flight,
    search_onestop_flight,
    get_flight_status,
    list_all_airports,
    book_reservation,
    update_reservation_flights,
    update_reservation_baggages,
    update_reservation_passengers,
    cancel_reservation,
    send_certificate,
    calculate,
    transfer_to_human_agents,
)
