"""The API graph of a run's domain: tried on the run's world, or where that is not here, as its tools are declared."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.html import text
from pipeline.view.address import Address, Links
from pipeline.view.layout import Frame, note, page
from pipeline.view.opened import Opened
from pipeline.view.replay import Worlds
from schemas.base import canonical

if TYPE_CHECKING:
    from tool_specs.sandbox import Sandbox


def graph_page(
    run: Opened, address: Address, runs: Sequence[Opened], links: Links, worlds: Sequence[Worlds]
) -> str | None:
    """Returns the page, None if the run has no such domain."""
    if address.id not in run.domains:
        return None
    sandbox, missing = worlds[run.number - 1].sandbox(address.id)
    if sandbox is not None:
        drawn, said = _tried(sandbox), f"Each edge was tried on the run's world ({text(sandbox.world.origin)})."
    else:
        drawn = _declared(address.id, canonical(run.tools(address.id)))
        said = f"Nothing was tried ({text(missing)}): edges are what the tools in the rows declare."
    body = [f'<p class="soft">{said}</p>', f'<div class="wide graph">{drawn}</div>' if drawn else note("No tools.")]
    return page(Frame(f"API graph of {address.id}", run, up=Address()), body, runs, links)


@lru_cache(maxsize=8)
def _tried(sandbox: Sandbox) -> str:
    from pipeline.graph_view import of_domain, picture  # graphs are long to load, and not every reader asks for one

    return picture(of_domain(sandbox.domain, sandbox.world))


@lru_cache(maxsize=8)
def _declared(name: str, tools: bytes) -> str:
    from pipeline.graph_view import of_list, picture
    from tool_specs.tool_lists import ToolListError, parsed, read_tools

    try:
        listed = read_tools(parsed(tools))
    except ToolListError:
        return ""
    return picture(of_list(listed, name)) if listed.specs else ""
