"""Words for products' options. The keys are open: what is not listed here is said plainly, as `with {key} {value}`."""

from __future__ import annotations

from collections.abc import Mapping

from tool_specs.lexicon import ColumnWords, Texts

PLAIN: Texts = ("with {key} {value}", "with {value} as the {key}", "where the {key} is {value}")
"""Fits every key and every value."""
ADJECTIVE: Texts = ("in {value}", "{value}", "that's {value}")
MADE_OF: Texts = ("in {value}", "{value}", "made of {value}")
NAMED: Texts = ("with the {value} {key}", "with a {key} of {value}", "where the {key} is {value}")
SIZED: Texts = ("in size {value}", "that's size {value}", "in a size {value}")
LONG: Texts = ("with {value} {key}", "with {key} {value}")

_USER: dict[str, Texts] = {
    "color": ADJECTIVE,
    "material": MADE_OF,
    "size": SIZED,
    "shell": ("with a shell of {value}", "with {value} for the shell"),
    "type": ("of the {value} type", "that's the {value} type", "of type {value}"),
    "style": ("in the {value} style", "in {value} style", "with {value} style"),
    "capacity": ("with a capacity of {value}", "that holds {value}", "with {value} capacity"),
    "storage": ("with {value} storage", "with {value} of storage", "that has {value} of storage"),
    "ram": ("with {value} of RAM", "with {value} RAM", "that has {value} of RAM"),
    "memory": ("with {value} of memory", "with {value} memory", "that has {value} of memory"),
    "processor": ("with an {value} processor", "with the {value} processor", "that has the {value} processor"),
    "screen size": ("with a {value} screen", "with the {value} screen", "that has a {value} screen"),
    "screen": ("with a {value} screen", "with the {value} screen", "that has a {value} screen"),
    "laptop size": ("for {value} laptops", "that fits {value} laptops"),
    "resolution": ("with {value} resolution", "in {value}", "that does {value}"),
    "connectivity": ("with {value} connectivity", "with {value} as the connectivity"),
    "connection": ("with a {value} connection", "with {value} connection"),
    "brightness": ("with {value} brightness", "with brightness {value}"),
    "height": ("that's {value} tall", "{value} tall", "with a height of {value}"),
    "width": ("that's {value} wide", "{value} wide", "with a width of {value}"),
    "length": ("with length {value}", "in length {value}", "where the length is {value}"),
    "thickness": ("that's {value} thick", "{value} thick", "with a thickness of {value}"),
    "diameter": ("with a diameter of {value}", "{value} across"),
    "battery life": ("with a battery life of {value}", "with {value} of battery life"),
    "battery": ("with {value} of battery", "with {value} battery"),
    "compatibility": ("compatible with {value}", "that works with {value}"),
    "switch type": ("with {value} switches", "that has {value} switches"),
    "backlight": ("with {value} backlight", "where the backlight is {value}"),
    "pieces": ("with {value} pieces", "that has {value} pieces"),
    "piece count": ("that's a {value} set", "in the {value} set"),
    "weight range": ("with a weight range of {value}", "in the {value} range"),
    "weight": ("with a weight of {value}", "where the weight is {value}"),
    "filter type": ("with {value} filter", "where the filter is {value}"),
    "room size": ("for {value} rooms", "meant for a {value} room"),
    "gender": ("for {value}", "meant for {value}"),
    "theme": ("with {value} as the theme", "on the theme of {value}"),
    "difficulty level": ("at {value} level", "for {value} level"),
    "design": ("with {value} design", "in {value} design"),
    "deck material": ("with a {value} deck", "that has a {value} deck"),
    "strap material": ("with a {value} strap", "that has a {value} strap"),
    "band material": ("with a {value} band", "that has a {value} band"),
    "frame material": ("with a {value} frame", "that has a {value} frame"),
    "dial color": ("with a {value} dial", "that has a {value} dial"),
    "frame color": ("with a {value} frame", "with {value} frames"),
    "lens color": ("with {value} lenses", "that has {value} lenses"),
    "lens type": ("with {value} lenses", "that has {value} lenses"),
    "filling": ("filled with {value}", "with {value} filling"),
    "fit": ("in {value} fit", "with the {value} fit"),
    "wash": ("in {value} wash", "with the {value} wash"),
    "waist": ("with a {value} waist", "in {value} waist"),
    "pressure": ("with {value} pressure", "with a pressure of {value}"),
    "scent family": ("with {value} scent", "from the {value} scent family"),
    "players": ("for {value} players", "meant for {value} players"),
    "edition": ("in the {value} edition", "that's the {value} edition"),
    "ports": ("with {value} ports", "that has {value} ports"),
    "burners": ("with {value} burners", "where the number of burners is {value}"),
    "axes": ("with {value} axes", "that has {value} axes"),
}
_VALUES: dict[tuple[str, str], Texts] = {
    ("waterproof", "yes"): ("waterproof", "that's waterproof", "that is waterproof"),
    ("waterproof", "no"): ("that isn't waterproof", "without waterproofing", "non-waterproof"),
    ("water resistance", "yes"): ("water-resistant", "with water resistance", "that's water resistant"),
    ("water resistance", "no"): ("without water resistance", "that isn't water resistant"),
    ("water resistance", "not resistant"): ("without water resistance", "that isn't water resistant"),
    ("backlight", "none"): ("without a backlight", "with no backlight"),
    ("armrest", "none"): ("without armrests", "with no armrests"),
    ("armrest", "fixed"): ("with fixed armrests", "that has fixed armrests"),
    ("armrest", "adjustable"): ("with adjustable armrests", "that has adjustable armrests"),
    ("features", "none"): ("without extra features", "with no extra features"),
    ("features", "auto shutoff"): ("with auto shutoff", "that has auto shutoff"),
    ("connectivity", "none"): ("without connectivity", "with no connectivity"),
    ("connectivity", "wired"): ("wired", "that's wired"),
    ("connectivity", "wireless"): ("wireless", "that's wireless"),
    ("connection", "wired"): ("wired", "that's wired"),
    ("connection", "wireless"): ("wireless", "that's wireless"),
    ("treatment", "none"): ("without any treatment", "that's untreated"),
    ("infuser", "none"): ("without an infuser", "with no infuser"),
    ("saucer", "with"): ("with a saucer", "that has a saucer"),
    ("saucer", "without"): ("without a saucer", "with no saucer"),
    ("burners", "1"): ("with one burner", "with a single burner"),
    ("size", "portable"): ("portable", "in the portable size"),
    ("size", "carry-on"): ("in carry-on size", "that's carry-on size"),
    ("size", "full size"): ("full-size", "in full size"),
    **{("size", size): (size, f"in {size}", f"in size {size}") for size in ("small", "medium", "large")},
}
_AGENT: dict[str, Texts] = {
    "color": ("{value}",),
    "material": ("{value}",),
    "type": ("{value}",),
    "style": ("{value}",),
    "storage": ("{value} storage",),
    "ram": ("{value} RAM",),
    "memory": ("{value} memory",),
    "resolution": ("{value}",),
    "connectivity": ("{value}",),
    "connection": ("{value}",),
    "compatibility": ("for {value}",),
    "features": ("{value}",),
    "capacity": ("{value}",),
    "height": ("{value} high",),
    "width": ("{value} wide",),
    "thickness": ("{value} thick",),
    "length": ("length {value}",),
    "pieces": ("{value} pieces",),
    "piece count": ("{value}",),
    "screen size": ("{value} screen",),
    "screen": ("{value} screen",),
    "switch type": ("{value} switches",),
    "gender": ("for {value}",),
    "theme": ("{value} theme",),
    "players": ("{value} players",),
    "size": ("size {value}",),
    "battery life": ("{value} of battery life",),
    "deck material": ("{value} deck",),
    "strap material": ("{value} strap",),
    "band material": ("{value} band",),
    "frame material": ("{value} frame",),
    "dial color": ("{value} dial",),
    "frame color": ("{value} frame",),
    "lens color": ("{value} lenses",),
    "lens type": ("{value} lenses",),
}
_AGENT_VALUES: dict[tuple[str, str], Texts] = {
    ("waterproof", "yes"): ("waterproof",),
    ("waterproof", "no"): ("not waterproof",),
    ("water resistance", "yes"): ("water-resistant",),
    ("water resistance", "no"): ("not water-resistant",),
    ("water resistance", "not resistant"): ("not water-resistant",),
    ("backlight", "none"): ("no backlight",),
    ("armrest", "none"): ("no armrests",),
    ("armrest", "fixed"): ("fixed armrests",),
    ("armrest", "adjustable"): ("adjustable armrests",),
    ("features", "none"): ("no extra features",),
    ("connectivity", "none"): ("no connectivity",),
    ("treatment", "none"): ("untreated",),
    ("infuser", "none"): ("no infuser",),
    ("saucer", "with"): ("with saucer",),
    ("saucer", "without"): ("without saucer",),
    ("burners", "1"): ("one burner",),
    **{("size", size): (size,) for size in ("small", "medium", "large", "portable", "full size", "carry-on")},
}


def option_columns(prefix: str) -> Mapping[str, ColumnWords]:
    """Returns the words of the option columns below `prefix`: `get_order_details.items.*.options`."""
    keys = {*_USER, *_AGENT, *(key for key, _ in (*_VALUES, *_AGENT_VALUES))}
    columns = {f"{prefix}.{key}": _words(key) for key in sorted(keys)}
    columns[f"{prefix}.RAM"] = _words("ram")
    columns[f"{prefix}.*"] = ColumnWords(name="option", any_value=PLAIN, agent_values={"*": ("{key} {value}",)})
    return columns


def _words(key: str) -> ColumnWords:
    agent = {f'"{value}"': texts for (name, value), texts in _AGENT_VALUES.items() if name == key}
    return ColumnWords(
        name=key,
        values={f'"{value}"': texts for (name, value), texts in _VALUES.items() if name == key},
        any_value=_USER.get(key, PLAIN),
        agent_values={**agent, "*": _AGENT.get(key, ("{key} {value}",))},
    )
