"""Which outputs a parameter could take, by type and by name, for thousands of tools at once.

    Candidates(outputs).lexical(wanted) -> (numbers of outputs, scores), the best first

Outputs are indexed by type and by the words of their names; equal names are looked at once, however many tools use
them. A parameter looks first among the tools of its own service (`acme_get_order`, `acme_cancel_order`), then among the
others, those that are listed nearest. So work grows with the number of tools, not with its square.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tool_specs.graph_slots import Slot
from tool_specs.names import GENERIC, Words, namespace, output_names, parameter_name, weight

MIN_SCORE = 0.6
"""Names that agree less are no edge."""
ELSEWHERE = 0.85
"""What a score is worth between two services: the same name often means another thing there."""
MAX_SOURCES = 64
"""Sources kept per parameter and kind: with thousands of tools, one `user_id` would meet thousands of others."""
MAX_ELSEWHERE = 8
"""Of these, sources in other services."""
_WINDOW = 2 * MAX_SOURCES + MAX_ELSEWHERE
"""Listed neighbours that are looked at, so that some are left when those of one's own service are taken out."""
_KINDS = ("string", "integer", "number", "boolean")

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]
Found = tuple[Numbers, Scores]
K = TypeVar("K")

_NOTHING: Found = (np.empty(0, np.int64), np.empty(0))


class Candidates:
    """The outputs of all reads, indexed."""

    def __init__(self, outputs: Sequence[Slot]) -> None:
        self._kinds = np.array([_mask(slot) for slot in outputs], np.int64)
        services = [namespace(slot.tool) for slot in outputs]
        bags = [(bag, n) for n, slot in enumerate(outputs) for bag in output_names(slot.tool, slot.path)]
        self._by_name = _Places(bags, services)
        self._by_type = _Places([(slot.type, n) for n, slot in enumerate(outputs) if slot.type is not None], services)
        self._bags = list(dict.fromkeys(bag for bag, _ in bags))
        self._weights = np.array([weight(bag) for bag in self._bags])
        self._tools: dict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
        for number, slot in enumerate(outputs):
            self._tools[slot.tool][slot.path] = number
        postings: dict[str, list[int]] = defaultdict(list)
        for number, bag in enumerate(self._bags):
            for word in bag:
                postings[word].append(number)
        self._postings = {word: np.array(found, np.int64) for word, found in postings.items()}
        self._agreeing: dict[Words, list[tuple[Words, float]]] = {}
        self._lexical: dict[tuple[Words, str], Found] = {}

    def typed(self, wanted: Slot) -> Found:
        """Returns the outputs of a parameter's semantic type."""
        if wanted.type is None:
            return _NOTHING
        own, others = self._by_type.of(wanted.type, namespace(wanted.tool))
        return self.fitting(wanted, _joined([(own, 1.0)], [(others, 1.0)]))

    def lexical(self, wanted: Slot) -> Found:
        """Returns the outputs whose names agree with a parameter's."""
        key = parameter_name(wanted.tool, wanted.path), namespace(wanted.tool)
        if key not in self._lexical:
            self._lexical[key] = self._search(*key)
        return self.fitting(wanted, self._lexical[key])

    def fitting(self, wanted: Slot, found: Found) -> Found:
        """Returns those whose JSON types agree, and that are more than the echo of the very argument."""
        numbers, scores = found
        mask = _mask(wanted)
        if "number" in wanted.kinds:
            mask |= _mask_of("integer")
        fits = (self._kinds[numbers] & mask) != 0
        if wanted.tool in self._tools:
            fits &= numbers != self._tools[wanted.tool].get(wanted.path, -1)
        return numbers[fits][:MAX_SOURCES], scores[fits][:MAX_SOURCES]

    def _search(self, bag: Words, service: str) -> Found:
        own: list[tuple[Numbers, float]] = []
        elsewhere: list[tuple[Numbers, float]] = []
        for near, score in self._agreeing_with(bag):
            ours, others = self._by_name.of(near, service)
            own.append((ours, score))
            # No service at all is no other service.
            away = score * ELSEWHERE if service else score
            if away >= MIN_SCORE:
                elsewhere.append((others, away))
        return _joined(own, elsewhere)

    def _agreeing_with(self, bag: Words) -> list[tuple[Words, float]]:
        """Returns the known names that agree with a name, the best first."""
        if bag not in self._agreeing:
            telling = [word for word in sorted((bag - GENERIC) or bag) if word in self._postings]
            if not telling:
                self._agreeing[bag] = []
                return []
            near, counts = np.unique(np.concatenate([self._postings[word] for word in telling]), return_counts=True)
            shared = counts * (1.0 if bag - GENERIC else 0.5)
            for word in sorted(bag & GENERIC if bag - GENERIC else ()):
                shared[np.isin(near, self._postings.get(word, ()), assume_unique=True)] += 0.5
            scores = shared / (self._weights[near] + weight(bag) - shared)
            good = np.flatnonzero(scores >= MIN_SCORE)
            found = [(self._bags[near[n]], float(scores[n])) for n in good]
            self._agreeing[bag] = sorted(found, key=lambda pair: (-pair[1], sorted(pair[0])))
        return self._agreeing[bag]


class _Places(Generic[K]):
    """Numbers of outputs by a key (a name, a type) and by service, in listing order."""

    def __init__(self, keyed: Iterable[tuple[K, int]], services: Sequence[str]) -> None:
        inside: dict[tuple[K, str], list[int]] = defaultdict(list)
        self._everywhere: dict[K, list[int]] = defaultdict(list)
        for key, number in keyed:
            inside[key, services[number]].append(number)
            self._everywhere[key].append(number)
        self._services = services
        self._starts = {service: number for number, service in reversed(list(enumerate(services)))}
        self._inside = {key: np.array(found[: 2 * MAX_SOURCES], np.int64) for key, found in inside.items()}

    def of(self, key: K, service: str) -> tuple[Numbers, Numbers]:
        """Returns the outputs of one's own service, and of the others those that are listed nearest to it."""
        everywhere, start = self._everywhere.get(key, []), self._starts.get(service, 0)
        place = bisect.bisect_left(everywhere, start)
        near = everywhere[max(0, place - _WINDOW) : place + _WINDOW]
        others = sorted((n for n in near if self._services[n] != service), key=lambda n: (abs(n - start), n))
        return self._inside.get((key, service), _NOTHING[0]), np.array(others[:MAX_ELSEWHERE], np.int64)


def _joined(own: Iterable[tuple[Numbers, float]], elsewhere: Iterable[tuple[Numbers, float]]) -> Found:
    """Returns outputs once each with their best scores, the best first, one's own before others of the same score."""
    best: dict[int, float] = {}
    for found, most in ((own, 2 * MAX_SOURCES), (elsewhere, MAX_ELSEWHERE)):
        taken = 0
        for numbers, score in found:
            for number in numbers.tolist():
                if taken < most and number not in best:
                    best[number] = score
                    taken += 1
    ordered = sorted(best.items(), key=lambda pair: -pair[1])
    return np.array([number for number, _ in ordered], np.int64), np.array([score for _, score in ordered])


def _mask(slot: Slot) -> int:
    """Returns a slot's JSON types as bits; one that does not say may be anything."""
    return sum(_mask_of(kind) for kind in slot.kinds) or (1 << len(_KINDS)) - 1


def _mask_of(kind: str) -> int:
    return 1 << _KINDS.index(kind) if kind in _KINDS else 0
