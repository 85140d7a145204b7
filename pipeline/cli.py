"""The program `writ`. Exit codes: 0 whole, 1 partial or mismatch, 2 bad input, 130 interrupted.

    writ run recipes/quickstart.yaml
    writ show outputs/quickstart

Everything heavy is imported by the command that needs it, so that `writ --help` answers at once.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, ParamSpec

from pipeline.house import guard

guard()

import typer  # noqa: E402

from pipeline.errors import BAD_INPUT, INTERRUPTED, PARTIAL, WHOLE, StageFailed, Stopped, UserError  # noqa: E402
from pipeline.remote.path import at  # noqa: E402

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


@app.command()
@told
def run(
    recipe: RecipeFile,
    world: WorldFile = None,
    n: Count = None,
    seed: Seed = None,
    out: RunFolderOption = None,
    workers: Annotated[int | None, typer.Option(min=1, metavar="W", help="Default: one per core.")] = None,
    executor: Annotated[Literal["ray", "inline"], typer.Option(help="Where shards run.")] = "ray",
    ray_address: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Ray cluster: 10.0.0.1:6379, or auto in a job of Ray's."),
    ] = None,
    metrics_port: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:]PORT", help="Show Prometheus how it goes; on loopback without HOST, 0 is any port."
        ),
    ] = None,
    spans: Annotated[
        bool, typer.Option("--spans", help="Send OpenTelemetry spans to where OTEL_EXPORTER_OTLP_ENDPOINT says.")
    ] = False,
    update: Annotated[bool, typer.Option("--update", help="Make anew what has changed; see `writ plan`.")] = False,
    fork: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Begin --out with what this run made, which stays as it is.")
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="STAGE", help="Take what earlier stages made as it is.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="STAGE", help="Run one stage alone.")] = None,
    until: Annotated[str | None, typer.Option(metavar="STAGE", help="End after this stage.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Make anew what is fresh, too: these stages, or all.")] = False,
) -> int:
    """Makes a recipe's trajectories and the data set of them; continues a run that was interrupted."""
    from pipeline.commands import Rerun, run_recipe

    rerun = Rerun(update=update, fork=fork, begin=begin, only=only, until=until, force=force)
    return run_recipe(recipe, world, n, seed, out, workers, executor, rerun, ray_address, metrics_port, spans)


@app.command()
@told
def plan(
    recipe: RecipeFile,
    world: WorldFile = None,
    n: Count = None,
    seed: Seed = None,
    out: RunFolderOption = None,
) -> int:
    """Says what `writ run` would make: what is fresh, stale or missing, why, and how long it would take."""
    from pipeline.commands import plan_recipe

    return plan_recipe(recipe, world, n, seed, out)


@app.command()
@told
def preview(recipe: RecipeFile, world: WorldFile = None, seed: int | None = None) -> int:
    """Prints five of a recipe's dialogues within seconds; leaves nothing behind."""
    from pipeline.commands import preview_recipe

    return preview_recipe(recipe, world, seed)


@app.command()
@told
def show(
    run: RunPath,
    dialogue: Annotated[str | None, typer.Argument(metavar="ID", help="Its id, or the beginning of it.")] = None,
) -> None:
    """Shows a kept dialogue with its proof, readable in a terminal."""
    from rich.console import Console

    from pipeline.show import show as show_dialogue

    show_dialogue(run, dialogue, Console())


@app.command()
@told
def stats(run: RunPath) -> None:
    """Shows what a run gave: the grid, yields and drops by reason, lengths."""
    from rich.console import Console

    from pipeline.stats import stats as show_stats

    show_stats(run, Console())


@app.command()
@told
def status(
    run: RunPath,
    json: Annotated[bool, typer.Option("--json", help="For programs: what the run says of itself.")] = False,
) -> int:
    """Says how a run is doing, from another terminal or machine; exit code 0 if it is under way or whole, else 1."""
    from rich.console import Console

    from pipeline.observe.status import status as show_status

    return show_status(run, json, Console())


@app.command()
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


@app.command()
@told
def evolve(
    recipe: RecipeFile,
    reference: Annotated[Path, typer.Option(metavar="FILE", help="Dialogues of people, in OpenAI form.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The weights go here, as YAML for a recipe.")],
    generations: Annotated[int, typer.Option(min=1, metavar="N", help="Rounds of the search.")] = 12,
    children: Annotated[int, typer.Option(min=1, metavar="N", help="Candidates per round.")] = 8,
    tasks: Annotated[int, typer.Option(min=10, metavar="N", help="Dialogues of a candidate, at most.")] = 100,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="Of the search.")] = 0,
) -> int:
    """Searches for weights of behaviours under which users are like the people of a reference, and as varied."""
    from rich.console import Console

    from pipeline.evolving import evolve as search

    return search(
        recipe, reference, out, generations=generations, children=children, count=tasks, seed=seed, console=Console()
    )


@app.command(name="continue")
@told
def continue_(
    dialogues: Annotated[Path, typer.Argument(metavar="FILE", help="JSONL of dialogues in OpenAI form.")],
    recipe: Annotated[Path, typer.Option(metavar="RECIPE", help="Has the world, and who speaks.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Rows go here, as JSONL.")],
    world: WorldFile = None,
) -> int:
    """Goes on from where dialogues stand: with their task, or a new one on the state that they have reached."""
    from rich.console import Console

    from pipeline.continuing import continue_file

    return continue_file(dialogues, recipe, out, world, Console())


