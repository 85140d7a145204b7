"""Names that every model API takes: `[A-Za-z0-9_-]`, at most 64 of them, whatever the source called its tools.

    >>> agent_name("loans.renew")
    'loans_renew'
    >>> agent_names(["loans.renew", "loans_renew"]).by_source
    {'loans.renew': 'loans_renew_1a3588', 'loans_renew': 'loans_renew'}

A name that fits stays as it is. The way back is `Names.by_agent`; it does not depend on the order of the list.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.base import digest

FITTING = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST = 64


@dataclass(frozen=True)
class Names:
    """Both ways between a source's names and those that agents see.

    Attributes:
        collided: agent name -> the source names that would all have got it; they got a suffix, or kept their own.
    """

    by_source: dict[str, str]
    collided: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def by_agent(self) -> dict[str, str]:
        """The way back."""
        return {agent: source for source, agent in self.by_source.items()}


def agent_name(name: str) -> str:
    """Returns a name as agents may see it, if no other one wants the same."""
    if FITTING.fullmatch(name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")
    if not plain or len(plain) > _LONGEST:
        return _marked(plain or "tool", name)
    return plain


def agent_names(names: Iterable[str]) -> Names:
    """Returns a different name for each different name of a source."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        wanted[agent_name(name)].append(name)
    collided = {agent: tuple(found) for agent, found in wanted.items() if len(found) > 1}
    by_source: dict[str, str] = {}
    for agent, found in wanted.items():
        for name in found:
            by_source[name] = agent if len(found) == 1 or name == agent else _marked(agent, name)
    return Names(by_source, collided)


def _marked(agent: str, name: str) -> str:
    mark = digest(name)[:6]
    return f"{agent[: _LONGEST - len(mark) - 1]}_{mark}"
