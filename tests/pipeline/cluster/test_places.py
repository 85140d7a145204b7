import pytest
from pydantic import ValidationError

from pipeline.assemble import line_of
from pipeline.cluster.places import lacking, options, orchestrator_needs, slots
from pipeline.errors import RecipeError
from pipeline.plan import Plan
from pipeline.recipe import Recipe
from pipeline.worlds import sources
from stages.base import Resources

RECIPE = {"name": "places", "domains": [{"name": "retail", "world": {"size": 40, "seed": 2}}]}


def line(tmp_path, **resources):
    recipe = Recipe.model_validate({**RECIPE, "resources": resources})
    return line_of(recipe, sources(recipe, tmp_path, None))


def test_a_stage_of_its_own_needs_is_a_stretch_of_its_own(tmp_path):
    plain, other = line(tmp_path), line(tmp_path, validate_dialogues={"cpus": 0.25, "pools": {"checkers": 0.1}})
    assert plain.stretches == (len(plain.steps),)
    names = [step.name for step in other.steps]
    place = names.index("validate_dialogues")
    assert other.stretches == (place, place + 1, len(names))
    needs = other.steps[place].needs
    assert options(needs, True) == {"num_cpus": 0.25, "num_gpus": 0.0, "resources": {"checkers": 0.1}}
    assert options(needs, False)["resources"] == {}


def test_places_are_no_part_of_what_a_run_is(tmp_path):
    plans = []
    for resources in ({}, {"validate_dialogues": {"cpus": 0.5}}):
        recipe = Recipe.model_validate({**RECIPE, "resources": resources})
        worlds = sources(recipe, tmp_path, None)
        plans.append(Plan(recipe, line_of(recipe, worlds), worlds, tmp_path))
    assert plans[0].identity() == plans[1].identity()
    assert plans[0].line.line_key() == plans[1].line.line_key()


def test_what_is_in_flight_follows_from_all_pools(tmp_path):
    there = {"CPU": 8.0, "checkers": 1.0}
    assert slots(line(tmp_path), there, True) == 8
    assert slots(line(tmp_path, validate_dialogues={"cpus": 0.5, "pools": {"checkers": 0.25}}), there, True) == 8 + 4
    assert slots(line(tmp_path, validate_dialogues={"cpus": 0.5, "pools": {"checkers": 0.25}}), there, False) == 8 + 16
    assert slots(line(tmp_path), {}, True) == 1


def test_what_a_cluster_lacks_is_told(tmp_path):
    wanted = line(tmp_path, validate_dialogues={"gpus": 1})
    assert lacking(wanted, {"CPU": 1.0}, True).startswith("resources: validate_dialogues needs 1 GPU, and there is 0.")
    assert lacking(wanted, {"CPU": 1.0, "GPU": 1.0}, True) == ""


def test_an_orchestrator_needs_the_most_of_what_its_stages_need(tmp_path):
    assert orchestrator_needs(line(tmp_path)) == Resources(0.0, 0.0, ())


def test_a_stage_that_is_not_there_is_told(tmp_path):
    with pytest.raises(
        RecipeError, match=r"resources.validate: there is no such stage in this recipe; it has generate"
    ):
        line(tmp_path, validate={"cpus": 0.5})
    with pytest.raises(ValidationError, match="cpu"):
        line(tmp_path, validate_dialogues={"cpu": 0.5})
