"""The program `writ`. Exit codes: 0 whole, 1 partial or mismatch, 2 bad input, 130 interrupted.

    writ run recipes/quickstart.yaml
    writ show outputs/quickstart

Everything heavy is imported by the command that needs it, so that `writ --help` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pipeline.house import guard

guard()

import typer  # noqa: E402

from pipeline import cli_domains, cli_runs  # noqa: E402
from pipeline.errors import WHOLE  # noqa: E402
from pipeline.program import Count, RecipeFile, RunFolderOption, RunPath, Seed, WorldFile, app, told  # noqa: E402


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
    from pipeline.unchanged import Asked, tell_unchanged

    plain = not (update or fork or begin or only or until or force or metrics_port or spans)
    if plain and tell_unchanged(Asked(recipe, world, n, seed), out, planned=False):
        return WHOLE
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
    from pipeline.unchanged import Asked, tell_unchanged

    if tell_unchanged(Asked(recipe, world, n, seed), out, planned=True):
        return WHOLE
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
def evolve(
    recipe: RecipeFile,
    reference: Annotated[Path, typer.Option(metavar="FILE", help="Dialogues of people, in OpenAI form.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The weights go here, as YAML for a recipe.")],
    generations: Annotated[int, typer.Option(min=1, metavar="N", help="Rounds of the search.")] = 12,
    children: Annotated[int, typer.Option(min=1, metavar="N", help="Candidates per round.")] = 8,
    tasks: Annotated[int, typer.Option(min=10, metavar="N", help="Dialogues of a candidate, at most.")] = 100,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="Of the search.")] = 0,
    proposer: Annotated[
        str | None,
        typer.Option(metavar="ENGINE", help="Proposes behaviours, too: a YAML file with an engine, or a base URL."),
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="The proposer's, with a base URL.")] = None,
) -> int:
    """Searches for weights of behaviours under which users are like the people of a reference, and as varied."""
    from rich.console import Console

    from pipeline.evolving import evolve as search

    return search(
        recipe,
        reference,
        out,
        generations=generations,
        children=children,
        count=tasks,
        seed=seed,
        proposer=proposer,
        model=model,
        console=Console(),
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


for _command in cli_domains.COMMANDS:
    app.command()(_command)


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


for _command in cli_runs.COMMANDS:
    app.command()(_command)


def main() -> None:
    """Runs the program."""
    app()


if __name__ == "__main__":
    main()
