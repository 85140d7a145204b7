"""Files of personas: a tiny one with Nemotron-Personas' columns, and what cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.commands import run_recipe
from pipeline.errors import UserError
from pipeline.profile_file import profiles_of
from pipeline.run_folder import RunFolder

ROW = {
    "uuid": "u1",
    "persona": "Ann Miller of Springfield loves chess.",
    "age": 34,
    "occupation": "registered_nurse",
    "education_level": "bachelors",
    "hobbies_and_interests_list": "['Chess', 'Baking']",
    "skills_and_expertise_list": ["Wound care"],
    "city": "Springfield",
}


def written(path: Path, *rows: dict[str, Any]) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def test_facts_that_can_be_mentioned_are_read_and_no_names_or_places(tmp_path: Path) -> None:
    (one,) = profiles_of(written(tmp_path / "people.parquet", ROW))
    assert one.facts["hobby"] in ("chess", "baking")
    assert {fact: value for fact, value in one.facts.items() if fact != "hobby"} == {
        "age": "34",
        "occupation": "registered nurse",
        "education": "bachelor's degree",
        "skill": "wound care",
    }
    assert one.origin == "file:people.parquet#0"
    assert (one,) == profiles_of(tmp_path / "people.parquet")


def test_rows_that_say_nothing_are_left_out(tmp_path: Path) -> None:
    silent = {**ROW, "age": None, "occupation": "no_occupation", "education_level": "9th_12th_no_diploma"}
    silent |= {"hobbies_and_interests_list": "[", "skills_and_expertise_list": ["a, b"]}
    (one,) = profiles_of(written(tmp_path / "people.parquet", silent, {**ROW, "occupation": "DJ"}))
    assert one.origin.endswith("#1")
    with pytest.raises(UserError, match="no row says anything in age, occupation"):
        profiles_of(written(tmp_path / "silent.parquet", silent))


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("no parquet")
    with pytest.raises(UserError, match="cannot be read as Parquet"):
        profiles_of(tmp_path / "text.parquet")
    with pytest.raises(UserError, match="has none of the columns age, occupation"):
        profiles_of(written(tmp_path / "other.parquet", {"text": "hi"}))


def test_a_run_takes_its_people_from_the_file(tmp_path: Path) -> None:
    rows = [{**ROW, "uuid": f"u{age}", "age": age} for age in range(20, 40)]
    written(tmp_path / "people.parquet", *rows)
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "name: mine\ncount: 6\ndomains: [{name: retail, world: {size: 60, seed: 2}}]\ntasks: {information: 1.0}\n"
        "profiles: {file: people.parquet}\n"
    )
    assert run_recipe(recipe, None, None, None, tmp_path / "run", None, "inline") == 0
    for row in RunFolder(tmp_path / "run").rows():
        profile = row.metadata["behavior"]["profile"]
        assert profile["origin"].startswith("file:people.parquet#")
        assert profile["style"]["register"] == row.register
