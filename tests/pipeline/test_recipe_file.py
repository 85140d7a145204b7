from pathlib import Path

import pytest

from pipeline.behavior_space import space_of
from pipeline.errors import RecipeError
from pipeline.recipe_file import load_recipe
from tests.tool_specs.test_yaml_text import BOMBS

RECIPES = Path(__file__).parents[2] / "recipes"
HEAD = "name: mine\ndomains: [{name: retail}]\n"


def load(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return load_recipe(path)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_recipes_that_come_along_are_sound(path):
    assert load_recipe(path).count >= 1


def test_the_shortest_recipe_has_sensible_defaults(tmp_path):
    recipe = load(tmp_path, HEAD)
    assert (recipe.count, recipe.behaviors_per_task, recipe.tasks["read_heavy"]) == (1000, 3, 0.5)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("behaviours_per_task: 3", 3, "unknown key; did you mean `behaviors_per_task`?"),
        ("simulate:\n  max_turn: 3", 4, "simulate.max_turn: unknown key; did you mean `max_turns`?"),
        ("tasks: {read_hevy: 1.0}", 3, "tasks.read_hevy: unknown name; did you mean `read_heavy`?"),
        ("behaviors:\n  register: {tersely: 1}", 4, "did you mean `terse`?"),
        ("behaviors:\n  disclosure: {drip: 0.5}", 4, "behaviors.disclosure: the shares sum to 0.5"),
        ("behaviors:\n  traits:\n    typos: 0.1\n    slipp: 0.1", 6, "unknown name; did you mean `slip`?"),
        ("behaviors:\n  file: absent.yaml", 4, "behaviors.file: there is no file absent.yaml"),
        ("grid:\n  burden: {40: 1.0}", 4, "grid.burden: a burden of 40 cannot be ordered; give numbers from 2 to 12"),
        ("grid:\n\n  decisions: {9: 1.0}", 5, "9 decisions cannot be ordered; give numbers from 1 to 5"),
        ("grid: {burden: {3: 0.5, 4: 0.4}}", 3, "the shares sum to 0.9; make them sum to 1"),
        ("grid: {burden: {3: 1.5, 4: -0.5}}", 3, "the share of 3 is 1.5; a share is between 0 and 1"),
        ('grid: {cells: {"1x99": 1}}', 3, "cell 1x99 cannot be ordered"),
        ('grid: {cells: {"nine": 1}}', 3, "'nine' is no cell"),
        ('grid: {cells: {"1x9": 1}, burden: {3: 1}}', 3, "not both"),
        ("grid:\n  witnesses: plausibel", 4, "grid.witnesses: unknown name; did you mean `plausible`?"),
        ("tasks: {read_heavy: 0.5}", 1, "tasks: the shares sum to 0.5"),
        ("grid: {decisions: {1: 1}}", 1, "mixed tasks have two decisions or more"),
        ("count: 0", 3, "count: Input should be greater than or equal to 1"),
        ("count: many", 3, "count: Input should be a valid integer"),
        ("seed: -1", 3, "seed: "),
        ("count: 3\ncount: 4", 4, "count: stands here twice"),
        ("count: [", 4, "is not YAML"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path, text, place, words):
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, HEAD + text + "\n")
    assert f"mine.yaml:{place}:" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: x\ndomains: [{name: retail, world: {file: a.json, size: 3}}]", "leave one of them out"),
        ("name: x\ndomains: [{name: retail, wrld: {}}]", "did you mean `world`?"),
        ("name: x\ndomains: [{name: retail, share: 0.5}]", "domains: the shares sum to 0.5"),
        ("name: x\ndomains: [{name: a, share: 0.5}, {name: a, share: 0.5}]", "named twice"),
        ("name: a/b\ndomains: [{name: retail}]", "name: "),
        ("name: x", "domains: is missing; add it"),
        ("- name: x", "is a mapping of keys"),
    ],
)
def test_mistakes_about_the_whole(tmp_path, text, words):
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value) and "\n" not in str(caught.value)


PLAYBOOK = """behaviors:
  - axis: focus
    behavior: sings
    definition: Sings.
    present: Sing a line.
    detector: words
    pattern: la la la
    weight: 0.1
"""


def test_behaviours_of_a_recipes_own_file(tmp_path):
    (tmp_path / "mine_too.yaml").write_text(PLAYBOOK + "    rule: remark\n    words: [la la la.]\n")
    recipe = load(tmp_path, HEAD + "behaviors:\n  file: mine_too.yaml\n  traits: {sings: 0.2, slip: 0.1}\n")
    found = {each.behavior: each.weight for each in space_of(recipe.behaviors, tmp_path).behaviors}
    assert (found["sings"], found["slip"], found["typos"], found["drip"]) == (0.2, 0.1, 0.0, 0.3)


def test_what_no_script_can_play_needs_a_model(tmp_path):
    (tmp_path / "mine_too.yaml").write_text(PLAYBOOK)
    text = HEAD + "behaviors:\n  file: mine_too.yaml\n"
    with pytest.raises(RecipeError, match=r"mine\.yaml:3: behaviors\.traits: `sings` has no rule"):
        load(tmp_path, text)
    load(tmp_path, text + "  traits: {sings: 0}\n")
    load(tmp_path, text + "engines: {user: {http: {base_url: 'http://localhost:1/v1', model: m}}}\n")


def test_a_missing_file_names_its_neighbours(tmp_path):
    (tmp_path / "other.yaml").write_text(HEAD)
    with pytest.raises(RecipeError, match=r"absent\.yaml: cannot be read.*other\.yaml"):
        load_recipe(tmp_path / "absent.yaml")


@pytest.mark.parametrize("name", BOMBS)
def test_a_recipe_whose_aliases_explode_is_told(tmp_path, name):
    path = tmp_path / "bomb.yaml"
    path.write_text(BOMBS[name])
    with pytest.raises(RecipeError, match=r"bomb\.yaml(:\d+)?: is not YAML: "):
        load_recipe(path)
