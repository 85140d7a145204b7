"""Profile: who a user is, read back from the dialogue by a judge, beside what the rule reads and what the profile says.

    hear({"fields": [{"field": "hobby", "value": "chess", "quote": "I'm really into chess"}]}, ..., profile, messages)
    -> Heard({"profile.hobby": Reading(value="chess", quote="I'm really into chess", agrees=True)})

USP's cycle (arXiv 2502.18968): a user who is what its profile says lets it be read back. What no words of the user show
is not read, and no fault; the rule (`stages/behaviors/profile_words.py`) reads facts only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, get_args

from msgspec import structs

from schemas.base import Json
from schemas.judgement import Reading, Refused
from schemas.message import Message
from schemas.profile import BigFive, FactName, Level, Profile
from stages.behaviors.profile_words import read_back
from stages.judge_dialogues.asking import Heard, stands

WHOLE = "profile"
"""What is refused where nothing of an answer can be read; a field alone is `profile.hobby`."""
_FACTS: tuple[str, ...] = get_args(FactName)
_YES = ("no", "yes")
VALUES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(get_args(BigFive), get_args(Level)),
    "polite": _YES,
    "casual": _YES,
}
"""Fields that have one of a few values; facts have any."""
FIELDS = (*_FACTS, *VALUES)
SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string", "enum": list(FIELDS)},
                    "value": {"type": "string"},
                    "quote": {"type": "string"},
                },
                "required": ["field", "value", "quote"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["fields"],
    "additionalProperties": False,
}
_WORD = re.compile(r"\w+")


def hear(
    answer: Mapping[str, Any] | None, names: Collection[str], profile: Profile, messages: Sequence[Message]
) -> Heard[Reading]:
    """Reads an answer.

    Args:
        answer: its JSON, None where it had none.
        names: `profile` for all fields, or those that it shall be about.
        profile: the user's own.
        messages: the dialogue.
    """
    said = answer.get("fields") if answer else None
    if not isinstance(said, list):
        return Heard(refused=dict.fromkeys(names, "unusable"))
    users = [message for message in messages if message.role == "user"]
    heard = Heard[Reading]()
    for field in FIELDS:
        name = f"{WHOLE}.{field}"
        own = [each for each in said if isinstance(each, dict) and each.get("field") == field]
        if own and (name in names or WHOLE in names):
            reading = _reading(field, own, profile, users)
            if isinstance(reading, Reading):
                heard.found[name] = reading
            else:
                heard.refused[name] = reading
    return heard


def _reading(
    field: str, said: Sequence[Mapping[str, Any]], profile: Profile, users: Sequence[Message]
) -> Reading | Refused:
    if len(said) != 1:
        return "judged_twice"
    value, quote = said[0].get("value"), said[0].get("quote")
    if not isinstance(value, str) or not isinstance(quote, str) or not value.strip():
        return "unusable"
    if field in VALUES and value not in VALUES[field]:
        return "unusable"
    if not stands(quote, users):
        return "false_quote"
    return Reading(value=value, quote=quote, agrees=_agrees(field, value, profile))


def beside_rule(found: Mapping[str, Reading], messages: Sequence[Message]) -> dict[str, Reading]:
    """Returns what a judge read, with what the rule reads beside it."""
    by_rule = read_back(message.content for message in messages if message.role == "user")
    rules = {f"{WHOLE}.{fact}": " or ".join(sorted(values)) for fact, values in by_rule.items()}
    names = (f"{WHOLE}.{field}" for field in FIELDS)
    return {
        name: structs.replace(found.get(name, Reading()), rule=rules.get(name, ""))
        for name in names
        if name in found or name in rules
    }


def _agrees(field: str, value: str, profile: Profile) -> bool:
    """Whether a value is the profile's; of a fact it may say more ("a nurse at night")."""
    if field in VALUES:
        return value == told(profile).get(field)
    own, said = (_WORD.findall(each.lower()) for each in (told(profile).get(field, ""), value))
    return bool(own) and any(said[place : place + len(own)] == own for place in range(len(said)))


def told(profile: Profile) -> dict[str, str]:
    """Returns what a profile says of each field that it has."""
    style = {"polite": _YES[profile.style.polite], "casual": _YES[profile.style.casual]}
    facts = {str(fact): value for fact, value in profile.facts.items()}
    return {**facts, **{str(trait): level for trait, level in profile.big_five.items()}, **style}
