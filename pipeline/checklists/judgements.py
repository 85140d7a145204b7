"""What a judge found in the kept rows of a run, item by item; and which items still wait for one.

judged = judgements_in(checklist texts, judgement texts)
judged.kinds["reply.*"].met, judged.kinds["reply.*"].refused     # 312, Counter({"false_quote": 4})
judged.line()     # "Judge: http:judge-1 looked at 320 items that no rule decides: 312 are met, 4 are not, 4 stay open."
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from pipeline.json_rows import FormError
from schemas.base import Json
from schemas.judgement import Judgement

_NUMBERED = re.compile(r"\d+")
_OPEN = '"judge":"llm"'


@dataclass
class Kind:
    """Items of one kind: what was found, and why nothing was."""

    met: int = 0
    missed: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@dataclass
class Field:
    """A field of profiles, in dialogues.

    Attributes:
        read: a judge read it.
        agrees: it read what the profile has.
        refused: what it read does not stand.
        rule: the rule read it.
        both: both did.
    """

    read: int = 0
    agrees: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    rule: int = 0
    both: int = 0


@dataclass
class Judgements:
    """Counts over kept rows.

    Attributes:
        waiting: items that wait for a judge: nobody was asked about them.
        kinds: "reply.*" -> what was found.
        fields: "hobby" -> what was read of profiles.
        engines: who judged.
        repaired: dialogues of which a judge was asked once more.
    """

    waiting: int = 0
    kinds: dict[str, Kind] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    engines: set[str] = field(default_factory=set)
    repaired: int = 0

    def line(self) -> str:
        """Says it in a line; "" where there is nothing to say."""
        met, missed = (sum(getattr(each, name) for each in self.kinds.values()) for name in ("met", "missed"))
        refused = sum(each.refused.total() for each in self.kinds.values())
        parts = []
        if self.kinds:
            again = f" (of {self.repaired:,} dialogues it was asked once more)" if self.repaired else ""
            parts.append(
                f"{', '.join(sorted(self.engines))} looked at {met + missed + refused:,} items that no rule decides: "
                f"{met:,} are met, {missed:,} are not, {refused:,} stay open{again}"
            )
        if self.waiting:
            parts.append(f"{self.waiting:,} items wait for a judge (`engines: {{judge: ...}}`) and count for no score")
        said = [f"Checklists: {'; '.join(parts)}."] if parts else []
        if self.fields:
            read, agrees, rule, both = (
                sum(getattr(each, name) for each in self.fields.values()) for name in ("read", "agrees", "rule", "both")
            )
            said.append(
                f"Profiles: {', '.join(sorted(self.engines))} read {read:,} fields back, {agrees:,} of them as the "
                f"profile has them; the rule read {rule:,} facts, {both:,} of them were read by both."
            )
        return " ".join(said)


def judgements_in(checklists: Iterable[str], judgements: Iterable[str]) -> Judgements:
    """Counts over the columns `checklist` and `judgement` of kept rows."""
    found = Judgements()
    for checklist, text in zip(checklists, judgements, strict=True):
        if text == "null":
            found.waiting += checklist.count(_OPEN)
            continue
        judgement = msgspec.json.decode(text, type=Judgement)
        found.engines.add(judgement.engine)
        found.repaired += judgement.repaired
        for item, finding in judgement.items.items():
            kind = found.kinds.setdefault(_NUMBERED.sub("*", item), Kind())
            kind.met += finding.met
            kind.missed += not finding.met
        for name, reading in judgement.profile.items():
            one = found.fields.setdefault(name.rpartition(".")[2], Field())
            one.read += bool(reading.value)
            one.agrees += reading.agrees
            one.rule += bool(reading.rule)
            one.both += bool(reading.value and reading.rule)
        for item, why in judgement.refused.items():
            if item.startswith("profile"):
                found.fields.setdefault(item.rpartition(".")[2], Field()).refused[why] += 1
                continue
            found.kinds.setdefault(_NUMBERED.sub("*", item), Kind()).refused[why] += 1
    return found


def verdicts_of(row: Mapping[str, Any]) -> dict[str, bool]:
    """Returns what a judge says of a dialogue: the `verdicts` of its row, else its `judgement`, if it has either.

    Raises:
        FormError: they are not what they should be.
    """
    found: Json = row.get("verdicts")
    if found is not None:
        # In Parquet a row has the keys of all rows.
        given = {item: each for item, each in found.items() if each is not None} if isinstance(found, dict) else None
        if given is None or not all(isinstance(each, bool) for each in given.values()):
            raise FormError('its verdicts are none; give {"reply.0": true, ...}')
        return given
    found = row.get("judgement")
    if found is None:
        return {}
    try:
        value = orjson.loads(found) if isinstance(found, str) else found
        return {item: each.met for item, each in msgspec.convert(value, Judgement).items.items()}
    except (orjson.JSONDecodeError, msgspec.ValidationError) as error:
        raise FormError(f"its judgement is none ({error})") from error
