"""Behavior: how this user tells the task. It changes the telling, never the goal. And the space that it is drawn from.

Example row::

    {"id": "behavior-77aa...", "task_id": "task-0a1b...", "disclosure": "drip", "register": "terse",
     "traits": ["typos", "slip"], "seed": 4711, "instruction": "You write short messages ..."}
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas.base import Record
from schemas.message import Message
from schemas.profile import Profile
from schemas.task import Task


class Axis(Record):
    """One way in which users differ.

    Attributes:
        pick: of its behaviours, exactly `one` holds for every user, or at `most_one`.
    """

    name: str
    definition: str
    pick: Literal["one", "most_one"] = "most_one"


class Playbook(Record):
    """One behaviour of an axis (the form is that of PPol, arXiv 2605.12894).

    Attributes:
        behavior: its name, unique among all axes.
        definition: what it is, for whoever reads the data set.
        present: what a language model is told to do that shows it.
        absent: what one is told that does not show it; "" for nothing.
        fits: the predicate on tasks that leaves room for it (`stages.behaviors.rules`); "": every task does.
        rule: what a scripted user does (`stages.simulate_dialogues.habits`); "": no script can play it.
        detector: what finds it in a finished dialogue (`stages.behaviors.detectors`).
        pattern: for the detector `words`: a regular expression that a user's message must match.
        words: for the rule `remark`: what a scripted user says, once.
        excludes: behaviours that do not go with it.
        weight: its share of the users on an axis of which one holds, else the chance that it holds.
    """

    axis: str
    behavior: str
    definition: str
    present: str
    detector: str
    absent: str = ""
    fits: str = ""
    rule: str = ""
    pattern: str = ""
    words: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    weight: float = 0.0


class BehaviorSpace(Record):
    """All axes and behaviours that users are drawn from."""

    axes: tuple[Axis, ...]
    behaviors: tuple[Playbook, ...]


class Behavior(Record):
    """A user's manner.

    Attributes:
        disclosure, register: the behaviours on these two axes: how facts come out, and how the user writes.
        traits: the behaviours on all other axes, in the order of the space.
        own: playbooks of these behaviours that are not WRIT's, from a file of the recipe's own.
        instruction: the text an LLM user follows.
        profile: who the user is beside the task; unset where the recipe wants none.
        planned: the disclosure and traits that were planned, where a model showed others, which are those above.
    """

    id: str
    task_id: str
    seed: int
    disclosure: str
    register: str
    traits: tuple[str, ...] = ()
    own: tuple[Playbook, ...] = ()
    instruction: str = ""
    profile: Profile | UnsetType = UNSET
    planned: tuple[str, ...] | UnsetType = UNSET


class Episode(Record):
    """What came before in the same dialogue.

    Attributes:
        messages: up to the point where the next task is raised; the good-bye is left out.
        task: what they were about; None where they were given from outside, and nobody knows.
        behavior: how it was told.
    """

    messages: tuple[Message, ...]
    task: Task | None = None
    behavior: Behavior | None = None


class Scenario(Record):
    """A task and the manner in which it is told: what a dialogue is simulated from.

    Attributes:
        before: earlier episodes of the session, oldest first.
    """

    id: str
    task: Task
    behavior: Behavior
    before: tuple[Episode, ...] = ()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the whole session, as far as they are known; this one comes last."""
        return (*(episode.task for episode in self.before if episode.task is not None), self.task)

    @property
    def said_before(self) -> tuple[Message, ...]:
        """All messages of the earlier episodes."""
        return tuple(message for episode in self.before for message in episode.messages)
