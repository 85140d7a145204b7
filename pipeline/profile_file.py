"""Profiles of a Parquet file with the columns of Nemotron-Personas (or of one like it).

    profiles_of(Path("personas.parquet"))      # -> (Profile(facts={"occupation": "nurse", "age": "34", ...}), ...)

Read are `age`, `occupation`, `education_level`, `hobbies_and_interests_list` and `skills_and_expertise_list`, the first
`MOST` rows that have any of them. Names, places and prose are not: they would contradict the world. WRIT ships no such
file; whoever names one keeps to its licence (Nemotron-Personas: CC BY 4.0, to be named in the card).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import UserError
from schemas.base import Json
from schemas.profile import FactName, Profile
from stages.behaviors.profiles import profile_of
from tool_specs.dice import Dice

MOST = 2_000
COLUMNS = ("age", "occupation", "education_level", "hobbies_and_interests_list", "skills_and_expertise_list")
_EDUCATION = {
    "high_school": "high school diploma", "associates": "associate degree", "bachelors": "bachelor's degree",
    "graduate": "master's degree",
}  # fmt: skip
_LONGEST = 40
"""Letters of a fact that somebody mentions in passing."""
_NO_JOB = frozenset({"", "no_occupation", "not_in_workforce", "unemployed", "none"})


def profiles_of(path: Path) -> tuple[Profile, ...]:
    """Reads a file.

    Raises:
        UserError: it cannot be read, has none of the columns, or no row with a fact.
    """
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(f"{path}: cannot be read as Parquet ({error}); name a Parquet file of personas") from error
    there = [name for name in COLUMNS if name in file.schema_arrow.names]
    if not there:
        raise UserError(f"{path}: has none of the columns {', '.join(COLUMNS)}; give a file like Nemotron-Personas")
    found: list[Profile] = []
    for number, row in enumerate(_rows(file, there)):
        origin = f"file:{path.name}#{number}"
        dice = Dice("profile", origin)
        facts = dict(_facts(row, dice))
        if facts:
            found.append(profile_of(origin, facts, dice))
        if len(found) == MOST:
            break
    if not found:
        raise UserError(f"{path}: no row says anything in {', '.join(there)} that could be mentioned")
    return tuple(found)


def _rows(file: Any, columns: list[str]) -> Iterator[dict[str, Json]]:
    for batch in file.iter_batches(batch_size=MOST, columns=columns):
        yield from batch.to_pylist()


def _facts(row: dict[str, Json], dice: Dice) -> Iterator[tuple[FactName, str]]:
    age, job = row.get("age"), str(row.get("occupation") or "")
    if isinstance(age, int) and not isinstance(age, bool):
        yield "age", str(age)
    if job not in _NO_JOB:
        yield from _short("occupation", job.replace("_", " ").lower())
    yield from _short("education", _EDUCATION.get(str(row.get("education_level") or ""), ""))
    if hobbies := _listed(row.get("hobbies_and_interests_list")):
        yield from _short("hobby", _small(dice.pick(hobbies)))
    if skills := _listed(row.get("skills_and_expertise_list")):
        yield from _short("skill", _small(dice.pick(skills)))


def _short(name: FactName, value: str) -> Iterator[tuple[FactName, str]]:
    if value and len(value) <= _LONGEST and not set(value) & set(".,!?;:"):
        yield name, value


def _small(text: str) -> str:
    """Returns a text as it stands in a sentence: with a small first letter, unless it is a name."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _listed(value: Json) -> list[str]:
    """Returns a list that may be written as text: "['chess', 'baking']"."""
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return []
    return [each.strip() for each in value if isinstance(each, str)] if isinstance(value, list) else []
