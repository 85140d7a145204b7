"""The Parquet files of a data set: rows in, shards out, the same bytes for the same rows.

Both configs have the flat columns. `default` has `messages` and `tools` as lists of JSON objects (Arrow's JSON type, so
that no key is filled with nulls), `sharegpt` has plain strings and structs that any reader knows. `metadata` is JSON
text: readers that turn JSON into objects on the way round floats, and a proof must not be rounded.

JSON texts are taken over from the run byte by byte. Row groups hold about 16 MB of values (4 MB in the small split),
shards at most 500 MB; pages are cut by content, so that a data set with a few rows more shares most of its pages with
the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.base import Json
from stages.sharegpt import to_sharegpt, tools_text

ROW_GROUP_BYTES = 16 << 20
"""Values that make a row group. As many wait in memory, and of each group a writer keeps some 60 kB to the end."""
_SMALLER = {"train": 1, "validation": 4}
"""How much smaller a split's row groups are: the rows of a small one would wait in memory for most of a long run."""
MOST_GROUP_BYTES = 64 << 20
SHARD_BYTES = 400 << 20
"""A shard is closed once it is so large: with the row group under way it stays below 500 MB."""

FLAT: dict[str, str] = {
    "id": "string",
    "domain": "string",
    "kind": "string",
    "num_writes": "int64",
    "burden": "int64",
    "plausible_burden": "int64",
    "num_turns": "int64",
    "num_tool_calls": "int64",
    "num_read_calls": "int64",
    "num_write_calls": "int64",
    "max_parallel_calls": "int64",
    "zero_gain_turns": "int64",
    "disclosure": "string",
    "register": "string",
    "behavior": "string",
    "reward": "float64",
    "generator_model": "string",
    "task_id": "string",
    "num_tasks": "int64",
}
"""Columns of both configs, with their types; the split is the file's."""

_NUMBERS = {"_type": "List", "feature": {"_type": "Value", "dtype": "float64"}}
_JSONS = {"_type": "List", "feature": {"_type": "Json"}}
_TEXT = {"_type": "Value", "dtype": "string"}
_TURNS = {"_type": "List", "feature": {"from": _TEXT, "value": _TEXT}}
_FLAT_FEATURES: dict[str, Json] = {name: {"_type": "Value", "dtype": kind} for name, kind in FLAT.items()}
FEATURES: dict[str, dict[str, Json]] = {
    "default": {
        **_FLAT_FEATURES,
        "messages": _JSONS,
        "tools": _JSONS,
        "information_gain": _NUMBERS,
        "checklist": _TEXT,
        "judgement": _TEXT,
        "metadata": _TEXT,
    },
    "sharegpt": {**_FLAT_FEATURES, "conversations": _TURNS, "system": _TEXT, "tools": _TEXT},
}
"""Config -> column -> feature, as the `datasets` library writes it."""

_ARROW = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
_GAINS = pa.list_(pa.field("element", pa.float64()))
_TURN = pa.struct([("from", pa.string()), ("value", pa.string())])
_raw_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


def schema(config: str) -> Any:
    """Returns a config's `pyarrow.Schema` with the features that `datasets` reads."""
    columns = [pa.field(name, _ARROW[kind]) for name, kind in FLAT.items()]
    if config == "default":
        jsons = pa.list_(pa.field("element", pa.json_()))
        columns += [pa.field("messages", jsons), pa.field("tools", jsons)]
        columns += [pa.field("information_gain", _GAINS), pa.field("checklist", pa.string())]
        columns += [pa.field("judgement", pa.string()), pa.field("metadata", pa.string())]
    else:
        columns += [pa.field("conversations", pa.list_(pa.field("element", _TURN)))]
        columns += [pa.field("system", pa.string()), pa.field("tools", pa.string())]
    features = {"info": {"features": FEATURES[config]}}
    return pa.schema(columns, metadata={"huggingface": orjson.dumps(features).decode()})


def default_table(rows: Any) -> Any:
    """Returns the `default` form of rows as the run stores them."""
    columns = [rows.column(name).combine_chunks() for name in FLAT]
    columns.append(_json_lists(rows.column("messages").to_pylist()))
    columns.append(_each_once(rows.column("tools"), _json_lists))
    columns.append(pa.array(map(orjson.loads, rows.column("information_gain").to_pylist()), _GAINS))
    for name in ("checklist", "judgement"):
        texts = rows.column(name).combine_chunks()
        columns.append(pc.if_else(pc.equal(texts, "null"), pa.scalar(None, pa.string()), texts))
    columns.append(rows.column("metadata").combine_chunks())
    return pa.Table.from_arrays(columns, schema=schema("default"))


