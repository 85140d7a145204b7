"""Minimum hitting set: the smallest number of reads that meets every clause. Exact; the sets here are small."""

from __future__ import annotations

from collections.abc import Iterable


def minimum(clauses: Iterable[Iterable[int]]) -> frozenset[int]:
    """Returns a smallest set that has an element in common with each clause (the first in lexical order).

    Branch and bound: elements that stand alone in a clause are taken at once, supersets of other clauses are dropped,
    then the shortest clause is branched on. Clauses that have nothing in common take an element each: that bounds.
    """
    return frozenset(_search(_reduced({frozenset(clause) for clause in clauses}), frozenset(), None) or ())


def _reduced(sets: set[frozenset[int]]) -> list[frozenset[int]]:
    kept: list[frozenset[int]] = []
    for clause in sorted(sets, key=lambda c: (len(c), sorted(c))):
        if not any(other <= clause for other in kept):
            kept.append(clause)
    return kept


def _search(clauses: list[frozenset[int]], taken: frozenset[int], best: frozenset[int] | None) -> frozenset[int] | None:
    open_ = [clause for clause in clauses if not clause & taken]
    while open_ and len(open_[0]) == 1:
        taken |= open_[0]
        open_ = [clause for clause in open_ if not clause & taken]
    if best is not None and len(taken) + _apart(open_) >= len(best):
        return best
    if not open_:
        return taken
    shortest = min(open_, key=lambda clause: (len(clause), sorted(clause)))
    for element in sorted(shortest):
        best = _search(sorted(open_, key=len), taken | {element}, best)
    return best


def _apart(clauses: list[frozenset[int]]) -> int:
    """Counts clauses, in this order, that have no element in common with those counted before."""
    count, met = 0, frozenset[int]()
    for clause in clauses:
        if met.isdisjoint(clause):
            count += 1
            met |= clause
    return count
