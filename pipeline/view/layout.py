"""What all pages have in common: head, navigation, keys, and the policy that lets nothing of a row run.

A page has no inline script and no inline style but that of its pictures, which the policy names by digests; all text of
rows goes through `pipeline.html.text`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.graph_style import FEW, MANY
from pipeline.grid import STYLE as GRID
from pipeline.html import text
from pipeline.view.address import Address, Links
from pipeline.view.opened import Opened


def _digest(style: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src 'self' {' '.join(map(_digest, (GRID, FEW, MANY)))}; script-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'"
)
"""The Content-Security-Policy of every page; a server adds who may frame it."""
_KEYS = (
    ("j k", "down, up"),
    ("enter", "open"),
    ("esc", "back"),
    ("← →", "previous, next page"),
    ("o", "unfold all"),
    ("/", "search"),
)


class Frame(NamedTuple):
    """Where a page stands.

    Attributes:
        title: its heading, as plain text.
        run: the run that it is about, if it is about one.
        up: the page that esc leads to.
        before, after: the neighbours, if any.
    """

    title: str
    run: Opened | None = None
    up: Address | None = None
    before: Address | None = None
    after: Address | None = None


def page(frame: Frame, body: Iterable[str], runs: Sequence[Opened], links: Links) -> str:
    """Returns a whole page; `body` is HTML."""
    here = f"{frame.title} · writ view"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{text(POLICY)}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f'<title>{text(here)}</title><link rel="icon" href="{links.asset("view.svg")}">',
        f'<link rel="stylesheet" href="{links.asset("view.css")}">',
        f'<script src="{links.asset("view.js")}" defer></script></head><body>',
        _navigation(frame, runs, links),
        f"<main><h1>{text(frame.title)}</h1>",
        *body,
        "</main>",
        _foot(),
        "</body></html>\n",
    ]
    return "".join(parts)


def link(links: Links, to: Address | None, words: str, more: str = "") -> str:
    """Returns a link, or its words alone where the page is not there. `words` is HTML; `more` are attributes."""
    where = links.href(to) if to is not None else ""
    return f'<a href="{text(where)}"{more}>{words}</a>' if where else f"<span>{words}</span>"


def _navigation(frame: Frame, runs: Sequence[Opened], links: Links) -> str:
    parts = [link(links, Address(), "<b>writ view</b>")]
    for run in runs:
        current = frame.run is run
        names = [("kept", f"{len(run.kept):,} kept"), ("dropped", "dropped")]
        pages = [link(links, Address(run.number, name), words) for name, words in names]
        pages += [link(links, Address(run.number, "graph", each), f"graph of {text(each)}") for each in run.domains]
        which = f'<span class="run r{run.number}">{text(run.name)}</span>'
        parts.append(f'<span class="of{" here" if current else ""}">{which} {" ".join(pages)}</span>')
    ways = [("up", frame.up, "↑ back"), ("prev", frame.before, "← previous"), ("next", frame.after, "next →")]
    found = [link(links, to, words, f' rel="{rel}"') for rel, to, words in ways if to is not None and links.href(to)]
    return f'<header><nav>{"".join(parts)}</nav><nav class="ways">{" ".join(found)}</nav></header>'


def _foot() -> str:
    keys = " ".join(f"<span><kbd>{text(key)}</kbd> {text(what)}</span>" for key, what in _KEYS)
    return f'<footer class="keys">{keys}</footer>'


def note(words: str) -> str:
    """Returns a remark that stands out; `words` is HTML."""
    return f'<p class="note">{words}</p>'


def assets() -> dict[str, tuple[str, bytes]]:
    """Returns the files that pages need: name -> (content type, bytes)."""
    here = Path(__file__).parent
    style = here.parent.joinpath("report.css").read_bytes() + here.joinpath("view.css").read_bytes()
    return {
        "view.css": ("text/css; charset=utf-8", style),
        "view.js": ("text/javascript; charset=utf-8", here.joinpath("view.js").read_bytes()),
        "view.svg": ("image/svg+xml", here.joinpath("view.svg").read_bytes()),
    }
