"""SftRow: what a trainer reads.

Example row (shortened)::

    {"id": "dialogue-1c2d...", "domain": "library", "kind": "read_heavy", "num_writes": 1, "burden": 6,
     "messages": [{"role": "system", "content": "..."}, {"role": "user", "content": "hi"}, ...],
     "tools": [{"type": "function", "function": {...}}], "metadata": {...}}

`messages` and `tools` are lists of JSON objects in OpenAI form, arguments as objects, content always a string, absent
keys left out; the first message is the system's, the last one the assistant's.
"""

from __future__ import annotations

from schemas.base import Json, Record
from schemas.checklist import Checklist
from schemas.judgement import Judgement


class SftRow(Record):
    """One training conversation. Flat columns are for filtering; everything else is in `metadata`.

    Attributes:
        zero_gain_turns: reads and questions of the agent that told it nothing new.
        information_gain: per message, the bits by which a turn of the agent narrowed down what is wanted; None for
            other messages, and where there is nothing to measure.
        num_tasks: tasks that follow one another in it. What the columns say of a task they say of the first one, which
            was ordered; turns and calls are counted over all. The others are in `metadata`, under `further`.
        checklist: what each turn must achieve; None where the recipe does not ask for it.
        judgement: what a judge found where no rule decides; None where nobody was asked, or nothing is open.
    """

    id: str
    domain: str
    kind: str
    split: str
    num_writes: int
    burden: int
    plausible_burden: int
    num_turns: int
    num_tool_calls: int
    num_read_calls: int
    num_write_calls: int
    max_parallel_calls: int
    zero_gain_turns: int
    disclosure: str
    register: str
    behavior: str
    reward: float
    generator_model: str
    task_id: str
    num_tasks: int
    messages: list[dict[str, Json]]
    tools: list[dict[str, Json]]
    information_gain: list[float | None]
    metadata: dict[str, Json]
    checklist: Checklist | None = None
    judgement: Judgement | None = None
