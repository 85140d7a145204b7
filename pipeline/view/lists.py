"""Lists: kept dialogues or dropped records, filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.html import text
from pipeline.view.address import Address, Links
from pipeline.view.index import SEARCH, SIZE, Index, Page
from pipeline.view.layout import Frame, link, note, page
from pipeline.view.opened import DROPPED, KEPT, Opened
from pipeline.view.overview import said

_TITLES = {"happens": "what happens", "engine": "generator", "owner": "fault of", "cell": "decisions x burden"}
_MANY = 12
"""Values of a filter that stand open; the others are folded."""


def kept_list(run: Opened, address: Address, runs: Sequence[Opened], links: Links) -> str:
    """Returns a page of kept dialogues."""
    return _list(run, run.shown("kept"), KEPT, address, runs, links)


def dropped_list(run: Opened, address: Address, runs: Sequence[Opened], links: Links) -> str:
    """Returns a page of dropped records."""
    return _list(run, run.shown("dropped"), DROPPED, address, runs, links)


def _list(
    run: Opened, index: Index, facets: Mapping[str, str], address: Address, runs: Sequence[Opened], links: Links
) -> str:
    filters = {name: value for name, value in address.filters if name in facets or name == SEARCH}
    address = address._replace(filters=tuple(filters.items()))
    found = index.page(filters, address.number)
    title = f"{found.total:,} {'kept dialogues' if address.page == 'kept' else 'dropped records'}"
    frame = Frame(
        title,
        run,
        up=Address(run.number, address.page) if filters else Address(),
        before=address._replace(number=found.number - 1) if found.number > 1 else None,
        after=address._replace(number=found.number + 1) if found.number < found.pages else None,
    )
    return page(frame, _body(run, index, found, filters, address, links), runs, links)


def _body(
    run: Opened, index: Index, found: Page, filters: Mapping[str, str], address: Address, links: Links
) -> Iterator[str]:
    if len(index) < index.whole:
        yield note(f"These files hold {len(index):,} of {index.whole:,}, evenly spread; `writ view` serves all.")
    yield '<div class="list"><aside>'
    if links.combined:
        yield _search(address, links)
    yield from _chosen(filters, address, links)
    shown = "".join(_facet(index, name, filters, address, links) for name in _facets(index))
    yield f'<details class="filters" open><summary>Filters</summary>{shown}</details>' if shown else ""
    yield "</aside><div>"
    if not found.rows:
        yield "<p>Nothing fits.</p>"
    rows = _kept_rows if address.page == "kept" else _dropped_rows
    items = "".join(f"<li>{each}</li>" for each in rows(found.rows, run, address, links))
    yield f'<ol class="rows" data-list start="{(found.number - 1) * SIZE + 1}">{items}</ol>'
    yield _pager(found, address, links)
    yield "</div></div>"


def _facets(index: Index) -> Iterator[str]:
    for name in index.facets:
        if len(index.counts({}, name)) > 1:
            yield name


def _search(address: Address, links: Links) -> str:
    where = links.href(address._replace(filters=(), number=1))
    hidden = "".join(
        f'<input type="hidden" name="{text(name)}" value="{text(value)}">'
        for name, value in address.filters
        if name != SEARCH
    )
    value = dict(address.filters).get(SEARCH, "")
    what = "id, task" if address.page == "kept" else "id, detail"
    return (
        f'<form action="{text(where)}" role="search">{hidden}<input type="search" name="{SEARCH}" id="search" '
        f'value="{text(value)}" placeholder="search: {what}" aria-label="search" autocomplete="off"></form>'
    )


def _chosen(filters: Mapping[str, str], address: Address, links: Links) -> Iterator[str]:
    if filters:
        parts = (
            link(links, address.with_filter(name, None), f"{text(_title(name))}: {text(said(value))} ✕", ' class="on"')
            for name, value in filters.items()
        )
        yield f'<p class="chosen">{" ".join(parts)}</p>'


def _facet(index: Index, name: str, filters: Mapping[str, str], address: Address, links: Links) -> str:
    counts = index.counts(filters if links.combined else {}, name)
    if name == "cell":
        counts = dict(sorted(counts.items(), key=lambda pair: tuple(map(int, pair[0].split("x")))))
    items = [
        f"<li>{link(links, address.with_filter(name, value), text(said(value)), _on(filters, name, value))}"
        f" <b>{count:,}</b></li>"
        for value, count in counts.items()
    ]
    more = ""
    if len(items) > _MANY + 2:
        more = f"<details><summary>{len(items) - _MANY} more</summary><ul>{''.join(items[_MANY:])}</ul></details>"
        items = items[:_MANY]
    return f"<div><h3>{text(_title(name))}</h3><ul>{''.join(items)}</ul>{more}</div>"


def _on(filters: Mapping[str, str], name: str, value: str) -> str:
    return ' class="on" aria-current="true"' if filters.get(name) == value else ""


def _title(name: str) -> str:
    return "search" if name == SEARCH else _TITLES.get(name, name)


def _kept_rows(rows: Sequence[Mapping[str, Any]], run: Opened, address: Address, links: Links) -> Iterator[str]:
    for row in rows:
        to = Address(run.number, "dialogue", row["id"], address.filters)
        manner = row["behavior"].replace("+", ", ")
        counts = f"{row['num_turns']} turns, {row['num_tool_calls']} calls"
        words = (
            f"<code>{text(row['id'])}</code><b>{text(said(row['kind']))}</b>"
            f'<span class="cell">{text(row["cell"])}</span>'
            f'<span>{text(said(manner))}</span><span class="soft">{counts}</span>'
            f'<span class="soft">{text(row["generator_model"])}, {text(row["split"])}</span>'
        )
        yield link(links, to, words, ' class="row kept"')


def _dropped_rows(rows: Sequence[Mapping[str, Any]], run: Opened, address: Address, links: Links) -> Iterator[str]:
    for row in rows:
        to = Address(run.number, "drop", row["id"], address.filters)
        words = (
            f"<code>{text(row['record_id'] or row['id'])}</code><b>{text(said(row['reason']))}</b>"
            f'<span class="soft">{text(said(row["stage"]))}, fault of {text(row["owner"])}</span>'
            f'<span class="detail">{text(row["detail"][:300])}</span>'
        )
        yield link(links, to, words, ' class="row drop"')


def _pager(found: Page, address: Address, links: Links) -> str:
    if found.pages == 1:
        return ""
    near = range(max(found.number - 2, 1), min(found.number + 2, found.pages) + 1)
    parts = []
    for number in sorted({1, found.pages, *near}):
        here = ' class="on" aria-current="page"' if number == found.number else ""
        parts.append(link(links, address._replace(number=number), f"{number:,}", here))
    return f'<nav class="pager" aria-label="pages">{" ".join(parts)}</nav>'
