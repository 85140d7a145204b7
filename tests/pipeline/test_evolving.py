"""`writ evolve` against a synthetic reference: dialogues that the simulator itself made under other weights."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipeline.behavior_space import space_of
from pipeline.cli import app
from pipeline.errors import RecipeError
from pipeline.evolving import LEAST, write_found
from pipeline.recipe_file import load_recipe
from pipeline.worlds import with_folders
from schemas.dialogue import Dialogue
from stages.base import Services
from stages.behaviors.space import SPACE, by_name, weighted
from stages.diversify_behaviors import DiversifyBehaviors
from stages.evolution.ideas import taken
from stages.export_rows import openai_messages
from stages.simulate_dialogues import SimulateDialogues
from tests.pipeline.engines.served import served
from tests.stages.proven import proven, world

RECIPE = """\
name: mine
domains: [{name: retail, world: {size: 150, seed: 3}}]
tasks: {write_intensive: 1.0}
grid: {decisions: {1: 1.0}}
"""
TERSE = weighted(
    SPACE, {"register": {"terse": 1.0}, "disclosure": {"only_when_asked": 1.0}, "traits": {"impatience": 0.9}}
)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthetic people: all terse, all in a hurry."""
    services, lines = Services(sandboxes={"retail": world("retail")}), []
    for scenario in proven("retail", (("write_intensive", 1, 2),), times=30):
        for one in DiversifyBehaviors(per_task=1, space=TERSE).scenarios(scenario.task, world("retail").domain):
            (made,) = asyncio.run(SimulateDialogues().process(one, services))
            assert isinstance(made, Dialogue)
            lines.append(json.dumps({"messages": list(openai_messages(made.messages))}))
    path = tmp_path_factory.mktemp("people") / "synthetic.jsonl"
    path.write_text("\n".join(lines))
    return path


def evolve(folder: Path, reference: Path, *more: str) -> tuple[int, str]:
    (folder / "mine.yaml").write_text(RECIPE)
    options = ["--reference", str(reference), "--out", str(folder / "evolved.yaml"), "--tasks", "20", *more]
    done = CliRunner().invoke(app, ["evolve", str(folder / "mine.yaml"), *options])
    return done.exit_code, done.stderr


def test_users_come_nearer_to_the_reference_and_the_weights_make_a_recipe(tmp_path: Path, people: Path) -> None:
    assert evolve(tmp_path, people, "--generations", "5", "--children", "6") == (0, "")
    told = json.loads((tmp_path / "evolved.json").read_text())
    assert told["reference"] == {"name": "synthetic.jsonl", "dialogues": 30}
    last = [each for each in told["tried"] if each["users"] == 10]
    best = max(last, key=lambda each: each["total"])
    assert best["total"] > told["before"]["total"] + 0.02
    found = yaml.safe_load((tmp_path / "evolved.yaml").read_text())
    assert found["behaviors"] == best["weights"]
    (tmp_path / "next.yaml").write_text(RECIPE + yaml.safe_dump(found))
    assert load_recipe(tmp_path / "next.yaml").behaviors.weights["register"] == best["weights"]["register"]


def test_too_few_people_say_nothing(tmp_path: Path, people: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(people.read_text().splitlines()[: LEAST - 1]))
    code, told = evolve(tmp_path, few)
    assert code == 2
    assert f"has 19 dialogues of people; {LEAST} are needed" in told
    assert not (tmp_path / "evolved.yaml").exists()


def test_dialogues_out_of_form_are_told_and_the_rest_is_used(tmp_path: Path, people: Path) -> None:
    mixed = tmp_path / "mixed.jsonl"
    mixed.write_text(people.read_text() + '\n{"messages": 3}\n')
    code, told = evolve(tmp_path, mixed, "--generations", "1", "--children", "1")
    assert code == 1
    assert "mixed.jsonl:31" in told
    assert (tmp_path / "evolved.yaml").exists()


@pytest.mark.slow
def test_a_model_behind_an_endpoint_proposes_behaviours_that_make_a_recipe(tmp_path: Path, people: Path) -> None:
    small = ("--generations", "3", "--children", "4")
    with served(tmp_path, tmp_path / "none") as server:
        named = ("--proposer", server.url, "--model", "scripted")
        assert evolve(tmp_path, people, *small, *named) == (0, "")
        assert len(server.counts()) == 6 and set(server.counts().values()) == {1}
    told = json.loads((tmp_path / "evolved.json").read_text())
    assert told["proposer"] == {"engine": server.url, "asked": 6, "used": 18, "dropped": {}}
    proposed = {name for each in told["tried"] for name in each["weights"]["traits"]} - {*by_name(SPACE)}
    assert len(proposed) >= 3
    # The best candidate, whichever it is, makes a recipe; with its own behaviours, if it has some.
    found = yaml.safe_load((tmp_path / "evolved.yaml").read_text())["behaviors"]
    own = {*found["traits"]} - {*by_name(SPACE)}
    assert ("file" in found) >= bool(own)
    (tmp_path / "next.yaml").write_text(RECIPE + yaml.safe_dump({"behaviors": found}))
    assert load_recipe(tmp_path / "next.yaml").behaviors.weights["traits"] == found["traits"]


@pytest.mark.slow
def test_an_endpoint_that_answers_nonsense_leaves_the_search_to_chance(tmp_path: Path, people: Path) -> None:
    (tmp_path / "by_chance").mkdir()
    small = ("--generations", "2", "--children", "2")
    assert evolve(tmp_path / "by_chance", people, *small) == (0, "")
    with served(tmp_path, tmp_path / "none", "--fault", "loop=1") as server:
        assert evolve(tmp_path, people, *small, "--proposer", server.url, "--model", "scripted") == (0, "")
    assert (tmp_path / "evolved.yaml").read_bytes() == (tmp_path / "by_chance" / "evolved.yaml").read_bytes()
    told = json.loads((tmp_path / "evolved.json").read_text())
    assert told["proposer"]["dropped"] == {"unusable": 2} and told["proposer"]["used"] == 0


def test_proposed_behaviours_stand_in_a_file_that_the_recipe_names(tmp_path: Path) -> None:
    words = ["Oh dear.", "What a day."]
    idea = {"axis": "temper", "behavior": "sighs", "definition": "d", "present": "p", "words": words, "weight": 0.2}
    space = taken(SPACE, {"behaviors": [idea]}).space
    write_found(space, tmp_path / "evolved.yaml", "by a test")
    (tmp_path / "next.yaml").write_text(RECIPE + (tmp_path / "evolved.yaml").read_text())
    recipe = with_folders(load_recipe(tmp_path / "next.yaml"), tmp_path)
    again = space_of(recipe.behaviors, tmp_path)
    assert by_name(again)["sighs"].words == ("Oh dear.", "What a day.")
    assert {each.behavior: round(each.weight, 3) for each in again.behaviors} == {
        each.behavior: round(each.weight, 3) for each in space.behaviors
    }


def test_no_run_asks_a_proposer(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(RECIPE + "engines: {proposer: {http: {base_url: 'http://127.0.0.1:9/v1', model: m}}}\n")
    with pytest.raises(RecipeError, match="name it at `writ evolve --proposer`"):
        load_recipe(path)
