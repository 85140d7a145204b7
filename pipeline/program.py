"""What all commands of the program `writ` share: the program, common arguments, errors as exit codes and messages.

@app.command()
@told
def show(run: RunPath) -> None: ...
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from pipeline.errors import BAD_INPUT, INTERRUPTED, PARTIAL, WHOLE, StageFailed, Stopped, UserError
from pipeline.remote.path import at

P = ParamSpec("P")

app = typer.Typer(
    name="writ",
    help="Turns tools, a world and a policy into training dialogues whose every task carries an executed proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def told(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turns what a command returns or raises into an exit code and a message."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            placed = {name: _placed(value) for name, value in kwargs.items()}
            code = command(*args, **placed) or WHOLE  # type: ignore[arg-type]
        except UserError as error:
            code = _say(str(error), BAD_INPUT)
        except StageFailed as error:
            text = f"{error}\nThis is a bug of the stage or its domain. Shards that were finished are kept"
            code = _say(text, PARTIAL)
        except Stopped as error:
            code = _say(str(error), PARTIAL)
        except KeyboardInterrupt:
            code = _say("interrupted; finished shards are kept, and the same command continues", INTERRUPTED)
        raise typer.Exit(code)

    return wrapped


def _placed(value: object) -> object:
    """Returns a path from the command line as one in a store, if it is."""
    if isinstance(value, list):
        return [_placed(each) for each in value]
    return at(value) if isinstance(value, Path) else value


def _say(message: str, code: int) -> int:
    print(f"writ: {message}", file=sys.stderr)
    return code


RecipeFile = Annotated[Path, typer.Argument(metavar="RECIPE", help="A YAML recipe; see recipes/.")]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run, e.g. outputs/quickstart.")]
WorldFile = Annotated[Path | None, typer.Option("--world", metavar="FILE", help="Take the world from this file.")]
Count = Annotated[int | None, typer.Option("-n", metavar="N", help="Kept trajectories, instead of the recipe's.")]
Seed = Annotated[int | None, typer.Option(metavar="S", help="Seed, instead of the recipe's.")]
RunFolderOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Default: outputs/<name of the recipe>.")
]
DomainName = Annotated[
    str, typer.Argument(metavar="DOMAIN", help="A domain's name, e.g. retail, or the path of its folder.")
]
