"""Distributions of several data sets in one picture: an inline SVG of step lines, without script.

    distribution_svg("words per user turn", {"quickstart": [3, 9, ...], "people": [2, 4, ...]})

Each line shows shares of its own data set, so sets of different sizes compare. It follows the reader's light or dark
scheme through the page's colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.html import text

COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5", "#b83280")
"""One per data set, told apart on light and dark."""
_WIDTH, _HEIGHT, _BINS = 420, 130, 20


def distribution_svg(title: str, sets: Mapping[str, Sequence[int]], marks: Mapping[str, float] | None = None) -> str:
    """Draws the shares of whole numbers; the last step holds what lies beyond it.

    Args:
        title: what the numbers are.
        sets: name -> numbers.
        marks: name -> a number of which only the mean is known: a dashed line.
    """
    filled = {name: sorted(values) for name, values in sets.items() if values}
    if not filled:
        return ""
    marks = marks or {}
    low = min(values[0] for values in filled.values())
    # A few long ones do not flatten the rest.
    high = max(
        [values[int(0.98 * (len(values) - 1))] for values in filled.values()] + [round(m) for m in marks.values()]
    )
    step = max(1, -(-(high - low + 1) // _BINS))
    count = -(-(high - low + 1) // step)
    shares = {name: _shares(values, low, step, count) for name, values in filled.items()}
    top = max(max(each) for each in shares.values())
    bar = _WIDTH / count
    parts = []
    for colour, (name, heights) in zip(_colours(len(shares)), shares.items(), strict=True):
        points = [f"M0,{_HEIGHT}"]
        for place, share in enumerate(heights):
            y = _HEIGHT * (1 - share / top)
            points.append(f"L{place * bar:.1f},{y:.1f}L{(place + 1) * bar:.1f},{y:.1f}")
        path = f"{''.join(points)}L{_WIDTH},{_HEIGHT}Z"
        parts.append(
            f'<path d="{path}" fill="{colour}" fill-opacity=".15" stroke="{colour}" stroke-width="1.5">'
            f"<title>{text(name)}</title></path>"
        )
    for name, mean in marks.items():
        x = _WIDTH * (mean - low) / (step * count)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_HEIGHT}" stroke="currentColor" stroke-dasharray="4 3">'
            f"<title>{text(name)}: mean {mean:g}</title></line>"
        )
    beyond = any(values[-1] > high for values in filled.values())
    parts.append(f'<text x="0" y="{_HEIGHT + 15}" font-size="11" fill="currentColor">{low}</text>')
    parts.append(
        f'<text x="{_WIDTH}" y="{_HEIGHT + 15}" font-size="11" text-anchor="end" fill="currentColor">'
        f"{high}{'+' if beyond else ''}</text>"
    )
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT + 20}" style="width:100%;max-width:{_WIDTH}px"'
    picture = f'<svg {box} role="img" aria-label="{text(title)}">{"".join(parts)}</svg>'
    return f"<div><h3>{text(title)}</h3>{picture}{_legend(filled, marks)}</div>"


def _shares(values: Sequence[int], low: int, step: int, count: int) -> list[float]:
    heights = [0] * count
    for value in values:
        heights[min((value - low) // step, count - 1)] += 1
    return [height / len(values) for height in heights]


def _colours(number: int) -> list[str]:
    return [COLOURS[place % len(COLOURS)] for place in range(number)]


def _legend(filled: Mapping[str, Sequence[int]], marks: Mapping[str, float]) -> str:
    parts = [
        f'<span style="color:{colour}">&#9632;</span> {text(name)}: median {values[len(values) // 2]}'
        for colour, (name, values) in zip(_colours(len(filled)), filled.items(), strict=True)
    ]
    parts += [f"&#9480; {text(name)}: mean {mean:g}" for name, mean in marks.items()]
    return f'<p class="soft">{" &#160; ".join(parts)}</p>'
