"""Behavior: how this user tells the task. It changes the telling, never the goal.

Example row::

    {"id": "behavior-77aa...", "task_id": "task-0a1b...", "disclosure": "drip", "register": "terse",
     "traits": ["typos", "slip"], "seed": 4711, "instruction": "You write short messages ..."}
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas.base import Record
from schemas.profile import Profile
from schemas.profile import Register as Register
from schemas.task import Task

Disclosure = Literal["all_at_once", "drip", "only_when_asked", "vague_start"]
Trait = Literal["typos", "impatience", "slip", "change_of_mind", "refuse_first", "off_topic", "multi_request"]


class Behavior(Record):
    """A user's manner.

    Attributes:
        traits: what happens in this dialogue: typing errors, impatience, an information slip that is corrected, a
            change of mind before the write, a first refusal to confirm, an off-topic turn, and whether several
            requests come as one (`multi_request`: all announced together) instead of one after the other.
        instruction: the text an LLM user follows.
        profile: who the user is beside the task; unset where the recipe wants none.
    """

    id: str
    task_id: str
    seed: int
    disclosure: Disclosure
    register: Register
    traits: tuple[Trait, ...] = ()
    instruction: str = ""
    profile: Profile | UnsetType = UNSET


class Scenario(Record):
    """A task and the manner in which it is told: what a dialogue is simulated from."""

    id: str
    task: Task
    behavior: Behavior
