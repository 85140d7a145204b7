from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import StorageError
from pipeline.view.index import SEARCH, Index, read_columns
from pipeline.view.opened import NOTHING, Opened, happens

ROWS = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["a", "b", "c"]), "behavior": st.sampled_from(["x+y", "x+y+s", "x+y+s+t", "z+y+t"])}
    ),
    max_size=30,
)
FILTERS = st.dictionaries(
    st.sampled_from(["kind", "happens", SEARCH]), st.sampled_from(["a", "b", "s", "t", NOTHING, "3"]), max_size=3
)


def index_of(rows: list[dict[str, Any]]) -> Index:
    listed = [{"id": f"row-{place}", **row} for place, row in enumerate(rows)]
    schema = pa.schema([(name, pa.string()) for name in ("id", "kind", "behavior")])
    table = pa.Table.from_pylist(listed, schema)
    return Index(table, {"kind": "kind", "happens": "behavior"}, ("id",), {"happens": happens})


def fits(row: dict[str, Any], filters: dict[str, str]) -> bool:
    values = {"kind": (row["kind"],), "happens": happens(row["behavior"])}
    return all(value in (row["id"] if name == SEARCH else values[name]) for name, value in filters.items())


@settings(deadline=None)
@given(ROWS, FILTERS, st.integers(-3, 9))
def test_pages_hold_the_rows_that_fit_in_order(
    rows: list[dict[str, Any]], filters: dict[str, str], number: int
) -> None:
    index = index_of(rows)
    wanted = [row for row in index.table.to_pylist() if fits(row, filters)]
    page = index.page(filters, number, size=4)
    assert (page.total, page.pages) == (len(wanted), max(-(-len(wanted) // 4), 1))
    assert 1 <= page.number <= page.pages
    assert page.rows == wanted[(page.number - 1) * 4 : page.number * 4]


@settings(deadline=None)
@given(ROWS, FILTERS)
def test_counts_are_what_a_click_on_the_value_would_show(rows: list[dict[str, Any]], filters: dict[str, str]) -> None:
    index = index_of(rows)
    for facet in index.facets:
        for value, count in index.counts(filters, facet).items():
            assert count == index.page({**filters, facet: value}).total > 0


@settings(deadline=None)
@given(ROWS, FILTERS)
def test_neighbours_are_those_of_the_filtered_list(rows: list[dict[str, Any]], filters: dict[str, str]) -> None:
    index = index_of(rows)
    ids = [row["id"] for row in index.table.to_pylist() if fits(row, filters)]
    for place, each in enumerate(ids):
        around = (ids[place - 1] if place else None, ids[place + 1] if place + 1 < len(ids) else None)
        assert index.beside(each, filters) == around
    assert index.beside("row-x", filters) == (None, None)


def test_some_rows_are_spread_over_all() -> None:
    index = index_of([{"kind": "a", "behavior": "x+y"}] * 10)
    some = index.spread(3)
    assert [row["id"] for row in some.table.to_pylist()] == ["row-0", "row-3", "row-6"]
    assert (len(some), some.whole) == (3, 10)
    assert index.spread(10) is index


def test_a_run_is_indexed_by_its_flat_columns(toy_run: Path) -> None:
    run = Opened(toy_run, 1)
    assert len(run.kept) == 20 and run.kept.counts({}, "happens") == {NOTHING: 10, "slip": 10}
    assert run.cells[1, 3] == 4 and sum(run.cells.values()) == 20
    assert run.dropped.counts({}, "reason") == {"cell_unfilled": 1, "grounding": 1}
    row = run.kept.page({"cell": "1x3", "happens": "slip"}).rows[0]
    judged = run.judged(row["id"])
    assert judged is not None and judged.dialogue.id == row["id"]
    assert run.judged("dialogue-x") is None and run.drop("drop-x") is None


def test_a_file_that_was_cut_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "r.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(StorageError, match=r"r\.parquet: was cut off"):
        read_columns([tmp_path / "r.parquet"], ["id"])
    with pytest.raises(StorageError, match=r"s\.parquet: cannot be read"):
        read_columns([tmp_path / "s.parquet"], ["id"])
