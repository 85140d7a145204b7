"""Where checklists come from: a run whose recipe says `checklists: true`, or a file.

    for place, checklist in checklists_of(Path("outputs/quickstart")): ...    # "...: dialogue-1c2d", {"turns": [...]}

A file's row is a checklist, or has one under `checklist` (as the data set's Parquet does) or as the ground truth of a
reward model (as `writ export --format verl-rl` does), be it an object or JSON text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from pipeline.errors import StorageError, UserError
from pipeline.json_rows import json_rows
from pipeline.kept_tables import kept_tables
from schemas.base import Json

ASKED = "add `checklists: true` to its recipe, then `writ run RECIPE --update`"


def checklists_of(path: Path) -> Iterator[tuple[str, Json]]:
    """Yields checklists with their places.

    Raises:
        UserError: it is neither a run nor such a file, or a row has none.
    """
    if path.is_dir():
        yield from _of_run(path)
    elif path.exists():
        for place, row in json_rows(path, "checklists"):
            yield place, _in_row(place, row)
    else:
        raise UserError(f"{path}: is neither the folder of a run nor a file of checklists")


def _of_run(run: Path) -> Iterator[tuple[str, Json]]:
    for table in kept_tables(run, ["id", "checklist"]):
        for id_, text in zip(table["id"].to_pylist(), table["checklist"].to_pylist(), strict=True):
            found = orjson.loads(text)
            if found is None:
                raise StorageError(f"{run}: its rows have no checklists; {ASKED}")
            yield f"{run}: {id_}", found


def _in_row(place: str, row: dict[str, Json]) -> Json:
    if "turns" in row:
        return row
    model = row.get("reward_model")
    found = row.get("checklist", model.get("ground_truth") if isinstance(model, dict) else None)
    if isinstance(found, str):
        try:
            found = orjson.loads(found)
        except orjson.JSONDecodeError as error:
            raise UserError(f"{place}: its checklist is text that is not JSON ({error.msg})") from error
    if not isinstance(found, dict):
        raise UserError(f'{place}: has no checklist; a row is {{"turns": [...]}}, or has one under "checklist"')
    return found
