"""The grid of decisions and burden as a picture: one SVG string, no script, no external part.

    grid_svg(wanted={(1, 6): 60}, kept={(1, 6): 58})     # the cell says 58, and below it "of 60"

It follows the reader's light or dark scheme where the reader's program tells one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import NamedTuple

_CELL_W, _CELL_H = 46, 40
_LEFT, _TOP = 104, 60
STYLE = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#1f2933}"
    ".s{font-size:10.5px;fill:#52606d}.h{font-weight:600}.w{fill:#fff}.w.s{fill:#e4eefb}"
    ".e{fill:#f1f4f8}.b{fill:#b42318}"
    "@media(prefers-color-scheme:dark){text{fill:#e4e7eb}.s{fill:#9aa5b1}.e{fill:#27303b}.k{fill:#102a43}"
    ".k.s{fill:#243b53}.w{fill:#fff}.w.s{fill:#e4eefb}.b{fill:#ff9c8f}}"
)
"""All of the picture's style, so that a page can allow it by its digest."""
_LETTER = 7
_LIGHT, _DARK = (219, 234, 254), (29, 78, 160)

Counts = Mapping[tuple[int, int], int]


class Tile(NamedTuple):
    """One cell of any grid: what it says, below that in small letters, and how dark it is (0 to 1)."""

    text: str
    below: str
    shade: float


Draw = Callable[[float, float, tuple[int, int]], list[str]]
"""(left, top, (decisions, burden)) -> the parts of that cell."""


def grid_svg(
    wanted: Counts,
    kept: Counts,
    axis: str = "evidence burden: reads that one decision needs",
    link: Callable[[tuple[int, int]], str] | None = None,
) -> str:
    """Draws the grid.

    Args:
        wanted: (decisions, burden) -> rows that a recipe asked for with this very burden; may be empty.
        kept: (decisions, burden) -> rows that are there.
        axis: what burden means here; stands above the columns.
        link: (decisions, burden) -> where a cell with rows leads.
    """
    places = {place for place, count in (*kept.items(), *wanted.items()) if count}
    top = max(kept.values(), default=0)

    def cell(x: float, y: float, place: tuple[int, int]) -> list[str]:
        parts = _cell(x, y, kept.get(place, 0), wanted.get(place, 0), top)
        where = link(place) if link is not None and kept.get(place) else ""
        if not where:
            return parts
        label = f"decisions {place[0]}, burden {place[1]}: {kept[place]:,}"
        return [f'<a href="{escape(where)}" aria-label="{label}">', *parts, "</a>"]

    return _drawn("Kept trajectories by decisions and burden", axis, places, cell, kept)


def tiles_svg(tiles: Mapping[tuple[int, int], Tile], title: str, axis: str) -> str:
    """Draws a grid of anything that has a share: (decisions, burden) -> tile. The title stands above it."""

    def cell(x: float, y: float, place: tuple[int, int]) -> list[str]:
        tile = tiles.get(place)
        if tile is None:
            return [f'<rect class="e" {_box(x, y)}/>']
        ink, middle = "w" if tile.shade > 0.55 else "k", x + _CELL_W / 2
        parts = [f'<rect {_box(x, y)} fill="rgb({_colour(tile.shade)})"/>']
        parts.append(_text(middle, y + (19 if tile.below else 25), tile.text, f"{ink} h"))
        return [*parts, _text(middle, y + 33, tile.below, f"{ink} s")] if tile.below else parts

    return _drawn(title, f"{title}; {axis}", set(tiles), cell, None)


def _drawn(title: str, axis: str, places: set[tuple[int, int]], cell: Draw, counts: Counts | None) -> str:
    """Draws cells in their rows and columns; with counts, sums at the margins."""
    title, axis = escape(title), escape(axis)
    burdens = _span({burden for _, burden in places})
    decisions = _span({number for number, _ in places})
    sums = counts is not None
    width = _LEFT + _CELL_W * (len(burdens) + sums) + 16
    if not sums:  # there may be few cells below a long title
        width = max(width, _LEFT + 16 + _LETTER * len(axis))
    height = _TOP + _CELL_H * (len(decisions) + sums) + 12
    margin = _LEFT + _CELL_W * len(burdens) + _CELL_W / 2
    foot = _TOP + _CELL_H * len(decisions) + 22
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{title}"><title>{title}</title><style>{STYLE}</style>',
        _text(_LEFT, 20, axis, "h", "start"),
        _text(8, _TOP - 12, "decisions", "h", "start"),
    ]
    if counts is not None:
        parts.append(_text(margin, _TOP - 12, "all", "s"))
    for column, burden in enumerate(burdens):
        x = _LEFT + _CELL_W * column
        parts.append(_text(x + _CELL_W / 2, _TOP - 12, str(burden), "h"))
        if counts is not None:
            total = sum(counts.get((number, burden), 0) for number in decisions)
            parts.append(_text(x + _CELL_W / 2, foot, _short(total), "s"))
    for row, number in enumerate(decisions):
        y = _TOP + _CELL_H * row
        label = {0: "no write", 1: "1 decision"}.get(number, f"{number} decisions")
        parts.append(_text(8, y + 25, label, "h", "start"))
        for column, burden in enumerate(burdens):
            parts.extend(cell(_LEFT + _CELL_W * column, y, (number, burden)))
        if counts is not None:
            parts.append(_text(margin, y + 25, _short(sum(counts.get((number, b), 0) for b in burdens)), "s"))
    if counts is not None:
        parts.append(_text(8, foot, "all", "s", "start"))
        parts.append(_text(margin, foot, _short(sum(counts.values())), "h"))
    return "".join([*parts, "</svg>\n"])


def _box(x: float, y: float) -> str:
    return f'x="{x + 1}" y="{y + 1}" width="{_CELL_W - 2}" height="{_CELL_H - 2}" rx="4"'


def _colour(share: float) -> str:
    return ",".join(str(round(low + (high - low) * share)) for low, high in zip(_LIGHT, _DARK, strict=True))


def _cell(x: float, y: float, count: int, wanted: int, top: int) -> list[str]:
    box = _box(x, y)
    if not count and not wanted:
        return [f'<rect class="e" {box}/>']
    share = (count / top) ** 0.5 if top else 0.0  # the eye compares areas
    colour = _colour(share)
    ink = "w" if share > 0.55 else "k"
    middle, short = x + _CELL_W / 2, count < wanted
    parts = [f'<rect {box} fill="rgb({colour})"/>' if count else f'<rect class="e" {box}/>']
    parts.append(_text(middle, y + (19 if short else 25), _short(count), f"{ink} h" if count else "s"))
    if short:
        parts.append(_text(middle, y + 33, f"of {_short(wanted)}", f"{ink} s" if count else "s b"))
    return parts


def _span(values: set[int]) -> list[int]:
    return list(range(min(values), max(values) + 1)) if values else []


def _short(count: int) -> str:
    return str(count) if count < 10_000 else f"{count / 1000:.0f}k"


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "middle") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{text}</text>'
