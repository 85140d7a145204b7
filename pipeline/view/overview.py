"""The first page: the grid with its cells as links, kinds and manners, what was dropped; two runs side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow.compute as pc

from pipeline.grid import grid_svg
from pipeline.html import text
from pipeline.view.address import Address, Links
from pipeline.view.layout import Frame, link, note, page
from pipeline.view.opened import Opened

_TITLES = {
    "kind": "kind",
    "disclosure": "disclosure",
    "register": "register",
    "happens": "what happens",
    "engine": "generator",
    "domain": "domain",
    "split": "split",
}
_BAR = 120


def overview(runs: Sequence[Opened], links: Links) -> str:
    """Returns the page."""
    title = " beside ".join(f"{run.name}" for run in runs)
    return page(Frame(title), _body(runs, links), runs, links)


def _body(runs: Sequence[Opened], links: Links) -> Iterator[str]:
    yield f'<div class="beside n{len(runs)}">'
    for run in runs:
        yield f"<section>{''.join(_one(run, links, len(runs) > 1))}</section>"
    yield "</div>"
    if len(runs) > 1:
        yield _shared(*runs)
    yield '<div class="columns">'
    for name, words in _TITLES.items():
        counts = [run.kept.counts({}, name) for run in runs]
        found = _merged(counts)
        if name in ("kind", "disclosure", "register", "happens") or len(found) > 1:
            yield _bars(words, found, runs, links, "kept", name)
    yield "</div><h2>Dropped</h2>"
    yield _dropped(runs, links)


def _one(run: Opened, links: Links, several: bool) -> Iterator[str]:
    if several:
        yield f'<h2><span class="run r{run.number}">{text(run.name)}</span></h2>'
    recipe = f"recipe {run.recipe.get('name')}, seed {run.recipe.get('seed')}; {run.worlds}"
    yield f'<p class="soft">{text(recipe)}</p>'
    if not run.ended:
        yield note(_unfinished(run))
    dropped = sum(count for key, count in run.counted().items() if key[1] != "surplus")
    tasks = len(pc.unique(run.kept.table["task_id"]))
    numbers = [
        (f"{len(run.kept):,}", f"kept of {run.asked:,} wanted" if run.asked else "kept", Address(run.number, "kept")),
        (f"{tasks:,}", "tasks", None),
        (f"{dropped:,}", "rejected", Address(run.number, "dropped")),
    ]
    shown = (link(links, to, f"<b>{many}</b><span>{text(what)}</span>") for many, what, to in numbers)
    yield f'<div class="numbers">{"".join(f"<div>{each}</div>" for each in shown)}</div>'
    cells = run.cells
    if cells:

        def href(cell: tuple[int, int]) -> str:
            return links.href(Address(run.number, "kept").with_filter("cell", f"{cell[0]}x{cell[1]}"))

        axis = f"{'plausible burden' if run.plausible else 'evidence burden'}: reads that one decision needs"
        yield f'<div class="wide grid">{grid_svg(run.wanted, cells, axis, href)}</div>'


def _unfinished(run: Opened) -> str:
    if len(run.kept):
        return "This run has not ended: shown is what it has chosen so far. The same <code>writ run</code> goes on."
    return (
        "This run has not ended, and has chosen nothing yet: only what it dropped can be looked at. "
        "The same <code>writ run</code> goes on."
    )


def _shared(one: Opened, other: Opened) -> str:
    def both(column: str) -> int:
        ids = pc.unique(one.kept.table[column])
        return int(pc.sum(pc.is_in(ids, pc.unique(other.kept.table[column]))).as_py() or 0)

    return note(
        f"{both('id'):,} dialogues are in both runs, and {both('task_id'):,} tasks; a dialogue's page shows the other "
        "run's about the same task beside it."
    )


def _merged(counts: Sequence[dict[str, int]]) -> list[tuple[str, list[int]]]:
    """Returns value -> count in each run, the commonest first."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return [(value, [each.get(value, 0) for each in counts]) for value, _ in total.most_common()]


def _bars(
    title: str, found: Sequence[tuple[str, list[int]]], runs: Sequence[Opened], links: Links, name: str, facet: str
) -> str:
    sizes = [max(len(run.kept), 1) for run in runs]
    top = max((count / size for _, counts in found for count, size in zip(counts, sizes, strict=True)), default=1) or 1
    rows = []
    for value, counts in found:
        for place, (run, count, size) in enumerate(zip(runs, counts, sizes, strict=True)):
            to = Address(run.number, name).with_filter(facet, value)
            words = text(said(value)) if place == 0 else ""
            many = link(links, to if count else None, f"{count:,} ({count / size:.0%})")
            rows.append(f"<span>{words}</span>{_bar(count / size / top, run.number)}<b>{many}</b>")
    return f'<div><h3>{text(title)}</h3><div class="bars">{"".join(rows)}</div></div>'


def _bar(share: float, number: int) -> str:
    """Returns a bar as a picture, because the policy allows no inline style."""
    wide = max(_BAR * share, 1.5) if share else 0
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR} 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="r{number}" width="{wide:.1f}" height="8" rx="1.5"/></svg>'
    )


def said(value: Any) -> str:
    """Returns a value as words."""
    return str(value).replace("_", " ")


def _dropped(runs: Sequence[Opened], links: Links) -> str:
    counts = [run.counted() for run in runs]
    keys = sorted(
        {key for counted in counts for key in counted}, key=lambda key: (key[0], -max(c[key] for c in counts))
    )
    if not keys:
        return "<p>Nothing was dropped.</p>"
    head = "".join(f"<th>{name}</th>" for name in ("stage", "reason", "fault of"))
    heads = "".join(f'<th class="n"><span class="run r{run.number}">{text(run.name)}</span></th>' for run in runs)
    rows = []
    for key in keys:
        cells = "".join(f"<td>{text(said(each))}</td>" for each in key)
        for run, counted in zip(runs, counts, strict=True):
            to = Address(run.number, "dropped")
            names = zip(("stage", "reason", "owner"), key, strict=True) if links.combined else [("reason", key[1])]
            for name, value in names:
                to = to.with_filter(name, value)
            cells += f'<td class="n">{link(links, to if counted[key] else None, f"{counted[key]:,}")}</td>'
        rows.append(f"<tr>{cells}</tr>")
    return f'<div class="wide"><table><thead><tr>{head}{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
