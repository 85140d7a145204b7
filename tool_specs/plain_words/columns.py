"""Columns in words: how a user asks by a column, and how an agent says its values.

    words_for("due_date", "date", ...) -> ColumnWords(name="due date", most=("with the latest due date",), ...)

No two columns of a row get the same superlative: a reader could not tell which is meant.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from schemas.base import Json
from tool_specs.lexicon import ColumnWords, Texts
from tool_specs.phrasing.english import plural
from tool_specs.plain_words.kinds import Kind
from tool_specs.plain_words.names import is_adjective, said, singular, tokens

_UNITS = frozenset({"usd", "eur", "gbp", "dollars", "euros", "kg", "km", "cm", "mm", "lbs", "miles", "percent"})
_TIMES = frozenset({"minutes", "mins", "min", "hours", "hrs", "seconds", "days", "weeks", "months"})
_NO_HEIGHT = frozenset({"year", "birth year", "age", "date", "time"})
"""What is not said to be high or low."""
LEFT = frozenset({"left", "available", "remaining", "allowed", "ahead", "open", "free", "taken", "used"})
_NO_PLURALS = frozenset({"status", "bonus", "address", "progress", "class", "gross"})
_STATES = frozenset({"status", "state", "stage", "phase", "condition", "availability", "progress"})
_SORTS = frozenset({"kind", "type", "category", "genre", "format", "color", "colour", "material", "brand", "cuisine"})
_PLACES = {
    **dict.fromkeys(("city", "country", "region", "town", "room", "county", "language", "aisle"), "in {value}"),
    **dict.fromkeys(("branch", "location", "building", "site", "store", "studio", "gym", "campus"), "at {value}"),
    "floor": "on {value}",
    **dict.fromkeys(("author", "artist", "composer", "writer", "publisher", "maker", "manufacturer"), "by {value}"),
    **dict.fromkeys(("instructor", "teacher", "trainer", "coach", "host", "speaker", "doctor"), "with {value}"),
    "assignee": "assigned to {value}",
    "owner": "owned by {value}",
    "director": "directed by {value}",
    "title": 'called "{value}"',
    "name": "called {value}",
    "subject": 'about "{value}"',
    "topic": "about {value}",
}
_ORDERS: dict[str, tuple[Texts, Texts]] = {
    "price": (("most expensive", "priciest"), ("cheapest", "least expensive")),
    "cost": (("most expensive", "priciest"), ("cheapest", "least expensive")),
    "fare": (("most expensive", "priciest"), ("cheapest", "least expensive")),
    "year": (("newest", "most recent"), ("oldest",)),
    "birth year": (("youngest",), ("oldest",)),
    "age": (("oldest",), ("youngest",)),
    "rating": (("highest-rated", "best-rated"), ("lowest-rated", "worst-rated")),
    "score": (("highest-scoring",), ("lowest-scoring",)),
    "duration": (("longest",), ("shortest",)),
    "length": (("longest",), ("shortest",)),
    "runtime": (("longest",), ("shortest",)),
    "weight": (("heaviest",), ("lightest",)),
    "size": (("largest", "biggest"), ("smallest",)),
    "area": (("largest", "biggest"), ("smallest",)),
    "height": (("tallest",), ("shortest",)),
    "distance": (("farthest", "most distant"), ("nearest", "closest")),
    "date": (("latest", "most recent"), ("earliest",)),
    "time": (("latest",), ("earliest",)),
    "priority": (("most urgent",), ("least urgent",)),
}
_WHEN = ("latest", "earliest")
_HOW_MUCH = ("highest", "lowest")
_VERBS = frozenset(
    {"allows", "requires", "includes", "accepts", "supports", "needs", "offers", "has", "serves", "contains", "takes"}
)


def words_for(
    name: str, kind: Kind, values: Sequence[Json], taken: set[str], *, enum: Sequence[Json] = ()
) -> ColumnWords:
    """Returns a column's words.

    Args:
        name: the column's own key.
        kind: what its values are.
        values: those that were seen.
        taken: superlatives that other columns of the row have; those of this one are added.
        enum: the values that its schema lists.
    """
    if kind in ("money", "number", "date", "time", "duration"):
        most, least = _superlatives(name, kind, taken)
        return ColumnWords(
            name=column_name(name), kind=kind, most=most, least=least, agent_values=_amounts(name, kind, values)
        )
    if kind == "boolean":
        return _boolean(name)
    if kind == "enum":
        seen = [value for value in dict.fromkeys((*enum, *sorted(set(map(str, values))))) if isinstance(value, str)]
        if {value.lower() for value in seen} <= {"yes", "no"}:
            return _yes_or_no(name, seen)
        return _choice(name, [value for value in seen if value])
    if kind == "handle":
        return ColumnWords(name=column_name(name), any_value=_handle(name), agent_values={"*": ("{value}",)})
    return ColumnWords(name=column_name(name), kind="id" if kind == "id" else "enum")


def column_name(name: str) -> str:
    """Returns what a column is called: `duration_minutes` -> `duration`, `num_pages` -> `number of pages`."""
    counted = counts(name)
    if counted:
        return f"number of {counted}"
    words = tokens(name)
    while len(words) > 1 and words[-1] in _UNITS | _TIMES:
        words = words[:-1]
    if len(words) > 1 and words[-1] in ("until", "since", "from", "by"):
        return f"{said(words).replace(' ', '-')} date"
    return f"{happened(name)} date" if happened(name) else said(words)


def counts(name: str) -> str:
    """Returns what a number counts, as a plural: `num_pages`, `page_count`, `pages` -> `pages`; "" if nothing."""
    words = tokens(name)
    if len(words) > 1 and words[0] in ("num", "number", "total", "count"):
        return plural(said(tuple(word for word in words[1:] if word != "of")))
    if len(words) > 1 and words[-1] in ("count", "num"):
        return plural(said(words[:-1]))
    last = words[-2] if len(words) > 1 and words[-1] in LEFT else words[-1]
    if last in _UNITS | _TIMES | _NO_PLURALS or singular(last) == last:
        return ""
    return said(words)


def _superlatives(name: str, kind: Kind, taken: set[str]) -> tuple[Texts, Texts]:
    said_name, counted = column_name(name), counts(name)
    if counted:
        high, low = f"most {counted}", f"fewest {counted}"
    else:
        above, below = {"date": _WHEN, "time": _WHEN, "duration": ("longest", "shortest")}.get(kind, _HOW_MUCH)
        high, low = f"{above} {said_name}", f"{below} {said_name}"
    most: Texts = (f"with the {high}",)
    least: Texts = (f"with the {low}",)
    known = _ORDERS.get(said_name)
    if known is not None and not taken.intersection((*known[0], *known[1])):
        most, least = (*known[0], *most), (*known[1], *least)
        if said_name in _NO_HEIGHT:
            most, least = known
    done = happened(name)
    if done:
        most, least = (f"most recently {done}", *most), (f"earliest {done}", *least)
    taken.update(most, least)
    return most, least


def happened(name: str) -> str:
    """Returns the participle of a time's name: `created_at` -> `created`."""
    words = tokens(name)
    return said(words[:-1]) if len(words) > 1 and words[-1] in ("at", "on") and words[-2].endswith("ed") else ""


