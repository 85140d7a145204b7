"""Examples as a Parquet file of three kinds of columns: texts, lists of JSON objects, lists of ShareGPT turns.

A format gives the columns and, per example, their values: text as str or bytes, a list of JSON objects as a list of
their bytes, turns as (speaker, value) pairs. The schema is stated, never inferred: a reader that infers it from the
first rows stumbles over a dialogue without calls, and one that unites the keys of objects fills them with nulls. What
is held in memory is a row group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, Literal

import orjson
import pyarrow as pa

from pipeline.dataset_files import ROW_GROUP_BYTES, groups, parquet_writer
from stages.training_examples import Example

Kind = Literal["text", "objects", "turns"]
Row = Sequence[Any]
"""An example's values, one per column."""

_BATCH = 256
_JSONS = pa.list_(pa.field("element", pa.json_()))
_TURN = pa.struct([("from", pa.string()), ("value", pa.string())])
_TYPES = {"text": pa.string(), "objects": _JSONS, "turns": pa.list_(pa.field("element", _TURN))}
_TEXT = {"_type": "Value", "dtype": "string"}
_FEATURES = {
    "text": _TEXT,
    "objects": {"_type": "List", "feature": {"_type": "Json"}},
    "turns": {"_type": "List", "feature": {"from": _TEXT, "value": _TEXT}},
}


class ParquetSink:
    """A Parquet file under way."""

    def __init__(
        self,
        path: Path,
        columns: Mapping[str, Kind],
        row: Callable[[Example], Row | None],
    ) -> None:
        """Opens the file.

        Args:
            path: of the file.
            columns: name -> kind, in the order of a row's values; `tools` is among them.
            row: an example's values, or None where it has no such form.
        """
        self._kinds, self._row = list(columns.values()), row
        features = {"info": {"features": {name: _FEATURES[kind] for name, kind in columns.items()}}}
        fields = [pa.field(name, _TYPES[kind]) for name, kind in columns.items()]
        self._schema = pa.schema(fields, metadata={"huggingface": orjson.dumps(features).decode()})
        self._sink = pa.OSFile(str(path), "wb")
        # All rows of a domain have the same tools.
        repeated = ["tools"] if columns["tools"] == "text" else ["tools.list.element"]
        self._file = parquet_writer(self._sink, self._schema, repeated, ["id"])
        self._waiting: list[Any] = []

    def write(self, examples: Sequence[Example]) -> int:
        """Appends examples; returns how many had such a form."""
        rows = [row for row in map(self._row, examples) if row is not None]
        for start in range(0, len(rows), _BATCH):
            part = zip(*rows[start : start + _BATCH], strict=True)
            arrays = [_array(kind, values) for kind, values in zip(self._kinds, part, strict=True)]
            self._waiting.append(pa.Table.from_arrays(arrays, schema=self._schema))
            if sum(table.nbytes for table in self._waiting) >= ROW_GROUP_BYTES:
                self._flush()
        return len(rows)

    def close(self) -> None:
        """Writes what waits, and ends the file."""
        self._flush()
        self._file.close()
        self._sink.close()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for group in groups(pa.concat_tables(waiting)) if waiting else ():
            self._file.write_table(group, row_group_size=group.num_rows)


def parquet(columns: Mapping[str, Kind], row: Callable[[Example], Row | None]) -> Callable[[Path, bool], ParquetSink]:
    """Returns what opens the files of a format whose examples look alike, whole or split."""
    return lambda path, split: ParquetSink(path, columns, row)


def _array(kind: Kind, values: Sequence[Any]) -> Any:
    if kind == "text":
        return pa.array(values, pa.string())
    if kind == "turns":
        return pa.array([[{"from": who, "value": what} for who, what in row] for row in values], _TYPES[kind])
    ends = pa.array([0, *accumulate(map(len, values))], pa.int32())
    elements = pa.array(list(chain.from_iterable(values)), pa.string()).cast(pa.json_())
    return pa.ListArray.from_arrays(ends, elements, type=_JSONS)
