"""Habits: what scripted users do by their behaviours, under the names that playbooks use as rules.

A habit says what it does at which occasion (`telling.Habit`): in the first message, in place of an answer, in place of
a yes, beside an answer, or to the text as it is typed. Where several have something to do, the order is `HABITS`'s.
"""

from __future__ import annotations

from stages.behaviors.space import playbooks_of
from stages.simulate_dialogues.habits.naming import Misnaming
from stages.simulate_dialogues.habits.picking import PicksFromList
from stages.simulate_dialogues.habits.remarks import Feedback, Impatience, OffTopic, Remark
from stages.simulate_dialogues.habits.second_thoughts import ChangeOfMind, CorrectsOther, RefuseFirst, Revises, Slip
from stages.simulate_dialogues.habits.tempers import Frustration, Scepticism
from stages.simulate_dialogues.habits.typing import Bursts, CodeSwitching, Typos
from stages.simulate_dialogues.telling import Habit, Telling

HABITS: dict[str, type[Habit]] = {
    "off_topic": OffTopic,
    "impatience": Impatience,
    "frustration": Frustration,
    "remark": Remark,
    "gives_feedback": Feedback,
    "slip": Slip,
    "stale_identity": Slip,
    "change_of_mind": ChangeOfMind,
    "revises": Revises,
    "corrects_other": CorrectsOther,
    "scepticism": Scepticism,
    "refuse_first": RefuseFirst,
    "picks_from_list": PicksFromList,
    "picks_by_exclusion": PicksFromList,
    "misnaming": Misnaming,
    "code_switching": CodeSwitching,
    "burstiness": Bursts,
    "typos": Typos,
}
WOVEN = frozenset(
    {
        *(
            "all_at_once",
            "drip",
            "only_when_asked",
            "vague_start",
            "neutral",
            "terse",
            "chatty",
            "multi_request",
            "in_pairs",
        ),
        *("lacks_number", "lacks_identity", "partial_identity"),
    }
)
"""Rules that are no habit: how things are raised and told (`telling.py`), and worded (`manner.py`)."""
RULES = HABITS.keys() | WOVEN
"""What playbooks may name as a rule."""


def habits_of(user: Telling) -> tuple[Habit, ...]:
    """Returns a user's habits."""
    playbooks = playbooks_of(user.behavior).values()
    return tuple(kind(user, each) for rule, kind in HABITS.items() for each in playbooks if each.rule == rule)
