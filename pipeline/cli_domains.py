"""The commands of `writ` about a domain: what its tools are, whether it is sound, whether it answers as it should.

    writ check retail
    writ graph tools.json

None of them needs a run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.program import DomainName, WorldFile, told


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
    from pipeline.domain_commands import write_graph

    return write_graph(source, world, out, embed, rule)


@told
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder, anywhere, e.g. my_domain.")],
) -> int:
    """Makes a folder with a small domain that works: tools, a policy, rules, a world, a recipe; make it yours."""
    from pipeline.domain_commands import make_domain

    return make_domain(folder)


@told
def check(
    domain: Annotated[
        str,
        typer.Argument(
            metavar="DOMAIN", help="A domain's name, the path of its folder, or a recipe with live servers."
        ),
    ],
    world: WorldFile = None,
) -> int:
    """Says what is wrong with a domain or missing in it, and what can be made of it."""
    from pipeline.domain_commands import check_domain

    return check_domain(domain, world)


@told
def conform(
    domain: DomainName,
    episodes: Annotated[Path, typer.Argument(metavar="EPISODES.jsonl", help="Recorded episodes, one per line.")],
    world: Annotated[Path, typer.Option("--world", metavar="FILE", help="The world they were recorded on.")],
) -> int:
    """Says whether a domain's sandbox answers as a real backend did; exit code 1 if anything differs."""
    from pipeline.domain_commands import conform_domain

    return conform_domain(domain, world, episodes)


COMMANDS: tuple[Callable[..., None], ...] = (graph, init, check, conform)
"""As `writ --help` lists them."""
