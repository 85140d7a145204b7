"""Profiles: who a user is beside the task, generated from a seed and the person, or taken from a file's.

    generated(7, "ann")      -> Profile(facts={"occupation": "furrier", "age": "34", ...}, big_five={...}, style=...)

The same person is the same in all of its dialogues. Nothing here looks at a task. Levels of the Big Five are drawn one
by one (low, middle and high as often as a normal distribution has them beyond one deviation); what of the style goes
with them (agreeable people are polite more often, conscientious ones leave out capitals less often) is WRIT's choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from schemas.base import content_id, digest
from schemas.profile import BigFive, FactName, Level, Profile, Style
from tool_specs.dice import Dice

_LEVELS: tuple[tuple[Level, float], ...] = (("low", 0.16), ("middle", 0.68), ("high", 0.16))
_POLITE: dict[Level, float] = {"low": 0.25, "middle": 0.55, "high": 0.85}
_CASUAL: dict[Level, float] = {"low": 0.8, "middle": 0.5, "high": 0.2}
_FACTS = 4
"""Facts of a generated profile."""
_DRAWS = 24
_PERSONS = ("er", "or", "ist", "ian", "ant", "man", "ress", "maid", "teacher", "clerk", "dealer")
"""How the names of occupations end that a person can be: "a lineman", and not "an arts"."""
_HOUSEHOLD = (
    "two small kids", "a baby", "three flatmates", "twins", "a teenager", "my parents", "a new puppy", "four cats",
    "an old dog", "my sister's kids", "builders", "visitors",
)  # fmt: skip
_HOBBY = (
    "climbing", "baking", "gardening", "chess", "birdwatching", "pottery", "running", "old radios", "model trains",
    "quilting", "fishing", "board games", "drawing", "choir practice", "woodwork", "cycling", "astronomy", "salsa",
)  # fmt: skip
_SKILL = (
    "engines", "spreadsheets", "wine", "tax law", "horses", "plumbing", "dogs", "old furniture", "violins", "soil",
    "sailing boats", "medieval history", "clocks", "wiring",
)  # fmt: skip


def generated(seed: int, person: str) -> Profile:
    """Returns a person's profile; the same on every machine with the same version of mimesis."""
    from mimesis import Food, Locale, Person  # its tables are read when somebody wants a profile

    dice = Dice("profile", seed, person)
    own = int(digest(["profile", seed, person])[:8], 16)
    words, food = Person(locale=Locale.EN, seed=own), Food(locale=Locale.EN, seed=own)
    jobs = (words.occupation() for _ in range(_DRAWS))
    languages = (words.language() for _ in range(_DRAWS))
    drawn: dict[FactName, str] = {
        "age": str(dice.between(19, 84)),
        "occupation": next((job.lower() for job in jobs if job.lower().endswith(_PERSONS)), "teacher"),
        "education": {"Bachelor": "bachelor's degree", "Master": "master's degree"}.get(words.academic_degree(), "PhD"),
        "household": dice.pick(_HOUSEHOLD),
        "hobby": dice.pick(_HOBBY),
        "skill": dice.pick(_SKILL),
        "language": next((language for language in languages if language != "English"), "Spanish"),
        "dish": food.dish().lower(),
    }
    names = sorted(dice.shuffled(list(drawn))[:_FACTS])
    return profile_of(f"generated:seed={seed}", {name: drawn[name] for name in names}, dice)


def profile_of(origin: str, facts: dict[FactName, str], dice: Dice) -> Profile:
    """Returns a profile with these facts; what they do not say is drawn."""
    traits: tuple[BigFive, ...] = get_args(BigFive)
    big_five = {trait: dice.weighted(list(_LEVELS)) for trait in traits}
    style = Style(
        register="neutral",
        polite=dice.chance(_POLITE[big_five["agreeableness"]]),
        casual=dice.chance(_CASUAL[big_five["conscientiousness"]]),
    )
    return Profile(
        id=content_id("profile", origin, dict(facts), dict(big_five), style.polite, style.casual),
        origin=origin,
        facts=facts,
        big_five=big_five,
        style=style,
    )


def one_of(profiles: Sequence[Profile], person: str) -> Profile:
    """Returns the one of a file's profiles that is a person's."""
    return profiles[int(digest(["profile", person])[:8], 16) % len(profiles)]
