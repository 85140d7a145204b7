"""Small pieces of HTML as strings. Whatever comes from data is escaped here."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence


def text(value: object) -> str:
    """Returns a value as escaped text."""
    return html.escape(str(value), quote=True)


def table(head: Sequence[str], rows: Iterable[Sequence[object]], numeric: Sequence[int] = ()) -> str:
    """Returns a table that scrolls sideways where it does not fit.

    Args:
        head: names of the columns.
        rows: their values.
        numeric: columns that are aligned to the right.
    """

    def kind(place: int) -> str:
        return ' class="n"' if place in numeric else ""

    top = "".join(f"<th{kind(place)}>{text(name)}</th>" for place, name in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{kind(place)}>{text(value)}</td>" for place, value in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def bars(title: str, counts: Mapping[str, int], total: int) -> str:
    """Returns a list of bars with counts and shares."""
    top = max(counts.values(), default=1) or 1
    parts = [
        f"<span>{text(name)}</span><span><i style='width:{100 * count / top:.1f}%'></i></span>"
        f"<b>{count:,} ({count / max(total, 1):.0%})</b>"
        for name, count in counts.items()
    ]
    return f'<div><h3>{text(title)}</h3><div class="bars">{"".join(parts)}</div></div>'


def bullets(items: Iterable[str], kind: str = "ul") -> str:
    """Returns a list of items that are HTML already."""
    return f"<{kind}>{''.join(f'<li>{item}</li>' for item in items)}</{kind}>"


def histogram(title: str, values: Sequence[int], bins: int = 16) -> str:
    """Returns a histogram of whole numbers as an inline SVG."""
    if not values:
        return ""
    low, high = min(values), sorted(values)[int(0.99 * (len(values) - 1))]  # a few long ones do not flatten the rest
    step = max(1, -(-(high - low + 1) // bins))
    count = -(-(high - low + 1) // step)
    heights = [0] * count
    for value in values:
        heights[min((value - low) // step, count - 1)] += 1
    top, width, height = max(heights), 300, 90
    bar = width / count
    parts = []
    for place, number in enumerate(heights):
        tall = height * number / top
        start = low + place * step
        span = f"{start}" if step == 1 else f"{start} to {start + step - 1}"
        if place == count - 1 and max(values) > high:
            span = f"{start} or more"
        parts.append(
            f'<rect x="{place * bar + 1:.1f}" y="{height - tall:.1f}" width="{bar - 2:.1f}" height="{tall:.1f}" '
            f'rx="1.5" fill="var(--bar)"><title>{span}: {number:,}</title></rect>'
        )
    last = f"{high}+" if max(values) > high else f"{high}"
    parts.append(f'<text x="0" y="{height + 15}" font-size="11" fill="currentColor">{low}</text>')
    parts.append(
        f'<text x="{width}" y="{height + 15}" font-size="11" text-anchor="end" fill="currentColor">{last}</text>'
    )
    middle = sorted(values)[len(values) // 2]
    return (
        f'<div><h3>{text(title)} <span class="soft">median {middle}</span></h3>'
        f'<svg viewBox="0 0 {width} {height + 20}" style="width:100%;max-width:{width}px" role="img" '
        f'aria-label="{text(title)}">{"".join(parts)}</svg></div>'
    )