def _amounts(name: str, kind: Kind, values: Sequence[Json]) -> dict[str, Texts]:
    counted = counts(name)
    unit = next((word for word in reversed(tokens(name)) if word in _TIMES), "")
    if kind == "money" or not (counted or unit):
        return {}
    many = counted or {"mins": "minutes", "min": "minutes", "hrs": "hours"}.get(unit, unit)
    head, _, last = many.rpartition(" ")
    one = f"{singular(head)} {last}" if last in LEFT else f"{head} {singular(last)}".strip()
    return {"1": (f"1 {one}",), "*": (f"{{value}} {many}",)}


def _boolean(name: str) -> ColumnWords:
    words = tokens(name)
    being = len(words) > 1 and words[0] in ("is", "was", "are")
    words = words[1:] if being else words
    text = said(words)
    if words[0] in _VERBS and len(words) > 1:
        base = {"has": "have"}.get(words[0], singular(words[0]))
        rest = said(words[1:])
        have = words[0] in ("has", "includes", "offers")
        yes: Texts = (f"with {rest}", f"that {text}") if have else (f"that {text}",)
        no: Texts = (f"without {rest}", f"that doesn't {base} {rest}") if have else (f"that doesn't {base} {rest}",)
        agent = ((text, f"{{it}} {text}"), (f"without {rest}", f"{{it}} doesn't {base} {rest}"))
    elif words[0] == "can" and len(words) > 1:
        rest = said(words[1:])
        yes, no = (f"that can {rest}",), (f"that can't {rest}",)
        agent = ((text, f"{{it}} can {rest}"), (f"not {text}", f"{{it}} can't {rest}"))
    elif being or is_adjective(words[0]) or is_adjective(words[-1]):
        yes = (text, f"that's {text}", f"that is {text}") if len(words) == 1 else (f"that's {text}", f"that is {text}")
        no = (f"that isn't {text}", f"that's not {text}")
        agent = ((text, f"{{it}} {{is}} {text}"), (f"not {text}", f"{{it}} {{is}} not {text}"))
    else:
        yes, no = (f"with {text}", f"that comes with {text}"), (f"without {text}", f"that comes without {text}")
        agent = ((f"with {text}", f"{{it}} {{has}} {text}"), (f"without {text}", f"{{it}} {{has}} no {text}"))
    values = {"true": yes, "false": no}
    return ColumnWords(
        name=text, kind="boolean", values=values, spoken=True, agent_values={"true": agent[0], "false": agent[1]}
    )


