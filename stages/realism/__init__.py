"""Realism: how the users of dialogues compare with people, in numbers; text statistics only, no language model.

A leaf that card, report and `writ realism` use; it is no stage. `usi` has the features of the User-Sim Index (D1 to D4)
and their comparison, `userlm` what UserLM measures and needs no model, `measure` all of it over many dialogues::

    >>> turns = (("user", "hi, please renew my book"), ("agent", "Which one?"), ("user", "the red one"))
    >>> measured = measure([Talk(turns)])
    >>> measured.features["short"], measured.features["polite"]
    (0.5, 0.5)
    >>> compare(measured.features, PUBLISHED.means).dice["short"]
    0.7341772151898734
"""

from stages.realism.measure import Realism, measure
from stages.realism.talk import Talk
from stages.realism.usi import DIMENSIONS, PUBLISHED, TOLERANCE, VERSION, Comparison, Reference, compare

__all__ = [
    "DIMENSIONS",
    "PUBLISHED",
    "TOLERANCE",
    "VERSION",
    "Comparison",
    "Realism",
    "Reference",
    "Talk",
    "compare",
    "measure",
]
