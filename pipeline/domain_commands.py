"""What the commands of `writ` about domains do, in plain functions that return exit codes.

    check_domain("retail", None)                   # 0: sound
    check_domain("recipes/mine.yaml", None)        # the servers of a recipe

What they raise, `pipeline.program` turns into messages.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipeline.errors import PARTIAL, WHOLE, UserError

if TYPE_CHECKING:
    from schemas.world import World
    from tool_specs.domain import Domain


def write_graph(source: str, world: Path | None, out: Path | None, embed: str | None, rule: str) -> int:
    """Writes the API graph of a domain or of a list of tools."""
    from pipeline.graph_view import of_domain, of_list, similarity
    from pipeline.graph_view import write_graph as write

    similar = similarity(embed, rule)
    file = Path(source)
    if file.is_file() or file.suffix.lower() in (".json", ".jsonl", ".yaml", ".yml"):
        from tool_specs.tool_lists import ToolListError, read_tool_file

        if world is not None:
            raise UserError(f"--world is for domains; {source} is a list of tools, which nothing can execute")
        try:
            seen = of_list(read_tool_file(file), file.name, similar)
        except ToolListError as error:
            raise UserError(str(error)) from error
    else:
        domain = _domain(source)
        seen = of_domain(domain, _world(domain, world), similar)
    folder = (out or Path("outputs") / f"graph-{file.resolve().stem}").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    write(seen, folder, Console())
    return WHOLE


def make_domain(folder: Path) -> int:
    """Makes a folder with a small domain that works."""
    from pipeline.scaffold import init_domain

    files = init_domain(folder)
    console = Console()
    console.print(f"{folder}: {', '.join(files)}", markup=False, highlight=False, soft_wrap=True)
    console.print("Next:", markup=False, highlight=False)
    for command, what in (
        (f"writ check {folder}", "is it sound, and what can be made of it"),
        (f"writ preview {folder / 'recipe.yaml'}", "five dialogues"),
        (f"writ run {folder / 'recipe.yaml'} -n 200", "a data set and a report"),
        (f"{folder / 'README.md'}", "how to make it yours"),
    ):
        console.print(f"    {command:48} {what}", markup=False, highlight=False, soft_wrap=True)
    return WHOLE


def check_domain(name: str, world: Path | None) -> int:
    """Checks a domain, or the servers of a recipe."""
    if name.endswith((".yaml", ".yml")):
        from pipeline.live_check import check_recipe

        return check_recipe(Path(name), Console())
    from pipeline.check_view import show_check
    from tool_specs import catalog
    from tool_specs.check import check_domain as check

    domain = _domain(name)
    try:
        opened = _world(domain, world)
        problems = check(domain, opened)
        show_check(domain, opened, problems, Console())
    except UserError:
        raise
    except Exception as error:
        place = catalog.own_line(Path(name), error)
        if place is None:
            raise
        raise UserError(
            f"{place}: fails when it is called: {type(error).__name__}: {error}; correct that line, or raise ToolError "
            "with what the agent shall read"
        ) from error
    return PARTIAL if problems else WHOLE


def conform_domain(name: str, world: Path, episodes: Path) -> int:
    """Compares a domain's sandbox with recorded episodes."""
    from tool_specs.conformance import EpisodeError, conform, read_episodes

    domain = _domain(name)
    opened = _world(domain, world)
    try:
        recorded = list(read_episodes(episodes))
    except EpisodeError as error:
        raise UserError(str(error)) from error
    mismatches = conform(domain, opened, recorded)
    console = Console()
    for mismatch in mismatches:
        console.print(str(mismatch), markup=False, soft_wrap=True)
    agree = len(recorded) - len({mismatch.episode for mismatch in mismatches})
    console.print(f"{agree} of {len(recorded)} episodes agree", markup=False)
    return PARTIAL if mismatches else WHOLE


def _domain(name: str) -> Domain:
    from tool_specs import catalog
    from tool_specs.tool import ToolDefinitionError

    try:
        return catalog.domain(name)
    except (ValueError, ToolDefinitionError) as error:
        raise UserError(str(error)) from error


def _world(domain: Domain, file: Path | None) -> World:
    from tool_specs.domain import WorldError, generate_world, load_world

    try:
        return load_world(domain, file) if file else generate_world(domain, seed=1, size=100)
    except WorldError as error:
        raise UserError(str(error)) from error
