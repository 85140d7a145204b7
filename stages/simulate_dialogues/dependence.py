"""Dependence: which decisions rest on what, so that a correction has exactly those made again that it touches.

    fact "r0.limit" -> selection (0, 1) -> argument (0, "loan_id") -> decision 0

An edge goes from what is told to what is worked out from it: a fact to the selections that start from it or stay within
it, a selection to those that continue it and to the arguments that are its columns, an argument to those that follow
from it by a rule, and all arguments of a request to the decision. Who the user is touches no decision: it is found out
once, however it was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.wishes import Wish

Node = tuple[str, int, str | int]
"""Kind (`fact`, `selection`, `argument`, `decision`), request (-1 for facts), and name or number."""


def fact(name: str) -> Node:
    """Returns the node of a told fact."""
    return ("fact", -1, name)


class Dependence:
    """The graph of what a user has told so far."""

    def __init__(self, desk: Desk, wishes: Iterable[Wish]) -> None:
        """Takes the requests as they have been told."""
        self._next: dict[Node, set[Node]] = {}
        for wish in wishes:
            for one, other in _edges(desk, wish):
                self._next.setdefault(one, set()).add(other)

    def touched(self, node: Node) -> frozenset[Node]:
        """Returns all that rests on a node, directly or not."""
        found: set[Node] = set()
        waiting = [node]
        while waiting:
            for after in self._next.get(waiting.pop(), ()):
                if after not in found:
                    found.add(after)
                    waiting.append(after)
        return frozenset(found)

    def decisions(self, node: Node) -> frozenset[int]:
        """Returns the requests whose decision rests on a node."""
        return frozenset(number for kind, number, _ in self.touched(node) if kind == "decision")


def _edges(desk: Desk, wish: Wish) -> Iterator[tuple[Node, Node]]:
    number = wish.number
    decision: Node = ("decision", number, 0)
    for place, program in wish.programs.items():
        selection: Node = ("selection", number, place)
        for name in program.facts:
            if name not in desk.domain.principal.facts:
                yield fact(name), selection
        if program.start is not None:
            yield ("selection", number, program.start), selection
    for parameter, bind in wish.binds.items():
        yield ("selection", number, bind.program), ("argument", number, parameter)
    for parameter, name in wish.facts.items():
        yield fact(name), ("argument", number, parameter)
    told = [*wish.binds, *wish.facts]
    for parameter in told:
        yield ("argument", number, parameter), decision
        for following in desk.follows(wish.tool):
            if following not in told:
                yield ("argument", number, parameter), ("argument", number, following)
                yield ("argument", number, following), decision
    if wish.condition is not None:
        yield fact(wish.condition.fact), decision
        yield ("selection", number, wish.condition.bind.program), decision
