"""The program `writ`. Exit codes: 0 whole, 1 partial or mismatch, 2 bad input, 130 interrupted.

    writ run recipes/quickstart.yaml
    writ show outputs/quickstart

Everything heavy is imported by the command that needs it, so that `writ --help` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from pipeline.house import guard

guard()

import typer  # noqa: E402

from pipeline.errors import BAD_INPUT, INTERRUPTED, PARTIAL, StageFailed, UserError  # noqa: E402

app = typer.Typer(
    name="writ",
    help="Turns tools, a world and a policy into training dialogues whose every task carries an executed proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

RecipeFile = Annotated[Path, typer.Argument(metavar="RECIPE", help="A YAML recipe; see recipes/.")]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run, e.g. outputs/quickstart.")]
WorldFile = Annotated[Path | None, typer.Option("--world", metavar="FILE", help="Take the world from this file.")]
DomainName = Annotated[str, typer.Argument(metavar="DOMAIN", help="A domain's name, e.g. retail.")]


@app.command()
def run(
    recipe: RecipeFile,
    world: WorldFile = None,
    n: Annotated[
        int | None, typer.Option("-n", metavar="N", help="Kept trajectories, instead of the recipe's.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="S", help="Seed, instead of the recipe's.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: outputs/<name of the recipe>.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, metavar="W", help="Default: one per core.")] = None,
    executor: Annotated[Literal["ray", "inline"], typer.Option(help="Where shards run.")] = "ray",
) -> None:
    """Makes a recipe's trajectories and the data set of them; continues a run that was interrupted."""
    from pipeline.commands import run_recipe

    raise typer.Exit(run_recipe(recipe, world, n, seed, out, workers, executor))


@app.command()
def preview(recipe: RecipeFile, world: WorldFile = None, seed: int | None = None) -> None:
    """Prints five of a recipe's dialogues within seconds; leaves nothing behind."""
    from pipeline.commands import preview_recipe

    raise typer.Exit(preview_recipe(recipe, world, seed))


@app.command()
def show(
    run: RunPath,
    dialogue: Annotated[str | None, typer.Argument(metavar="ID", help="Its id, or the beginning of it.")] = None,
) -> None:
    """Shows a kept dialogue with its proof, readable in a terminal."""
    from rich.console import Console

    from pipeline.show import show as show_dialogue

    show_dialogue(run, dialogue, Console())


@app.command()
def stats(run: RunPath) -> None:
    """Shows what a run gave: the grid, yields and drops by reason, lengths."""
    from rich.console import Console

    from pipeline.stats import stats as show_stats

    show_stats(run, Console())


@app.command()
def graph(
    domain: DomainName,
    world: WorldFile = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: outputs/graph-<domain>.")] = None,
) -> None:
    """Writes a domain's API graph, each edge confirmed or refuted by execution, as SVG and as a table."""
    from pipeline.commands import write_graph

    raise typer.Exit(write_graph(domain, world, out))


@app.command()
def check(domain: DomainName, world: WorldFile = None) -> None:
    """Checks a domain: schemas, docstrings, and that declared reads change nothing."""
    from pipeline.commands import check_domain

    raise typer.Exit(check_domain(domain, world))


@app.command()
def conform(
    domain: DomainName,
    episodes: Annotated[Path, typer.Argument(metavar="EPISODES.jsonl", help="Recorded episodes, one per line.")],
    world: Annotated[Path, typer.Option("--world", metavar="FILE", help="The world they were recorded on.")],
) -> None:
    """Says whether a domain's sandbox answers as a real backend did; exit code 1 if anything differs."""
    from pipeline.commands import conform_domain

    raise typer.Exit(conform_domain(domain, world, episodes))


def main() -> None:
    """Runs the program and turns what goes wrong into messages and exit codes."""
    import click

    try:
        code = app(standalone_mode=False)
    except UserError as error:
        sys.exit(_told(str(error), BAD_INPUT))
    except StageFailed as error:
        sys.exit(
            _told(f"{error}\nThis is a bug of the stage or its domain. Shards that were finished are kept", PARTIAL)
        )
    except (KeyboardInterrupt, click.exceptions.Abort):
        sys.exit(_told("interrupted; finished shards are kept, and the same command continues", INTERRUPTED))
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        sys.exit(BAD_INPUT)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    sys.exit(code if isinstance(code, int) else 0)


def _told(message: str, code: int) -> int:
    print(f"writ: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
