"""An index of flat columns: which rows fit some filters, how many have each value, one page of them at a time.

    index = Index(table, {"kind": "kind", "happens": "behavior"}, search=("id", "task_id"), parts={"happens": traits})
    index.page({"kind": "mixed"}, number=2)           # Page(total=1234, number=2, pages=25, rows=[{"id": ...}, ...])
    index.counts({"kind": "mixed"}, "happens")        # {"slip": 310, ...}: those that the other filters leave

It is built from the columns of the kept rows that are no JSON, so 100,000 rows are a few megabytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.storage import damaged, source

SIZE = 50
"""Rows of one page."""
SEARCH = "q"
"""The filter whose value only needs to stand somewhere in a row's searched columns."""
_READERS = 2

Filters = Mapping[str, str]


class Page(NamedTuple):
    """One page of the rows that fit: `number` counts from 1 and is never beyond `pages`."""

    total: int
    number: int
    pages: int
    rows: list[dict[str, Any]]


class Index:
    """See the module's text."""

    def __init__(
        self,
        table: Any,
        facets: Mapping[str, str],
        search: Sequence[str],
        parts: Mapping[str, Callable[[str], Sequence[str]]] | None = None,
        whole: int | None = None,
    ) -> None:
        """Takes a table.

        Args:
            table: the rows, a `pyarrow.Table`.
            facets: name of a filter -> its column of text.
            search: columns that `SEARCH` looks into.
            parts: filter -> the values that one text of its column stands for, where that is not the text itself.
            whole: how many rows there are, if these are some of them.
        """
        self.table = table.combine_chunks()
        self.whole = table.num_rows if whole is None else whole
        self.facets = dict(facets)
        self._search, self._parts = tuple(search), dict(parts or {})
        self._spread: dict[int, Index] = {}

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def page(self, filters: Filters, number: int = 1, size: int = SIZE) -> Page:
        """Returns a page of the rows that fit, in order."""
        mask = self._mask(filters)
        places = pc.indices_nonzero(mask) if mask is not None else pa.array(range(len(self)), pa.int64())
        pages = max(-(-len(places) // size), 1)
        number = min(max(number, 1), pages)
        rows = self.table.take(places[(number - 1) * size : number * size]).to_pylist()
        return Page(len(places), number, pages, rows)

    def counts(self, filters: Filters, facet: str) -> dict[str, int]:
        """Returns how many rows have each value of a facet, of those that all other filters leave; commonest first."""
        mask = self._mask({name: value for name, value in filters.items() if name != facet})
        column = self.table[self.facets[facet]]
        found = pc.value_counts(column if mask is None else column.filter(mask)).to_pylist()
        counted: Counter[str] = Counter()
        for each in found:
            for value in self._values(facet, each["values"]):
                counted[value] += each["counts"]
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))

    def find(self, row_id: str, column: str = "id") -> dict[str, Any] | None:
        """Returns the first row with this very id (or value of another column), or None."""
        place = pc.index(self.table[column], row_id).as_py() if len(self) else -1
        return None if place < 0 else dict(self.table.slice(place, 1).to_pylist()[0])

    def beside(self, row_id: str, filters: Filters) -> tuple[str | None, str | None]:
        """Returns the ids before and after a row among those that fit."""
        mask = self._mask(filters)
        ids = self.table["id"] if mask is None else self.table["id"].filter(mask)
        place = pc.index(ids, row_id).as_py() if len(ids) else -1
        if place < 0:
            return None, None
        before = ids[place - 1].as_py() if place else None
        return before, ids[place + 1].as_py() if place + 1 < len(ids) else None

    def spread(self, count: int) -> Index:
        """Returns an index of so many rows, evenly spread over all; itself where it has no more."""
        if len(self) <= count:
            return self
        if count not in self._spread:
            places = pa.array([number * len(self) // count for number in range(count)], pa.int64())
            self._spread[count] = Index(self.table.take(places), self.facets, self._search, self._parts, self.whole)
        return self._spread[count]

    def _values(self, facet: str, text: str) -> Sequence[str]:
        part = self._parts.get(facet)
        return part(text) if part else (text,)

    def _mask(self, filters: Filters) -> Any:
        """Returns one boolean per row, None where no filter is on."""
        masks = []
        for name, value in filters.items():
            if name == SEARCH and value:
                hits = [pc.match_substring(self.table[each], value, ignore_case=True) for each in self._search]
                masks.append(_folded(pc.or_, hits))
            elif name in self.facets:
                column = self.table[self.facets[name]]
                if name in self._parts:
                    fit = [text for text in pc.unique(column).to_pylist() if value in self._values(name, text)]
                    masks.append(pc.is_in(column, pa.array(fit, pa.string())))
                else:
                    masks.append(pc.equal(column, value))
        return _folded(pc.and_, masks) if masks else None


def _folded(how: Any, masks: Sequence[Any]) -> Any:
    found = masks[0]
    for each in masks[1:]:
        found = how(found, each)
    return found


def read_columns(paths: Iterable[Path], columns: Sequence[str]) -> list[Any]:
    """Reads some columns of many files, several at once; other columns are not even looked at.

    Raises:
        StorageError: a file is not there, was cut off or is not Parquet.
    """

    def read(path: Path) -> Any:
        try:
            with source(path) as opened:
                return pq.ParquetFile(opened).read(columns=list(columns), use_threads=False)
        except (OSError, pa.ArrowException, KeyError, ValueError) as error:
            raise damaged(path, error) from error

    with ThreadPoolExecutor(_READERS) as pool:
        return list(pool.map(read, paths))
