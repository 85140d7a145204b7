"""Balance: no tool, no pair of tools, no value and no manner of telling makes more than its share of the kept rows.

    Balance(tools=0.4, tool_pairs=0.25, values=0.02, behaviors=0.1)    # at most so much of the rows that have any

Rows come in the run's order; a row is refused if with it one of its keys had more than its share of the rows so far
that have keys of that kind, the first `FREE` with a key apart. So every beginning of the kept rows is balanced, and
what is decided about a row depends on the rows before it alone. Keys of a dialogue that renews a loan and returns one::

    {"tools": ["renew_loan", "return_loan"], "tool_pairs": ["renew_loan + return_loan"],
     "values": ["loan_id L1", "loan_id L2"], "behaviors": ["drip+terse+slip"],
     "skeletons": ["find_reader > get_loan > renew_loan > return_loan"]}

Values are those that were found by reading: which rows tasks are about. What users state (a country, a reason) comes in
few forms and is no sign of a lopsided data set. Where several tries of a language model were made, `pass_rate` keeps
dialogues about tasks of a certain difficulty: neither those that always pass nor those that hardly ever do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

from schemas.task import Task
from schemas.verdict import Judged
from stages.base import GroupStage, Refusal
from tool_specs.remember import remembered
from tool_specs.sayings import leaves

FREE = 10
"""Rows with a key that are kept whatever its share: of few rows every one is a large share."""
KINDS = {
    "tools": "tool",
    "tool_pairs": "pair of tools",
    "values": "value",
    "skeletons": "call skeleton",
    "behaviors": "manner",
}

Keys = Mapping[str, Sequence[str]]


@dataclass
class Counted:
    """What was kept so far, per kind of keys: rows that have any, and rows per key."""

    rows: Counter[str] = field(default_factory=Counter)
    keys: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})


@dataclass(frozen=True, kw_only=True)
class Balance(GroupStage[Judged]):
    """Keeps rows as long as none of their keys has more than its share.

    Attributes:
        tools: most that one writing tool may make of the rows that write.
        tool_pairs: most that two writing tools together may make of the rows that write twice or more.
        values: most that one found value of a writing tool may make of the rows that have any.
        skeletons: most that one sequence of tools, as they are called, may make of all rows.
        behaviors: most that one manner may make of all rows.
        pass_rate: least and most of several tries at a task that pass; rows whose task was tried once are kept.
    """

    tools: float | None = None
    tool_pairs: float | None = None
    values: float | None = None
    skeletons: float | None = None
    behaviors: float | None = None
    pass_rate: tuple[float, float] | None = None

    def start(self) -> Counted:
        """Returns empty counters."""
        return Counted()

    def features(self, record: Judged) -> dict[str, Any]:
        """Returns the keys of the kinds that are limited, and the pass rate."""
        scenario = record.dialogue.scenario
        found: dict[str, Any] = {}
        for kind in self._limits:
            if kind == "behaviors":
                manner = scenario.behavior
                found[kind] = ["+".join((manner.disclosure, manner.register, *manner.traits))]
            elif kind == "skeletons":
                calls = (call.name for message in record.dialogue.whole for call in message.tool_calls)
                found[kind] = [" > ".join(calls)]
            else:
                found[kind] = sorted({key for task in scenario.tasks for key in _keys(task)[kind]})
        if record.trials is not None and self.pass_rate is not None:
            found["passed"] = record.trials.passed / record.trials.attempts
        return found

    def accept(self, state: Counted, record_id: str, features: Mapping[str, Any]) -> Refusal | None:
        """Keeps the record (None), or says which of its keys would have more than its share."""
        refused = self.refusal(state, features)
        if refused is None:
            self.count(state, features)
        return refused

    def refusal(self, state: Counted, features: Mapping[str, Any]) -> Refusal | None:
        """Says why a record may not be kept, or returns None; counts nothing."""
        rate = features.get("passed")
        if rate is not None and self.pass_rate is not None and not self.pass_rate[0] <= rate <= self.pass_rate[1]:
            least, most = self.pass_rate
            return Refusal("balance", f"{rate:.0%} of the tries passed; {least:.0%} to {most:.0%} are wanted")
        for kind, share in self._limits.items():
            rows = state.rows[kind] + bool(features[kind])
            for key in features[kind]:
                count = state.keys[kind][key] + 1
                if count > max(FREE, share * rows):
                    what = f"{KINDS[kind]} {key} would be in {count} of {rows} rows; {share:.2%} may have it"
                    return Refusal("balance", what)
        return None

    def count(self, state: Counted, features: Mapping[str, Any]) -> None:
        """Counts a record that is kept."""
        for kind in self._limits:
            state.rows[kind] += bool(features[kind])
            state.keys[kind].update(features[kind])

    def told(self, state: Counted) -> dict[str, Any]:
        """Returns, per kind, the limit and the key that comes nearest to it."""
        found: dict[str, Any] = {}
        for kind, share in self._limits.items():
            key, count = min(state.keys[kind].items(), key=lambda item: (-item[1], item[0]), default=("", 0))
            found[kind] = {"limit": share, "commonest": key, "count": count, "rows": state.rows[kind]}
        return found

    @property
    def _limits(self) -> dict[str, float]:
        return {kind: share for kind, share in asdict(self).items() if kind in KINDS and share is not None}


@remembered(1, size=64)
def _keys(task: Task) -> Keys:
    """Returns what a task's writes are made of; all its tellings have the same."""
    tools = sorted(str(request.tool) for request in task.writes)
    return {
        "tools": sorted(set(tools)),
        "tool_pairs": sorted({" + ".join(pair) for pair in combinations(tools, 2)}),
        "values": sorted(set(_values(task))),
    }


def _values(task: Task) -> Iterator[str]:
    for request in task.writes:
        for name, value in request.arguments.items():
            source = request.sources.get(name)
            if source is not None and source.provenance in ("read", "evidence"):
                yield from (f"{name} {leaf}" for leaf in leaves(value) if leaf not in ("", None, True, False))
