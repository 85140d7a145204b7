"""What an agent looked through before it names a winner: how many orders, the versions of which items."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.program import Call
from tool_specs.phrasing.english import lower_name, number, plural
from tool_specs.phrasing.meaning import Level
from tool_specs.phrasing.outcomes import Outcome
from tool_specs.programs import BindingRow, passes


def looked_at(got: Outcome, everything: Sequence[BindingRow]) -> str:
    """Says what was gone through; `everything` are the rows that filters left out too, as far as they are known."""
    return _rows_read(got) if got.away is None else _versions_of(got, everything, got.away)


def _rows_read(got: Outcome) -> str:
    """Says how many of the rows were read: "I went through all seven of your orders.", or nothing."""
    calls = [step for step in got.sense.program.steps if isinstance(step, Call)]
    used = got.selection.used[got.place] if got.place < len(got.selection.used) else frozenset()
    for level in got.levels:
        if isinstance(level.step, Call) and level.own and level.step in calls:
            count = sum(1 for n in used if got.selection.reads[n].tool == level.step.tool)
            if count > 1:
                both = "both" if count == 2 else f"all {number(count)}"
                if got.sense.fact is not None:
                    return f"I looked at {both} {level.words.plural}."
                frames = (
                    "I went through {} of your {}.",
                    "I've checked {} of your {}.",
                    "I looked at {} of your {}.",
                    "I've had a look at {} of your {}.",
                    "I compared {} of your {}.",
                    "I have {} of your {} open in front of me.",
                    "I have {} of your {} side by side now.",
                )
                return _whose(got.rng.choice(frames), level).format(both, level.words.plural)
    return ""


def _versions_of(got: Outcome, everything: Sequence[BindingRow], away: Level) -> str:
    """Says what was compared of what: "I compared all in-stock versions of your five delivered items."."""
    outer = [rule for rule in got.sense.program.where if got.is_outer(rule, away)]
    fitting = [row for row in everything or got.candidates if all(passes(rule, row) for rule in outer)]
    count = len({id(row.get(away.name)) for row in fitting})
    other = "other " if got.sense.excluded else ""
    versions = f"{other}{got.filters()}{got.level.words.plural}"
    nouns = [rule.value for rule in outer if got.is_noun(rule)]
    one = lower_name(str(nouns[0])) if nouns else away.words.singular
    many = plural(one) if nouns else away.words.plural
    owned = f"{got.filters(away=True)}{one}" if count == 1 else f"{number(count)} {got.filters(away=True)}{many}"
    frames = (
        "I compared all {} of your {}.",
        "I've compared all {} of your {}.",
        "I went through all {} of your {}.",
        "I looked at all {} of your {}.",
        "I've checked all {} of your {}.",
    )
    return _whose(got.rng.choice(frames), away).format(versions, owned)


def _whose(frame: str, level: Level) -> str:
    return frame if level.words.scope else frame.replace(" of your ", " of the ")
