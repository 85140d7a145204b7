"""The domains that come with WRIT: one line each."""

from __future__ import annotations

import difflib
import importlib

from tool_specs.domain import Domain

DOMAINS = {
    "retail": "tool_specs.retail",
}
"""Domain name -> package that exports `DOMAIN`; imported when asked for."""


def domain(name: str) -> Domain:
    """Returns a domain by name.

    Raises:
        ValueError: there is no such domain.
    """
    if name not in DOMAINS:
        close = difflib.get_close_matches(name, DOMAINS, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"the domains are: {', '.join(DOMAINS)}."
        raise ValueError(f"there is no domain {name!r}; {hint}")
    found: Domain = importlib.import_module(DOMAINS[name]).DOMAIN
    return found
