"""A second interpreter of evidence programs, written from their description and sharing no code with the first.

Depth first and recursive over plain JSON (as it stands in a dataset's metadata): a row is extended step by step, and
given up as soon as a filter whose columns are bound does not hold. `Reads` answers reads from a sandbox and notes them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Row = dict[str, Any]
ReadId = tuple[str, str]
NOTHING, SEVERAL = "nothing", "several"
ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "ABSENT"})()


class Misfit(NamedTuple):
    """A program whose words ("the one that ...") fit no row of a world, or several that differ."""

    program: int
    what: str


class Undetermined(Exception):
    """The programs give no answer; the text says where."""

    def __init__(self, text: str, misfits: Iterable[Misfit]) -> None:
        super().__init__(text)
        self.misfits = frozenset(misfits)


def read_id(tool: str, arguments: Mapping[str, Any]) -> ReadId:
    """Names a ground read."""
    return tool, json.dumps(arguments, sort_keys=True, ensure_ascii=False)


class Reads:
    """Answers reads of one state of a world; remembers them in the order in which they were first made."""

    def __init__(self, sandbox: Any, allowed: frozenset[ReadId] | None = None) -> None:
        self.sandbox = sandbox
        self.allowed = allowed
        self.made: dict[ReadId, Any] = {}

    def __call__(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        """Returns the value, or ABSENT for an error and for reads that are not allowed."""
        key = read_id(tool, arguments)
        if self.allowed is not None and key not in self.allowed:
            return ABSENT
        if key not in self.made:
            result = self.sandbox.call(tool, dict(arguments))
            self.made[key] = ABSENT if result.error else result.value
        return self.made[key]


def look(row: Any, path: Sequence[Any]) -> Any:
    """Returns what stands at a path, or ABSENT; null counts as absent."""
    here = row
    for key in path:
        try:
            here = here[key]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return ABSENT if here is None else here


def holds(rule: Mapping[str, Any], row: Row) -> bool:
    """Whether a filter holds for a row."""
    left = look(row, rule["column"])
    if left is ABSENT:
        return False
    right = look(row, rule["other"]) if rule.get("other") else rule.get("value")
    return bool(left == right) is (rule.get("op", "eq") == "eq")


@dataclass
class Run:
    """Programs being run: `groups[i]` are the rows of program i, one list per row it started from."""

    programs: Sequence[Mapping[str, Any]]
    facts: Mapping[str, Any]
    read: Callable[[str, Mapping[str, Any]], Any]

    def __post_init__(self) -> None:
        self.groups: list[list[list[Row]]] = []
        self.picked: list[list[Row]] = []
        self.misfits: list[Misfit] = []
        for program in self.programs:
            start = program.get("start")
            seeds: list[Row] = [{}] if start is None else self.picked[start]
            groups = [list(self._extend(program, 0, seed)) for seed in seeds]
            self.groups.append(groups)
            self.picked.append(self._choose(program, groups))
            if program.get("within"):
                self._spend(program["within"])

    def _extend(self, program: Mapping[str, Any], depth: int, row: Row) -> Iterator[Row]:
        bound = [rule for rule in program.get("where", ()) if self._is_bound(rule, row)]
        if depth and not all(holds(rule, row) for rule in bound):
            return
        if depth == len(program["steps"]):
            if depth == 0 and not all(holds(rule, row) for rule in bound):
                return
            yield row
            return
        step = program["steps"][depth]
        for value in self._values(step, row):
            yield from self._extend(program, depth + 1, {**row, step["name"]: value})

    @staticmethod
    def _is_bound(rule: Mapping[str, Any], row: Row) -> bool:
        return rule["column"][0] in row and (not rule.get("other") or rule["other"][0] in row)

    def _values(self, step: Mapping[str, Any], row: Row) -> Iterator[Any]:
        if step["type"] == "each":
            source = self._operand(step["source"], row)
            yield from source.values() if isinstance(source, dict) else source if isinstance(source, list) else ()
            return
        arguments = {name: self._operand(operand, row) for name, operand in step["arguments"].items()}
        if not any(value is ABSENT for value in arguments.values()):
            for tool in (step["tool"], *step.get("also", ())):
                value = self.read(tool, arguments)
                if value is not ABSENT:
                    yield value

    def _operand(self, operand: Mapping[str, Any], row: Row) -> Any:
        return self.facts[operand["name"]] if operand["type"] == "fact" else look(row, operand["path"])

    def _choose(self, program: Mapping[str, Any], groups: list[list[Row]]) -> list[Row]:
        everything = [row for group in groups for row in group]
        pick = program.get("pick", "only")
        if pick == "each":
            winners = [self._best(program, group) for group in groups]
            return [row for group in winners for row in group[:1]] if all(winners) else []
        if pick == "all":
            return self._sorted(program, everything)
        return everything if pick == "only" else self._best(program, everything)

    def _sorted(self, program: Mapping[str, Any], rows: list[Row]) -> list[Row]:
        keys = program.get("order", ())
        rows = [row for row in rows if all(look(row, key["column"]) is not ABSENT for key in keys)]
        for key in list(keys)[::-1]:
            rows.sort(key=lambda row: look(row, key["column"]), reverse=bool(key.get("descending")))
        return rows

    def _best(self, program: Mapping[str, Any], rows: list[Row]) -> list[Row]:
        rows = self._sorted(program, rows)
        for wish in program.get("prefer") or ():
            granted = [row for row in rows if holds(wish, row)]
            if granted:
                rows = granted
                break
        marks = [[look(row, key["column"]) for key in program.get("order", ())] for row in rows]
        return [row for row, mark in zip(rows, marks, strict=True) if mark == marks[0]]

    def _spend(self, budget: Mapping[str, Any]) -> None:
        """Picks again, for programs under a budget: of all combinations that are not too dear, the best ones."""
        for term in budget["terms"]:
            start = self.programs[term["program"]].get("start")
            if start is not None and len(self.picked[start]) != 1:
                self.misfits.append(Misfit(start, SEVERAL if self.picked[start] else NOTHING))
        lists: list[list[tuple[int, float, Row]]] = []
        for term in budget["terms"]:
            program, groups = self.programs[term["program"]], self.groups[term["program"]]
            rows = self._sorted(program, [row for group in groups for row in group])
            marks = [[look(row, key["column"]) for key in program["order"]] for row in rows]
            ranks = [sum(marks[n] != marks[n - 1] for n in range(1, place + 1)) for place in range(len(rows))]
            prices = [(look(row, term["column"]), look(row, term["less"]) if term["less"] else 0.0) for row in rows]
            priced = zip(ranks, prices, rows, strict=True)
            lists.append([(rank, a - b, row) for rank, (a, b), row in priced if a is not ABSENT and b is not ABSENT])
        limit = self.facts[budget["fact"]] + 0.001  # what cents lose in binary
        affordable = [each for each in itertools.product(*lists) if sum(price for _, price, _ in each) <= limit]
        best = min(([rank for rank, _, _ in each] for each in affordable), default=None)
        chosen = [each for each in affordable if [rank for rank, _, _ in each] == best]
        for place, term in enumerate(budget["terms"]):
            rows = [each[place][2] for each in chosen]
            self.picked[term["program"]] = [row for n, row in enumerate(rows) if row not in rows[:n]]

    def tied(self, number: int) -> Iterator[list[Row]]:
        """Yields, for each place to be won in a program, the rows that tie for it."""
        program = self.programs[number]
        if program.get("pick") == "each":
            for group in self.groups[number]:
                yield self._best(program, group)
        elif program.get("pick", "only") in ("only", "first"):
            yield self.picked[number]


def take(run: Run, bind: Mapping[str, Any]) -> Any:
    """Returns the value that a bind takes.

    Raises:
        Undetermined: there is no row, or rows that tie for a place give different values.
    """
    number, path = bind["program"], bind["column"]
    values = [look(row, path) for row in run.picked[number]]
    aggregate = bind.get("aggregate", "none")
    if aggregate == "count":
        return len(values)
    if any(value is ABSENT for value in values):
        raise _misfit(number, NOTHING, f"a row has no {path}")
    if aggregate == "sum":
        return round(sum(values), 2)
    if not values:
        raise _misfit(number, NOTHING, "no row is left")
    if aggregate == "difference":
        return round(max(values) - min(values), 2)
    if aggregate in ("min", "max"):
        return min(values) if aggregate == "min" else max(values)
    for rows in run.tied(number):
        found = [look(row, path) for row in rows]
        if any(value != found[0] for value in found):
            raise _misfit(number, SEVERAL, f"{len(rows)} rows tie and differ in {path}")
    if bind.get("many"):
        several = run.programs[number].get("pick", "only") in ("all", "each")
        return values if several else [values[0]]
    if any(value != values[0] for value in values):
        raise _misfit(number, SEVERAL, f"rows differ in {path}")
    return values[0]


def _misfit(program: int, what: str, text: str) -> Undetermined:
    return Undetermined(f"program {program}: {text}", [Misfit(program, what)])


def answer(request: Mapping[str, Any], facts: Mapping[str, Any], read: Reads) -> dict[str, Any]:
    """Returns a request's arguments as its programs give them.

    Raises:
        Undetermined: they give none, or several; all misfits are named.
    """
    run = Run(request["programs"], facts, read)
    if run.misfits:
        raise Undetermined("what is under the budget is not there, or could be several", run.misfits)
    condition = request.get("condition")
    if condition:
        number, limit = take(run, condition["bind"]), facts[condition["fact"]]
        holds = number > limit if condition["above"] else number < limit
        if holds is (condition.get("branch") == "otherwise"):
            return {"answer": number}
    found: dict[str, Any] = {}
    errors: list[Undetermined] = []
    rules = read.sandbox.domain.follows.get(request["tool"], {})
    for name, source in request["sources"].items():
        if source["provenance"] == "policy" and name in rules:
            continue
        if source.get("fact") is not None:
            found[name] = facts[source["fact"]]
        elif source.get("bind") is not None:
            try:
                found[name] = take(run, source["bind"])
            except Undetermined as error:
                errors.append(error)
        else:
            found[name] = request["arguments"][name]
    if errors:
        raise Undetermined(str(errors[0]), itertools.chain.from_iterable(error.misfits for error in errors))
    rows = _first_rows(run)
    for name, rule in rules.items():
        if name in request["sources"] and request["sources"][name]["provenance"] == "policy":
            if any(row not in rows for row in rule.rows):
                raise Undetermined(f"{name} follows from rows that no program picks", [])
            found[name] = rule.value(dict(found), rows)
    return found


def _first_rows(run: Run) -> dict[str, Any]:
    """What the first picked rows of programs hold, by where it comes from: `get_loan`, `get_reader.loans.*`."""
    found: dict[str, Any] = {}
    names: list[dict[str, str]] = []
    for program, picked in zip(run.programs, run.picked, strict=True):
        start = program.get("start")
        known = dict(names[start]) if start is not None else {}
        for step in program["steps"]:
            if step["type"] == "call":
                known[step["name"]] = step["tool"]
            elif step["source"]["type"] == "at":
                head, *rest = step["source"]["path"]
                known[step["name"]] = ".".join([known[head], *map(str, rest), "*"])
        names.append(known)
        rest = picked[1:] if program.get("pick", "only") == "only" else []
        for row in picked[:1]:
            same = {name for name, value in row.items() if all(other.get(name) == value for other in rest)}
            found.update({known[name]: value for name, value in row.items() if name in known and name in same})
    return found
