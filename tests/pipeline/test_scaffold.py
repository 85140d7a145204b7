"""A domain in a user's own folder: made by `writ init`, checked, run from a recipe that names it by path."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.check_view import ranges, show_check
from pipeline.commands import run_recipe
from pipeline.domain_commands import check_domain, make_domain
from pipeline.errors import RecipeError, UserError
from pipeline.fingerprint import HOME, code_digest, forget
from pipeline.recipe_file import load_recipe
from pipeline.run_folder import RunFolder
from pipeline.scaffold import init_domain
from pipeline.storage import read_json
from pipeline.worlds import sources, with_folders
from tests.tool_specs.greenhouse import DOMAIN as GREENHOUSE
from tool_specs.catalog import domain
from tool_specs.check import check_domain as check
from tool_specs.domain import generate_world, load_world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init_domain(tmp_path / "books")
    return tmp_path / "books"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a scaffolded domain, in another folder than the one it is called from."""
    home = tmp_path_factory.mktemp("home")
    init_domain(home / "books")
    with contextlib.chdir(tmp_path_factory.mktemp("elsewhere")):
        assert run_recipe(home / "books" / "recipe.yaml", None, 120, None, home / "run", None, "inline") == 0
    return home / "run"


def test_it_is_whole_named_and_sound(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "__init__.py", "tools.py", "world.py", "guards.py", "policy.md", "recipe.yaml", "README.md", "world.json"
    }  # fmt: skip
    mine = domain(folder)
    assert mine.name == "books" and load_recipe(folder / "recipe.yaml").name == "books"
    assert check(mine, generate_world(mine, 1, 60)) == [] == check(mine, load_world(mine, folder / "world.json"))


def test_nothing_is_written_over_and_nothing_is_left_behind(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(UserError, match="already and not empty"):
        make_domain(folder)
    with pytest.raises(UserError, match="letters, digits and _"):
        make_domain(folder.parent / "my domain")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["books"]


def test_nearly_all_of_its_dialogues_pass_every_check(run: Path) -> None:
    manifest = read_json(run / "run.json")
    assert manifest["kept"] == 120
    made, passed = manifest["made"]["simulate_dialogues"], manifest["made"]["validate_dialogues"]
    assert passed >= 0.95 * made
    kinds = {row.kind for row in RunFolder(run).rows()}
    assert kinds == {"read_heavy", "write_intensive", "mixed", "information", "must_refuse"}
    assert {row.domain for row in RunFolder(run).rows()} == {"books"}


def test_ray_s_workers_import_it_too(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "run", "books/recipe.yaml", "-n", "6", "--workers", "1"]
    done = subprocess.run(
        [*command, "--out", "made"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(HOME)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert {row.domain for row in RunFolder(tmp_path / "made").rows()} == {"books"}


def test_its_words_are_whole(run: Path) -> None:
    for row in RunFolder(run).rows():
        for message in row.messages[1:]:
            text = message["content"] or ""
            if message["role"] != "tool":
                assert not any(mark in text for mark in ("{", "}", "_id", "None", " ,", "  ", ". .")), text


def test_a_run_does_not_know_where_the_folder_lay(run: Path) -> None:
    assert str(run.parent) not in (run / "recipe.json").read_text()
    assert json.loads((run / "recipe.json").read_text())["domains"][0]["name"] == "books"


@pytest.mark.parametrize(
    ("file", "counts"),
    [("tools.py", True), ("policy.md", True), ("guards.py", True), ("README.md", False), ("recipe.yaml", False)],
)
def test_its_files_count_as_the_run_s_code(folder: Path, file: str, counts: bool) -> None:
    before = code_digest("stages.deduplicate", (str(folder),))
    (folder / file).write_text((folder / file).read_text() + "\n# changed\n")
    (folder / "outputs").mkdir()
    (folder / "outputs" / "data.json").write_text("{}")
    forget()
    assert (code_digest("stages.deduplicate", (str(folder),)) != before) is counts


def test_a_recipe_names_it_by_a_path_relative_to_itself(folder: Path) -> None:
    recipe = load_recipe(folder / "recipe.yaml")
    found = with_folders(recipe, folder).domains[0]
    assert (found.name, found.folder) == ("books", str(folder))
    (source,) = sources(with_folders(recipe, folder), folder)
    assert source.world().domain == "books" and source.code == str(folder)


def test_two_domains_of_one_name_are_refused(folder: Path) -> None:
    text = (folder / "recipe.yaml").read_text().replace("  - name: .", "  - {name: ../books, share: 0.5}\n  - name: .")
    (folder / "recipe.yaml").write_text(text.replace("    world: {", "    share: 0.5\n    world: {"))
    with pytest.raises(RecipeError, match="two domains have one name"):
        with_folders(load_recipe(folder / "recipe.yaml"), folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("tools.py", "        period: For how long.\n", "", "the docstring says nothing about parameter 'period'"),
        ("tools.py", "PERIODS = {", "PERIODS = 1 / 0, {", "tools.py:15: importing the domain fails: ZeroDivisionError"),
        ("world.py", "def _date(dice: Dice)", "def _date(dice: Dice", "world.py:"),
        ("__init__.py", "DOMAIN = Domain(", "DOMAINE = Domain(", "exports no Domain"),
    ],
)
def test_a_bad_folder_is_told_with_its_place(folder: Path, file: str, old: str, new: str, words: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(UserError) as told:
        check_domain(str(folder), None)
    assert words in str(told.value) and "\n" not in str(told.value)
    with pytest.raises(RecipeError, match=r"^domains: "):
        with_folders(load_recipe(folder / "recipe.yaml"), folder)


def test_a_tool_that_fails_when_it_is_called_is_told_with_its_line(folder: Path) -> None:
    text = (folder / "tools.py").read_text()
    (folder / "tools.py").write_text(text.replace('db.edit("loans", loan_id)', 'db.edit("loanz", loan_id)', 1))
    with pytest.raises(
        UserError, match=r"tools\.py:\d+: fails when it is called: KeyError: 'loanz'; correct that line"
    ):
        check_domain(str(folder), None)


def test_check_says_what_can_be_made_and_what_is_missing() -> None:
    console = Console(width=160, record=True)
    world = generate_world(GREENHOUSE, 1, 12)
    show_check(GREENHOUSE, world, check(GREENHOUSE, world), console)
    text = console.export_text()
    assert "greenhouse: 0 problems in 5 tools" in text and "tasks that write: 2 of 2 writes" in text
    assert "water_plant" in text and "get_plant" in text and "plant_id, shelf_id" in text


def test_ranges_of_numbers() -> None:
    assert ranges((2, 3, 4, 7, 9, 10)) == "2-4, 7, 9-10" and ranges(()) == ""
