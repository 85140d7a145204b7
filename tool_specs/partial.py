"""Partial arguments: what the rules say about a call of which not everything is known yet.

    decided(domain, context, "renew_loan", {"loan_id": "L1"}, ("days",))  -> ("overdue", "loan L1 is overdue")
    consulted(domain, context, "renew_loan", {"loan_id": "L1", "days": 7}, "overdue")  -> {"loan_id"}

A rule that looks at an argument which is not known has nothing to say yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from schemas.base import Json
from tool_specs.domain import Domain, Guard, GuardContext


class _Unknown(Exception):
    """A rule has looked at an argument that is not known."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Partial(Mapping[str, Json]):
    """Arguments some of which are open: looking at one of those raises."""

    def __init__(self, known: Mapping[str, Json], unknown: Collection[str]) -> None:
        self._known, self._unknown = known, unknown

    def __getitem__(self, name: str) -> Json:
        if name in self._unknown:
            raise _Unknown(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        for name in self._unknown:
            raise _Unknown(name)
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def decided(
    domain: Domain, context: GuardContext, name: str, known: Mapping[str, Json], unknown: Collection[str]
) -> tuple[str, str] | None:
    """Returns (rule, violation in words) of the first rule that is broken whatever the unknown arguments are."""
    for guard in _guards(domain, name):
        try:
            words = guard.check(context, name, _Partial(known, unknown))
        except (_Unknown, KeyError):  # of the arguments, or of a row of which only a part is known
            continue
        if words is not None:
            return guard.name, words
    return None


def consulted(
    domain: Domain, context: GuardContext, name: str, arguments: Mapping[str, Json], rule: str
) -> frozenset[str] | None:
    """Returns the arguments that a rule looks at to find a call against it; None where it does not."""
    for guard in _guards(domain, name):
        if guard.name != rule:
            continue
        unknown = set(arguments)
        while True:
            try:
                words = guard.check(context, name, _Partial(arguments, unknown))
            except _Unknown as missing:
                unknown.discard(missing.name)
            else:
                return frozenset(arguments) - unknown if words is not None else None
    return None


def _guards(domain: Domain, name: str) -> Iterator[Guard]:
    return (guard for guard in domain.guards if not guard.tools or name in guard.tools)