def _yes_or_no(name: str, values: Sequence[str]) -> ColumnWords:
    """Returns the words for a boolean that is written out."""
    own = _boolean(name)
    keys = {value: "true" if value.lower() == "yes" else "false" for value in values}
    return replace(
        own,
        kind="enum",
        values={json.dumps(value): own.values[key] for value, key in keys.items()},
        agent_values={json.dumps(value): own.agent_values[key] for value, key in keys.items()},
    )


def _choice(name: str, values: Sequence[str]) -> ColumnWords:
    last, called = tokens(name)[-1], column_name(name)
    found: dict[str, Texts] = {}
    agent: dict[str, Texts] = {}
    for value in values:
        text = value.replace("_", " ").replace("-", " ") if value.islower() else value
        key = json.dumps(value, ensure_ascii=False)
        one = " " not in text
        if last in _STATES:
            found[key] = (text, f"that's {text}", f"that is {text}") if one else (f"that's {text}", f"that is {text}")
            agent[key] = (text, f"{{it}} {{is}} {text}")
        elif last in _SORTS:
            found[key] = (text, f"of the {called} {text}") if one else (f"of the {called} {text}",)
            agent[key] = (text, f"{{it}} {{has}} the {called} {text}")
        elif last in _PLACES:
            found[key] = (_PLACES[last].replace("{value}", text),)
            agent[key] = (text, f"{{it}} {{has}} the {called} {text}")
        else:
            found[key] = (f"whose {called} is {text}", f"with {text} as the {called}")
            agent[key] = (f"{called} {text}", f"{{it}} {{has}} the {called} {text}")
    return ColumnWords(name=called, values=found, agent_values=agent, spoken=True)


def option_words(name: str) -> ColumnWords:
    """Returns the words for an object of options whose keys vary: `with colour red`."""
    return ColumnWords(
        name=column_name(name),
        any_value=("with {value} as {key}", "with {key} {value}", "whose {key} is {value}"),
        agent_values={"*": ("{key} {value}",)},
    )


def _handle(name: str) -> Texts:
    words = tokens(name)
    known = _PLACES.get(words[-1])
    if known is None:
        return (f"with {{value}} as {column_name(name)}", f"whose {column_name(name)} is {{value}}")
    if words[-1] == "title":
        return (known, 'titled "{value}"', 'with the title "{value}"')
    if words[-1] == "name":
        return (known, "named {value}")
    return (known,)
