"""The commands of `writ` that look at a run or take something out of it; none of them makes dialogues.

writ show outputs/quickstart
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.program import RunPath, WorldFile, told


@told
def show(
    run: RunPath,
    dialogue: Annotated[str | None, typer.Argument(metavar="ID", help="Its id, or the beginning of it.")] = None,
) -> None:
    """Shows a kept dialogue with its proof, readable in a terminal."""
    from rich.console import Console

    from pipeline.show import show as show_dialogue

    show_dialogue(run, dialogue, Console())


@told
def stats(run: RunPath) -> None:
    """Shows what a run gave: the grid, yields and drops by reason, lengths."""
    from rich.console import Console

    from pipeline.stats import stats as show_stats

    show_stats(run, Console())


@told
def status(
    run: RunPath,
    json: Annotated[bool, typer.Option("--json", help="For programs: what the run says of itself.")] = False,
) -> int:
    """Says how a run is doing, from another terminal or machine; exit code 0 if it is under way or whole, else 1."""
    from rich.console import Console

    from pipeline.observe.status import status as show_status

    return show_status(run, json, Console())


@told
def realism(
    data: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Runs, or files of dialogues in OpenAI form.")],
    reference: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="People's dialogues or means. Default: the figures that are public."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: the first run's folder.")] = None,
    detector: Annotated[
        str | None, typer.Option(metavar="FILE.py:FUNCTION", help="Gives each text the chance that a person wrote it.")
    ] = None,
) -> int:
    """Compares the users of dialogues with people: features of USI, figures of UserLM, distributions as pictures."""
    from rich.console import Console

    from pipeline.realism import realism as show_realism

    return show_realism(data, reference, out, detector, Console())


@told
def export(
    run: RunPath,
    format: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="openai, trl, axolotl, llama-factory, ms-swift, verl, verl-rl."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="New, or an earlier export. Default: RUN/exports/FORMAT.")
    ] = None,
    turn_split: Annotated[
        bool, typer.Option("--turn-split", help="One example per message of the agent, which alone counts.")
    ] = False,
    omit_prose: Annotated[
        bool, typer.Option("--omit-assistant-prose", help="Leave out what the agent said before; calls stay.")
    ] = False,
    loss: Annotated[
        Literal["assistant", "calls"], typer.Option(help="The agent's messages that the loss counts.")
    ] = "assistant",
    drop_tools: Annotated[
        float,
        typer.Option(min=0, max=1, metavar="P", help="Leave out each tool that is not called with this probability."),
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="Of --drop-tools, which shuffles, too.")] = 0,
) -> int:
    """Writes the kept dialogues as the files that a trainer reads; docs/exports.md has its settings."""
    from rich.console import Console

    from pipeline.exports.command import export as written
    from stages.training_examples import Shape

    shape = Shape(turn_split=turn_split, omit_prose=omit_prose, loss=loss, drop_tools=drop_tools, seed=seed)
    return written(run, format, out, shape, Console())


@told
def lint(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="A run, or a file of checklists: JSONL, JSON or Parquet.")
    ],
) -> int:
    """Says what is badly formed in checklists, with file, line and item; exit code 2 if anything is."""
    from rich.console import Console

    from pipeline.checklists.linting import lint_checklists

    return lint_checklists(source, Console())


@told
def score(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A run, or a file of checklists.")],
    dialogues: Annotated[
        Path, typer.Argument(metavar="DIALOGUES", help="Dialogues in OpenAI form that name a checklist or a task.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Write per dialogue: turns, items, rewards.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="ENGINE", help="Decides what no rule does: a YAML file with an engine, or a base URL."),
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="The judge's, with a base URL.")] = None,
) -> int:
    """Says how far dialogues, another model's for instance, meet the checklists of their tasks, turn by turn."""
    from rich.console import Console

    from pipeline.checklists.scoring import score_dialogues

    settings = None
    if judge is not None:
        from pipeline.engines.named import engine_of

        settings = engine_of(judge, model, "judge")
    return score_dialogues(source, dialogues, out, Console(), settings)


@told
def view(
    run: RunPath,
    other: Annotated[Path | None, typer.Argument(metavar="RUN2", help="Another run, shown beside the first.")] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8765,
    static: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the pages as files into this new folder, and end.")
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, metavar="N", help="With --static: dialogues at most.")] = 1000,
    recipe: Annotated[
        Path | None, typer.Option(metavar="RECIPE", help="The run's recipe, where its world is not generated.")
    ] = None,
    world: WorldFile = None,
) -> int:
    """Shows a run in a browser: grid, dialogues with calls, changes and proofs, drops; two runs side by side."""
    from pipeline.view.command import view as show_view

    return show_view(run, other, host, port, static, n, recipe, world)


@told
def publish(
    run: RunPath,
    repo: Annotated[str, typer.Option(metavar="ORG/NAME", help="A data set repository; made if it is not there.")],
    public: Annotated[bool, typer.Option("--public", help="Default: private.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Upload; without it, only say what would be.")] = False,
) -> int:
    """Uploads a run's data set to the Hugging Face Hub, with the token in HF_TOKEN; without --yes a dry run."""
    from rich.console import Console

    from pipeline.publish.command import publish as published

    return published(run, repo, public, yes, Console())


COMMANDS: tuple[Callable[..., None], ...] = (show, stats, status, realism, export, lint, score, view, publish)
"""As `writ --help` lists them."""