def sharegpt_table(rows: Any) -> tuple[Any, int]:
    """Returns the `sharegpt` form of those rows that have one, and how many have none."""
    kept, systems = [], []
    speakers: list[str] = []
    values: list[str] = []
    ends = [0]
    for place, messages in enumerate(rows.column("messages").to_pylist()):
        found = to_sharegpt(orjson.loads(messages), [])
        if found is not None:
            kept.append(place)
            speakers += [speaker for speaker, _ in found.conversations]
            values += [value for _, value in found.conversations]
            ends.append(len(values))
            systems.append(found.system)
    # By column, because Arrow takes long to read turns out of dictionaries.
    turns = pa.StructArray.from_arrays([pa.array(speakers, pa.string()), pa.array(values, pa.string())], type=_TURN)
    flat = rows.select([*FLAT, "tools"])
    if len(kept) < rows.num_rows:
        flat = flat.take(pa.array(kept, pa.int64()))
    columns = [flat.column(name).combine_chunks() for name in FLAT]
    columns += [pa.ListArray.from_arrays(pa.array(ends, pa.int32()), turns), pa.array(systems, pa.string())]
    columns.append(_each_once(flat.column("tools"), _tools_texts))
    return pa.Table.from_arrays(columns, schema=schema("sharegpt")), rows.num_rows - len(kept)


def _json_lists(texts: Sequence[str]) -> Any:
    """Returns texts of JSON lists as lists of texts, one per element."""
    elements: list[bytes] = []
    ends = [0]
    for text in texts:
        elements.extend(map(bytes, _raw_list(text)))
        ends.append(len(elements))
    values = pa.array(elements, pa.string()).cast(pa.json_())
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, type=_JSON_LIST)


def _tools_texts(texts: Sequence[str]) -> Any:
    return pa.array([tools_text(orjson.loads(text)) for text in texts], pa.string())


def _each_once(column: Any, convert: Callable[[Sequence[str]], Any]) -> Any:
    """Converts a column in which few values come again and again (all rows of a domain have the same tools)."""
    found = column.combine_chunks().dictionary_encode()
    return convert(found.dictionary.to_pylist()).take(found.indices)


_JSON_LIST = pa.list_(pa.field("element", pa.json_()))


@dataclass
class Writer:
    """Brings rows into a config's form and writes them, as they come, into numbered shards of one split.

    Attributes:
        rows, bytes: what was written: rows, and values before compression.
        files: the shards, once the writer is closed.
    """

    folder: Path
    config: str
    split: str
    rows: int = 0
    bytes: int = 0
    files: list[Path] = field(default_factory=list)
    _waiting: list[Any] = field(default_factory=list)
    _waiting_bytes: int = 0
    _open: Any = None
    _sink: Any = None

    def write(self, rows: Any) -> int:
        """Appends rows as the run stores them; returns how many have no such form."""
        left_out = 0
        if self.config == "default":
            table = default_table(rows)
        else:
            table, left_out = sharegpt_table(rows)
        self._waiting.append(table)
        self._waiting_bytes += table.nbytes  # added up: to ask all that wait, each time, is slow
        if self._waiting_bytes >= ROW_GROUP_BYTES // _SMALLER[self.split]:
            self._write_waiting()
        return left_out

    def close(self) -> None:
        """Ends the last shard and gives all their names: `train-00000-of-00003.parquet`."""
        self._write_waiting()
        self._end()
        for number, path in enumerate(self.files):
            final = self.folder / f"{self.split}-{number:05d}-of-{len(self.files):05d}.parquet"
            self.files[number] = path.rename(final)

    def _write_waiting(self) -> None:
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        for group in groups(pa.concat_tables(waiting)) if waiting else ():
            if self._open is None:
                self._start()
            self._open.write_table(group, row_group_size=max(group.num_rows, 1))
            self.rows += group.num_rows
            self.bytes += group.nbytes
            if self._sink.tell() >= SHARD_BYTES:
                self._end()

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.split}-{len(self.files):05d}.part"
        self.files.append(path)
        self._sink = pa.OSFile(str(path), "wb")
        repeated = [name for name, kind in FLAT.items() if kind == "string" and name != "id"]
        repeated.append("tools.list.element" if self.config == "default" else "tools")
        self._open = parquet_writer(self._sink, schema(self.config), repeated, list(FLAT))

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._sink.close()
            self._open = self._sink = None


def parquet_writer(sink: Any, schema: Any, repeated: Sequence[str], statistics: Sequence[str]) -> Any:
    """Opens a Parquet file as the Hub wants them: zstd, an index of pages, pages cut by content.

    Args:
        sink: where its bytes go.
        schema: its columns.
        repeated: paths of columns in which the same values come again and again.
        statistics: columns that have any; of long texts they would only be copies in the footer.
    """
    return pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=repeated,
        write_statistics=statistics,
        write_page_index=True,
        use_content_defined_chunking={"min_chunk_size": 256 << 10, "max_chunk_size": 1 << 20, "norm_level": 0},
    )


def groups(table: Any, limit: int = MOST_GROUP_BYTES) -> Iterator[Any]:
    """Cuts a table into slices of at most so many bytes (a larger row makes one of its own)."""
    if table.num_rows <= 1 or table.nbytes <= limit:
        if table.num_rows:
            yield table
        return
    half = table.num_rows // 2
    yield from groups(table.slice(0, half), limit)
    yield from groups(table.slice(half), limit)
