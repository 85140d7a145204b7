"""Reading a recipe file: every mistake is told with its place and what to do.

Example::

    recipes/mine.yaml:7: behaviours_per_task: unknown key; did you mean `behaviors_per_task`?
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.behavior_space import problems, space_of
from pipeline.errors import RecipeError
from pipeline.recipe import Recipe
from pipeline.recipe_sections import BehaviorSettings
from tool_specs.yaml_text import line_of, parsed

Location = tuple[int | str, ...]


def load_recipe(path: Path) -> Recipe:
    """Reads and checks a recipe.

    Raises:
        RecipeError: it cannot be read, is not YAML, or asks for what cannot be made.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        near = [other.name for other in sorted(path.parent.glob("*.yaml"))] if path.parent.is_dir() else []
        hint = f"; in that folder are {', '.join(near)}" if near else ""
        raise RecipeError(f"{path}: cannot be read ({error.strerror}){hint}") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: is not UTF-8 text ({error.reason}); a recipe is a YAML file") from error
    try:
        tree, value = parsed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise RecipeError(f"{place}: is not YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(value, dict):
        raise RecipeError(f"{path}: a recipe is a mapping of keys; see recipes/quickstart.yaml")
    _no_doubles(path, tree)
    try:
        recipe = Recipe.model_validate(value)
    except ValidationError as error:
        problems = error.errors()
        places = [problem["loc"] for problem in problems]
        # A list with a broken entry is also reported as too short: that is no second mistake.
        own = [p for p in problems if not any(place[: len(p["loc"])] == p["loc"] != place for place in places)]
        lines = [_describe(path, tree, problem) for problem in own]
        raise RecipeError("\n".join(lines)) from error
    _known_behaviors(path, tree, recipe)
    return recipe


def _known_behaviors(path: Path, tree: Any, recipe: Recipe) -> None:
    """Checks what the recipe says of behaviours against the space that it means."""
    if recipe.behaviors == BehaviorSettings():
        return
    folder, file = path.absolute().parent, recipe.behaviors.file
    if file is not None and not (folder / Path(file).expanduser()).is_file():
        line = line_of(tree, ("behaviors", "file"))
        raise RecipeError(f"{path}:{line}: behaviors.file: there is no file {file}; it is named relative to the recipe")
    space = space_of(recipe.behaviors, folder)
    found = problems(recipe.behaviors, space, scripted="user" not in recipe.engines.roles)
    lines = [
        f"{path}:{line_of(tree, ('behaviors', *place))}: {'.'.join(('behaviors', *place))}: {what}"
        for place, what in found
    ]
    if lines:
        raise RecipeError("\n".join(lines))


def _describe(path: Path, tree: Any, problem: Any) -> str:
    location: Location = tuple(part for part in problem["loc"] if part != "[key]")
    where = ".".join(str(part) for part in location)
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = "unknown key" + _suggestion(str(location[-1]), _keys(location[:-1]))
    elif problem["type"] == "literal_error":
        names = [name.strip(" '") for name in str(problem["ctx"]["expected"]).replace(" or ", ",").split(",")]
        message = "unknown name" + _suggestion(str(problem["input"]), names)
    elif problem["type"] == "missing":
        message = "is missing; add it"
    return f"{path}:{line_of(tree, location)}: {where + ': ' if where else ''}{message}"


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(sorted(known))}"


def _keys(location: Location) -> list[str]:
    """Returns the keys that the model at a place of the recipe knows."""
    model: Any = Recipe
    for part in location:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            model = next((f.annotation for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        else:
            model = next((option for option in get_args(model) if isinstance(option, type)), None)
        options = [option for option in get_args(model) if option is not type(None)]
        model = options[0] if len(options) == 1 and type(None) in get_args(model) else model
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _no_doubles(path: Path, node: Any) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise RecipeError(
                    f"{path}:{key.start_mark.line + 1}: {key.value}: stands here twice; remove one of them"
                )
            seen.add(key.value)
            _no_doubles(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _no_doubles(path, value)
