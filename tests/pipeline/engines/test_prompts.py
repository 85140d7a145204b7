import pytest

from pipeline.assemble import line_of
from pipeline.errors import RecipeError
from pipeline.recipe import Recipe
from pipeline.worlds import sources, with_folders

HTTP = {"base_url": "http://localhost:8000/v1", "model": "m"}


def recipe(tmp_path, **engines):
    found = {"name": "own", "domains": [{"name": "retail", "world": {"size": 20, "seed": 1}}], "engines": engines}
    return with_folders(Recipe.model_validate(found), tmp_path)


def keys(made, tmp_path):
    line = line_of(made, sources(made, tmp_path))
    return {step.name: line.stage_key(step.stage) for step in line.steps}


def test_a_prompt_of_ones_own_is_read_beside_the_recipe_and_belongs_to_the_stage_that_uses_it(tmp_path):
    (tmp_path / "desk.md").write_text("You work at {service}.\n\n{policy}\n")
    plain, own = recipe(tmp_path, agent={"http": HTTP}), recipe(tmp_path, agent={"http": HTTP, "prompt": "desk.md"})
    line = line_of(own, sources(own, tmp_path))
    simulate = next(step.stage for step in line.steps if step.name == "simulate_dialogues")
    assert simulate.prompts == {"agent": "You work at {service}.\n\n{policy}"}
    before, after = keys(plain, tmp_path), keys(own, tmp_path)
    assert {name for name in before if before[name] != after[name]} == {"simulate_dialogues"}


def test_a_verbaliser_has_its_own_words_for_its_work_and_is_read_back_as_ever(tmp_path):
    (tmp_path / "wording.md").write_text("Write it as a tired person would.\n")
    plain = recipe(tmp_path, verbaliser={"http": HTTP})
    own = recipe(tmp_path, verbaliser={"http": HTTP, "prompt": "wording.md"})
    stage = next(step.stage for step in line_of(own, sources(own, tmp_path)).steps if step.name == "verbalise_tasks")
    assert stage.prompt == "Write it as a tired person would."
    before, after = keys(plain, tmp_path), keys(own, tmp_path)
    assert {name for name in before if before[name] != after[name]} == {"verbalise_tasks"}


@pytest.mark.parametrize(
    ("role", "content", "message"),
    [
        ("agent", None, r"engines.agent.prompt: .*own.md cannot be read as text"),
        ("agent", b"Be kind.", r"own.md has no \{policy\}; what stands for it is filled in there"),
        ("user", b"{policy}", r"own.md has no \{instruction\}"),
        ("user", b"\xff\xfe", "cannot be read as text"),
    ],
)
def test_a_prompt_that_cannot_serve_is_refused_with_its_place(tmp_path, role, content, message):
    if content is not None:
        (tmp_path / "own.md").write_bytes(content)
    with pytest.raises(RecipeError, match=message):
        recipe(tmp_path, **{role: {"http": HTTP, "prompt": "own.md"}})
