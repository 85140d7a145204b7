"""What the desk does not do, and how it says so."""

from __future__ import annotations

from tool_specs.lexicon import Texts

OUT_OF_SCOPE: dict[str, Texts] = {
    "pick_seat": ("pick my seats for an upcoming flight", "reserve a window seat on my flight"),
    "upgrade_miles": ("use my miles for an upgrade", "pay for an upgrade with my miles"),
    "change_email": ("change the e-mail address in my profile", "update my profile's e-mail to a new one"),
    "add_card": ("add a new credit card to my profile", "put a new credit card into my profile"),
    "special_meal": ("order a vegetarian meal for my flight", "get a special meal on board"),
    "pet": ("take my cat along on a flight", "bring a small dog into the cabin"),
    "lost_bag": ("report a bag that never arrived", "find a suitcase that got lost on the way"),
    "change_membership": ("have my membership raised", "move my membership up a level"),
    "hotel": ("book a hotel near the airport", "get a hotel room for the night after I land"),
    "rental_car": ("rent a car at the airport", "reserve a rental car for when I land"),
    "add_insurance": (
        "add travel insurance to a trip I've already booked",
        "get travel insurance for a reservation that I made without it",
    ),
    "wheelchair": ("order a wheelchair for my arrival", "get wheelchair assistance at the gate"),
}
REFUSALS: dict[str, Texts] = {
    "one_customer": (
        "I'm sorry, but I can only help with your own profile and reservations.",
        "I can't do that: in this conversation I can only work on your own profile.",
    ),
    "over": (
        "I'm sorry, but that reservation has been cancelled already, so nothing about it can change any more.",
        "I'm afraid that one is cancelled already. A cancelled reservation stays as it is.",
    ),
    "flown": (
        "I'm sorry, but a flight of that reservation has taken off already, so that isn't possible any more.",
        "I'm afraid I can't: part of that trip has been flown already.",
        "That can't be done, I'm sorry, since one of its flights has already taken off.",
    ),
    "cancellable": (
        "I'm sorry, but that reservation can't be cancelled. It wasn't booked within the last 24 hours, it isn't in "
        "business, none of its flights was cancelled by us, and insurance only helps for reasons of health or weather.",
        "I'm afraid I can't cancel it. That's possible within 24 hours of booking, in business, if we cancelled one of "
        "its flights, or with insurance for reasons of health or weather, and none of that holds here.",
        "That can't be cancelled, I'm sorry: it's older than 24 hours, not in business, its flights haven't been "
        "cancelled by us, and there's no insurance that would cover your reason.",
    ),
    "basic_economy": (
        "I'm sorry, but flights in basic economy can't be changed.",
        "I'm afraid that's a basic economy reservation, and its flights can't be changed.",
    ),
    "itinerary": (
        "I'm sorry, but the flights have to make up the trip from its origin to its destination.",
        "I can't do that: origin, destination and type of a trip have to stay as they are.",
    ),
    "party_size": ("I'm sorry, a reservation can't have more than five passengers.",),
    "available": (
        "I'm sorry, there aren't enough seats left on that flight.",
        "I'm afraid that flight can't be booked any more in that cabin.",
    ),
    "same_number": (
        "I'm sorry, the number of passengers can't be changed.",
        "I'm afraid who flies can be changed, but not how many.",
    ),
    "bags_stay": (
        "I'm sorry, checked bags can be added but not removed.",
        "I can't take bags off a reservation, I'm afraid; they can only be added.",
    ),
    "baggage": ("I'm sorry, the number of extra bags doesn't fit the free allowance.",),
    "own_payment": ("I'm sorry, I can only use payment methods that are in your profile.",),
    "payment_mix": ("I'm sorry, a booking takes at most one certificate, one credit card and three gift cards.",),
    "no_certificate": (
        "I'm sorry, a travel certificate can't pay for changes; it has to be a credit card or a gift card.",
        "I can't use a certificate for that, I'm afraid. A credit card or a gift card would work.",
    ),
    "total": ("I'm sorry, the amounts don't add up to what the booking costs.",),
    "balance": (
        "I'm sorry, that doesn't hold enough money for this.",
        "I'm afraid there isn't enough left on it to pay for this.",
    ),
    "asked_for": ("I'm sorry, I can't do that.",),
    "compensation": (
        "I'm sorry, but I can't give a compensation for that.",
        "I've checked it, and I'm afraid this is nothing for which I can compensate you.",
        "I'm sorry, the conditions for a compensation aren't met there.",
        "I looked into it, but that isn't a case for a compensation, I'm afraid.",
    ),
    "out_of_scope": (
        "I'm sorry, that's something I can't do from here.",
        "That's beyond what I can do here, I'm afraid.",
        "I don't have a way to do that, I'm sorry.",
    ),
    "transfer": ("YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON.",),
}
