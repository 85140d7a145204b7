"""Catalogues of made-up tools that look like real ones: services with entities, several tools for each.

    catalogue(16_000, seed=1)[0].name -> "fenlo_get_reservation"

A service has a brand, a trade and a way of writing names; its entities hang together by ids (an order has lines, a line
a product), and share words with other services of the same trade. The same count and seed give the same tools.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from schemas.base import Json, rng_of
from schemas.tool import ToolSpec

TRADES = {
    "hotel": "guest room reservation invoice amenity housekeeping_task",
    "library": "reader book copy loan fine branch",
    "shop": "customer product variant order shipment refund review",
    "clinic": "patient doctor appointment prescription lab_result insurance_claim",
    "bank": "customer account card transaction transfer statement dispute",
    "airline": "passenger flight booking ticket bag seat fare",
    "school": "student course enrollment assignment grade teacher",
    "tracker": "project issue comment milestone label sprint",
    "crm": "lead contact company deal activity campaign",
    "fleet": "vehicle driver trip inspection fuel_log depot",
    "property": "landlord tenant unit lease payment maintenance_request",
    "restaurant": "menu dish table reservation order waiter",
    "media": "artist album track playlist subscriber royalty",
    "event": "venue event session speaker ticket attendee",
    "payroll": "employee contract payslip timesheet leave_request department",
    "energy": "meter reading tariff outage customer bill",
    "mail": "mailbox folder message attachment contact filter_rule",
    "cloud": "instance volume snapshot network image load_balancer",
    "gym": "member membership class trainer booking locker",
    "insurance": "policyholder policy claim adjuster payment document",
    "farm": "field crop harvest sensor irrigation_plan buyer",
    "museum": "exhibit artifact visitor tour donation loan",
    "legal": "client matter filing hearing invoice document",
    "logistics": "parcel route warehouse carrier customs_form pickup",
}
_FIELDS: dict[str, Json] = {
    "status": {"type": "string", "description": "Where it stands."},
    "name": {"type": "string", "description": "Its name."},
    "title": {"type": "string", "description": "Its title."},
    "email": {"type": "string", "description": "E-mail address."},
    "phone": {"type": "string", "description": "Telephone number."},
    "created_at": {"type": "string", "description": "When it was made."},
    "updated_at": {"type": "string", "description": "When it was last changed."},
    "due_date": {"type": "string", "description": "By when."},
    "price": {"type": "number", "description": "In the account's currency."},
    "amount": {"type": "number", "description": "How much."},
    "currency": {"type": "string", "description": "Three letters."},
    "quantity": {"type": "integer", "description": "How many."},
    "notes": {"type": "string", "description": "Free text."},
    "city": {"type": "string", "description": "Town."},
    "zip_code": {"type": "string", "description": "Postal code."},
    "country": {"type": "string", "description": "Two letters."},
    "priority": {"type": "string", "description": "low, normal or high."},
    "category": {"type": "string", "description": "Its kind."},
    "tags": {"type": "array", "items": {"type": "string"}, "description": "Words to find it by."},
    "active": {"type": "boolean", "description": "Whether it is in use."},
    "rating": {"type": "number", "description": "One to five."},
    "weight_kg": {"type": "number", "description": "Weight in kilograms."},
    "duration_minutes": {"type": "integer", "description": "How long it takes."},
    "reference_code": {"type": "string", "description": "The code printed on it."},
}
_ACTIONS = ("cancel", "approve", "archive", "renew", "assign", "close", "send", "reschedule")
_SYLLABLES = ("fen", "lo", "mar", "ti", "ku", "ves", "ro", "pan", "del", "si", "ora", "nim", "tal", "wex", "bri", "zo")


def catalogue(count: int, seed: int) -> list[ToolSpec]:
    """Returns so many tools, whole services one after the other; the last one may be cut."""
    found: list[ToolSpec] = []
    number = 0
    while len(found) < count:
        found += _service(number, rng_of("catalogue", seed, number))
        number += 1
    return found[:count]


def _service(number: int, rng: random.Random) -> Iterator[ToolSpec]:
    trade = rng.choice(sorted(TRADES))
    brand, rest = "", number + len(_SYLLABLES)  # from two syllables on, no two services alike
    while rest:
        rest, syllable = divmod(rest, len(_SYLLABLES))
        brand += _SYLLABLES[syllable]
    style = rng.choice(("snake", "snake", "camel", "kebab"))
    short_ids = rng.random() < 0.3
    entities = TRADES[trade].split()
    for place, entity in enumerate(entities):
        parents = entities[max(0, place - 2) : place]
        yield from _entity(brand, style, trade, entity, parents, short_ids, rng)


def _entity(
    brand: str, style: str, trade: str, entity: str, parents: list[str], short_ids: bool, rng: random.Random
) -> Iterator[ToolSpec]:
    own = {"type": "string", "description": f"The {_words(entity)}'s id."}
    links = {f"{parent}_id": {"type": "string", "description": f"The {_words(parent)}'s id."} for parent in parents}
    about = {name: _FIELDS[name] for name in rng.sample(sorted(_FIELDS), rng.randint(4, 8))}
    row = _object({"id" if short_ids else f"{entity}_id": own, **links, **about})
    key = {f"{entity}_id": own}
    plain = {name: schema for name, schema in about.items() if schema["type"] != "array"}

    def tool(verb: str, words: str, parameters: dict[str, Json], required: list[str], returns: Json) -> ToolSpec:
        thing = _plural(entity) if verb in ("list", "search") else entity
        properties = {_cased(name, style): each for name, each in parameters.items()}
        return ToolSpec(
            name=_cased(f"{brand}_{verb}_{thing}", style),
            description=f"{words} ({trade} of {brand.capitalize()}).",
            parameters={**_object(properties), "required": [_cased(name, style) for name in required]},
            returns=returns,
            effect="read" if verb in ("get", "list", "search") else "write",
            effect_source="name",
        )

    one, many = _words(entity), _words(_plural(entity))
    rows = {"type": "array", "items": row}
    yield tool("get", f"Get one {one}", key, list(key), row)
    if links:
        parent = f"{parents[-1]}_id"
        yield tool("list", f"List the {many} of a {_words(parents[-1])}", {parent: links[parent]}, [parent], rows)
    some = {name: plain[name] for name in rng.sample(sorted(plain), min(2, len(plain)))}
    yield tool("search", f"Find {many}", {**some, "limit": {"type": "integer"}}, [], rows)
    yield tool("create", f"Make a {one}", {**links, **about}, [*links, *sorted(plain)[:2]], row)
    yield tool("update", f"Change a {one}", {**key, **about}, list(key), row)
    if rng.random() < 0.7:
        verb = rng.choice(_ACTIONS)
        yield tool(verb, f"{verb.capitalize()} a {one}", {**key, "notes": _FIELDS["notes"]}, list(key), row)
    if rng.random() < 0.5:
        yield tool("delete", f"Remove a {one}", key, list(key), _object({"deleted": {"type": "boolean"}}))


def _object(properties: dict[str, Json]) -> dict[str, Json]:
    return {"type": "object", "properties": properties}


def _cased(name: str, style: str) -> str:
    if style == "camel":
        return re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)
    return name.replace("_", "-") if style == "kebab" else name


def _plural(entity: str) -> str:
    if entity.endswith("y") and entity[-2] not in "aeiou":
        return entity[:-1] + "ies"
    return entity + ("es" if entity.endswith(("s", "sh", "ch", "x")) else "s")


def _words(entity: str) -> str:
    return entity.replace("_", " ")
