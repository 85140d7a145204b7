"""Facts: what a user knows by heart, as it stands in a text, mistyped or pointed at.

Facts(scenario, domain).stated("it's L204851, on the card")      -> {"r0.loan_id": "L204851"}    # L204815, mistyped
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.task import Request
from stages.behaviors.slips import stale
from stages.simulate_dialogues.hearing.values import bare, chosen, mistyped, worded
from stages.simulate_dialogues.pointing import pointed_at, subject_of
from tool_specs.counting import counted, miscounted, things_of
from tool_specs.domain import Domain
from tool_specs.phrasing.recover import Demand, all_told, fact_demands
from tool_specs.remember import remembered

_Value = tuple[str, Json, tuple[Demand, ...], tuple[str, ...], frozenset[str]]
"""Name, value, what has to stand in a text for it, phrases for a choice, nouns for what it counts."""
_ADDRESS = re.compile(r"\S+@\S+")


class Facts:
    """The facts of one user."""

    def __init__(self, scenario: Scenario, domain: Domain) -> None:
        """Takes the scenario that the user acts out."""
        self._lexicon = domain.lexicon
        self._values = _values(scenario, domain)
        self._identity = {entry.name for entry in scenario.task.knowledge if entry.identity}
        self._subject = subject_of(scenario)

    def stated(self, text: str) -> dict[str, Json]:
        """Returns the known facts that stand in a text, or stand there mistyped."""
        rest = _ADDRESS.sub(" ", text)
        found: dict[str, Json] = {}
        for name, value, wanted, phrases, things in self._values:
            own = text if "@" in str(value) else rest
            if things and isinstance(value, int):
                if miscounted(own.lower(), value, things) is not None:
                    continue  # "6 bags for 4 people"
                if value in counted(own.lower(), things):
                    found[name] = value
                    continue
            plain = isinstance(value, str)
            if (
                worded(value, own)
                or (wanted and all_told(wanted, own))
                or (plain and (bare(value, own) or chosen(phrases, own)))
            ):
                found[name] = value
            elif name in self._identity and (old := stale(value)).lower() in own.lower():
                found[name] = old
            elif plain and (wrong := mistyped(value, own)) is not None:
                found[name] = wrong
        subject = self._subject
        if subject is not None and subject.name not in found and pointed_at(self._lexicon).search(text):
            found[subject.name] = subject.value
        return found


@remembered(2, size=64)
def _values(scenario: Scenario, domain: Domain) -> list[_Value]:
    """Returns what a user knows by heart."""
    requests = scenario.task.requests
    return [
        (
            entry.name,
            entry.value,
            tuple(fact_demands(domain.lexicon, requests, entry.name, entry.value)),
            tuple(_phrases(domain, requests, entry.name, entry.value)),
            _things(domain, requests, entry.name) if type(entry.value) is int else frozenset(),
        )
        for entry in scenario.task.knowledge
    ]


def _things(domain: Domain, requests: Sequence[Request], fact: str) -> frozenset[str]:
    """Returns the nouns that a fact's number counts."""
    found = [
        things_of(domain.lexicon, request.tool or "", parameter)
        for request in requests
        for parameter, source in request.sources.items()
        if source.fact == fact
    ]
    return frozenset[str]().union(*found)


def _phrases(domain: Domain, requests: Sequence[Request], fact: str, value: Json) -> Iterator[str]:
    for request in requests:
        for parameter, source in request.sources.items():
            if source.fact == fact and isinstance(value, str):
                yield from domain.lexicon.choices.get(parameter, {}).get(value, ())