@app.command()
@told
def export(
    run: RunPath,
    format: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="openai, trl, axolotl, llama-factory, ms-swift, verl, verl-rl."
        ),
    ],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="New or empty. Default: RUN/exports/FORMAT.")] = None,
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


@app.command()
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


@app.command()
@told
def score(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A run, or a file of checklists.")],
    dialogues: Annotated[
        Path, typer.Argument(metavar="DIALOGUES", help="Dialogues in OpenAI form that name a checklist or a task.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Write per dialogue: turns, items, rewards.")
    ] = None,
) -> int:
    """Says how far dialogues, another model's for instance, meet the checklists of their tasks, turn by turn."""
    from rich.console import Console

    from pipeline.checklists.scoring import score_dialogues

    return score_dialogues(source, dialogues, out, Console())


@app.command()
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


@app.command()
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


@app.command()
@told
def graph(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="A domain, or a file: OpenAI functions, MCP tools/list, OpenAPI 3."),
    ],
    world: WorldFile = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: outputs/graph-<source>.")] = None,
    embed: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Edges by meaning: `hashed`, or a sentence-transformers model.")
    ] = None,
    rule: Annotated[str, typer.Option(metavar="RULE", help="When meanings agree: tooldial or meaning.")] = "tooldial",
) -> int:
    """Writes an API graph as picture, table and GraphML; a domain's edges are confirmed or refuted by execution."""
    from pipeline.commands import write_graph

    return write_graph(source, world, out, embed, rule)


@app.command()
@told
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder, anywhere, e.g. my_domain.")],
) -> int:
    """Makes a folder with a small domain that works: tools, a policy, rules, a world, a recipe; make it yours."""
    from pipeline.commands import make_domain

    return make_domain(folder)


@app.command()
@told
def check(domain: DomainName, world: WorldFile = None) -> int:
    """Says what is wrong with a domain or missing in it, and what can be made of it."""
    from pipeline.commands import check_domain

    return check_domain(domain, world)


@app.command()
@told
def conform(
    domain: DomainName,
    episodes: Annotated[Path, typer.Argument(metavar="EPISODES.jsonl", help="Recorded episodes, one per line.")],
    world: Annotated[Path, typer.Option("--world", metavar="FILE", help="The world they were recorded on.")],
) -> int:
    """Says whether a domain's sandbox answers as a real backend did; exit code 1 if anything differs."""
    from pipeline.commands import conform_domain

    return conform_domain(domain, world, episodes)


@app.command("eval")
@told
def evaluate(
    engine: Annotated[
        str,
        typer.Argument(
            metavar="ENGINE", help="A YAML file with an engine (`http: ...` or `vllm: ...`), or a base URL."
        ),
    ],
    run: RunPath,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Which model, where ENGINE is a URL.")] = None,
    role: Annotated[Literal["agent", "user"], typer.Option(help="The seat that the model takes.")] = "agent",
    partner: Annotated[
        str | None, typer.Option(metavar="ENGINE", help="Who takes the other seat. Default: a script.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, metavar="K", help="Tries per task: pass^1 to pass^K.")] = 4,
    n: Annotated[int | None, typer.Option("-n", min=1, metavar="N", help="At most so many tasks.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, metavar="C", help="Dialogues at once.")] = 32,
    recipe: Annotated[
        Path | None, typer.Option(metavar="RECIPE", help="The run's recipe, where its world is not generated.")
    ] = None,
    world: WorldFile = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: RUN/eval/<model>.")] = None,
) -> int:
    """Tries the tasks of a run with a model, and prints pass^1..k per cell of the grid."""
    from rich.console import Console

    from pipeline.evaluate.command import evaluate as tried

    return tried(
        engine,
        run,
        model=model,
        role=role,
        partner=partner,
        k=k,
        count=n,
        concurrency=concurrency,
        recipe=recipe,
        world=world,
        out=out,
        console=Console(),
    )


@app.command("serve-scripted")
@told
def serve_scripted(
    recipe: RecipeFile,
    world: WorldFile = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of the run that asks. Default: as `writ run`.")
    ] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    model: Annotated[str, typer.Option(metavar="NAME", help="The name that is served.")] = "scripted",
    latency: Annotated[
        str, typer.Option(metavar="S[,SIGMA]", help="Seconds per answer, or a log-normal's median and sigma.")
    ] = "0",
    rate: Annotated[float | None, typer.Option(min=0.001, metavar="R", help="Answers per second, then 429.")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=P",
            help="storm, error, reset, half, loris, type, shape, model, loop or truncate, with a probability.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Of faults and latencies.")] = 0,
    key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Ask for the key that this variable holds.")
    ] = None,
    kv_tokens: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Have a KV cache of so many tokens, and /metrics.")
    ] = None,
) -> int:
    """Serves an OpenAI-compatible endpoint that speaks both roles of a run's dialogues from their proofs."""
    from pipeline.serve.command import serve_scripted as serve

    return serve(recipe, world, out, host, port, model, latency, rate, fault or [], seed, key_env, kv_tokens)


@app.command()
@told
def doctor(
    recipe: Annotated[Path | None, typer.Argument(metavar="[RECIPE]", help="Its engines are looked at too.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask nobody, start and download nothing.")] = False,
) -> int:
    """Says whether everything is here that a run needs: versions, GPUs, engines, templates, tool parsers, keys."""
    from rich.console import Console

    from pipeline.doctor import doctor as look

    return look(recipe, dry_run, Console())


def main() -> None:
    """Runs the program."""
    app()


if __name__ == "__main__":
    main()
