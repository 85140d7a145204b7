"""Words for products' options. The keys are open: what is not listed here is said plainly, as `with {value} {key}`."""

from __future__ import annotations

from collections.abc import Mapping

from tool_specs.lexicon import ColumnWords
from tool_specs.retail.words.option_labels import LABELLED_VALUES, LABELS
from tool_specs.retail.words.option_requests import PLAIN, REQUESTED_VALUES, REQUESTS

_ADJECTIVES = ("size", "fit", "wash", "color", "material", "type")
"""What stands before the noun, in the order of English adjectives: a large blue cotton one."""


def option_columns(prefix: str) -> Mapping[str, ColumnWords]:
    """Returns the words of the option columns below `prefix`: `get_order_details.items.*.options`."""
    keys = {*REQUESTS, *LABELS, *(key for key, _ in (*REQUESTED_VALUES, *LABELLED_VALUES))}
    columns = {f"{prefix}.{key}": _words(key) for key in (*_ADJECTIVES, *sorted(keys.difference(_ADJECTIVES)))}
    columns[f"{prefix}.RAM"] = _words("ram")
    columns[f"{prefix}.*"] = ColumnWords(name="option", any_value=PLAIN, agent_values={"*": ("{value} {key}",)})
    return columns


def _words(key: str) -> ColumnWords:
    agent = {f'"{value}"': texts for (name, value), texts in LABELLED_VALUES.items() if name == key}
    return ColumnWords(
        name=key,
        values={f'"{value}"': texts for (name, value), texts in REQUESTED_VALUES.items() if name == key},
        any_value=REQUESTS.get(key, PLAIN),
        agent_values={**agent, "*": LABELS.get(key, ("{value} {key}",))},
    )
