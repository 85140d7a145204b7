r"""Checklist: what an agent must have done by the end of each turn of a dialogue, item by item; CM2's form, and more.

Example row (shortened)::

    {"version": "writ-checklist/1", "id": "dialogue-1c2d...", "task_id": "task-0a1b...", "turns": [
        {"turn": 0, "weight": {"r0.read.2": 0.5, "r0.loan_id": 0.5}, "dependence": {"r0.loan_id": ["r0.read.2"]},
         "items": [
            {"id": "r0.read.2", "focus_on": "tool.content", "question": "Is there an answer of get_loan(\"L3\")?",
             "pass_condition": "A call of get_loan(\"L3\") is answered.", "judge": "rule",
             "condition": {"type": "obtained", "reads": [{"tool": "get_loan", "arguments": {"loan_id": "L3"}}]},
             "evidence": [{"turn": 0, "step": 2, "from": "tool.content", "snippet": "{\"loan_id\":\"L3\", ..."}],
             "failure_examples": ["get_loan(\"L3\") is never called"], "required_for_next_turn": false}, ...]}]}

CM2 (its repository's sample): items with id, evidence, focus_on, question, pass_condition, failure_examples and
required_for_next_turn; per turn dependence and weight. WRIT's own are `judge` and `condition`: where the task's proof
suffices, a condition says it so that `stages/derive_checklists/checker.py` can decide it in any dialogue of the task.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from schemas.base import Json, Record

Focus = Literal[
    "assistant.tool_calls", "assistant.content.thinking", "assistant.content.user_visible_reply", "tool.content"
]
Place = Literal[
    "user", "assistant.tool_calls", "assistant.content.thinking", "assistant.content.user_visible_reply", "tool.content"
]
Form = str | dict[str, Json]
"""A way to say a value: words or a number; or a row's features (`row`, each with its forms) and, for each row beside
it, the numbers of those that it has, too (`beside`): what is said must fit none of them."""


class Wanted(Record, omit_defaults=True):
    """A call: with these arguments, or with any."""

    tool: str
    arguments: dict[str, Json] | None = None


class Obtained(Record, tag_field="type", tag="obtained", omit_defaults=True):
    """One of these calls was answered, and not by an error; the answer holds the text `shows`."""

    reads: tuple[Wanted, ...]
    shows: str = ""


class Said(Record, tag_field="type", tag="said", omit_defaults=True):
    """A reply says one form of each group, and has the pattern (a regular expression; texts are in lower case)."""

    groups: tuple[tuple[Form, ...], ...] = ()
    pattern: str = ""


class Listed(Record, tag_field="type", tag="listed"):
    """A reply before the write says one form of each group: the write's arguments."""

    tool: str
    arguments: dict[str, Json]
    others: tuple[dict[str, Json], ...]
    groups: tuple[tuple[Form, ...], ...]


class Agreed(Record, tag_field="type", tag="agreed"):
    """The user's last word before the write is a yes, with none of `writes` in between."""

    tool: str
    arguments: dict[str, Json]
    others: tuple[dict[str, Json], ...]
    writes: tuple[str, ...]


class Written(Record, tag_field="type", tag="written"):
    """The write has the wanted value for a parameter.

    Of the calls of the tool that is the one with all these arguments, else the one with most of them that is none of
    the `others`, the task's other writes with this tool.
    """

    tool: str
    arguments: dict[str, Json]
    others: tuple[dict[str, Json], ...]
    parameter: str


class Only(Record, tag_field="type", tag="only"):
    """At the end, of the tools `writes` these calls have succeeded and no other."""

    writes: tuple[str, ...]
    calls: tuple[Wanted, ...]


Rule = Obtained | Said | Listed | Agreed | Written | Only


class Evidence(Record):
    """Where the dialogue that the checklist was made from shows that an item is met.

    Attributes:
        turn: counts the user's messages, `step` the agent's after it, both from 0.
        snippet: stands there, word for word.
    """

    turn: int
    step: int
    from_: Place = msgspec.field(name="from")
    snippet: str


class Item(Record):
    """One criterion: atomic, observable.

    Attributes:
        required_for_next_turn: whether a later turn builds on it.
        judge: who decides it: `rule` by the condition, `llm` by the question.
    """

    id: str
    evidence: tuple[Evidence, ...]
    focus_on: Focus
    question: str
    pass_condition: str
    failure_examples: tuple[str, ...]
    required_for_next_turn: bool
    judge: Literal["rule", "llm"]
    condition: Rule | None = None


class TurnChecklist(Record):
    """The items of one turn.

    Attributes:
        dependence: item -> items, of this turn or an earlier one, that must be met before it counts.
        weight: item -> its share of the turn; they sum to 1.
    """

    turn: int
    items: tuple[Item, ...]
    dependence: dict[str, tuple[str, ...]]
    weight: dict[str, float]


class Checklist(Record):
    """See the module's text.

    Attributes:
        id: of the dialogue that it was made from.
        task_id: of its task; of a session, those of all its tasks, joined by "+".
    """

    version: str
    id: str
    task_id: str
    turns: tuple[TurnChecklist, ...]
