"""`writ export RUN --format FORMAT`: a run's kept rows as the files that one trainer reads.

    exports/trl/train.parquet, validation.parquet      the examples, in the order of the run's rows
    exports/trl/export.json                            what it is: format, options, counts, files, the run's fingerprint

The folder is made in another place and brought to its own when it is whole; an earlier export there is replaced. The
same run and options give the same bytes.
Shards are read one after the other, so what is held in memory is one of them and a row group per file.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict
from functools import lru_cache
from itertools import islice
from pathlib import Path

import orjson
from msgspec.structs import replace
from rich.console import Console

from pipeline.dataset import SPLITS
from pipeline.errors import WHOLE, StorageError, UserError
from pipeline.exports.format import Format, Sink
from pipeline.exports.formats import FORMATS
from pipeline.facts import fingerprint
from pipeline.kept_tables import kept_tables
from pipeline.remote.local import bring, work_place
from pipeline.run_folder import RunFolder
from pipeline.storage import read_json, storage_error, write_json
from pipeline.temporary import OwnFolder
from schemas.base import Json
from stages.training_examples import Example, Shape

_BATCH = 256
ABOUT = "export.json"
FOLDER = "exports"
"""Where exports go inside a run."""


def export(run: Path, name: str, out: Path | None, shape: Shape, console: Console) -> int:
    """Writes a run's examples; see `writ export --help`.

    Raises:
        UserError: the format is unknown or cannot say what the options ask for, the run has not ended, or the folder is
            taken.
    """
    form = _format(name)
    _sensible(form, shape)
    RunFolder(run).manifest()
    out = _free(run, (out or run / FOLDER / name).absolute())
    work = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = OwnFolder(".writ-export-", work_place(out))
        folder = work.path / name
        folder.mkdir()
        counts = _write(run, form, shape, folder)
        form.beside(folder, [split for split in SPLITS if counts[split]["examples"]])
        rows = sum(count["rows"] for count in counts.values())
        files = sorted(path.name for path in folder.iterdir())
        about = {"format": name, "options": asdict(shape), "splits": counts, "fingerprint": fingerprint(run, rows)}
        write_json(folder / ABOUT, {**about, "files": files})
        bring(folder, out, last=ABOUT)
    except OSError as error:
        raise storage_error(out, error) from error
    finally:
        if work is not None:
            work.remove()
    _tell(form, shape, out, counts, console)
    return WHOLE


def _format(name: str) -> Format:
    if name in FORMATS:
        return FORMATS[name]
    near = difflib.get_close_matches(name.lower().replace("_", "-"), FORMATS, n=1, cutoff=0.5)
    meant = f"did you mean {near[0]}? " if near else ""
    raise UserError(f"--format {name}: {meant}There are {', '.join(FORMATS)}")


def _sensible(form: Format, shape: Shape) -> None:
    if form.whole and shape != Shape():
        raise UserError(f"--format {form.name}: {form.whole}; leave the other options out")
    if shape.omit_prose and not shape.turn_split:
        raise UserError(
            "--omit-assistant-prose: a whole dialogue's loss counts that prose, so it cannot be left out; add "
            "--turn-split, which leaves it out of what stands before each message"
        )
    if shape.loss != "assistant" and not (form.per_message or shape.turn_split):
        raise UserError(
            f"--loss {shape.loss}: {form.name} cannot mark single messages of a dialogue; add --turn-split, which "
            "makes an example of each message that counts"
        )
    if shape.seed and not shape.drop_tools:
        raise UserError(f"--seed {shape.seed}: nothing is drawn without --drop-tools P; leave one out or give both")


def _free(run: Path, out: Path) -> Path:
    """Returns the folder to write, links in it followed: none of the run's own, with nothing but an export in it."""
    resolved, inside = out.resolve(), run.resolve()
    if resolved == inside or (resolved.is_relative_to(inside) and not resolved.is_relative_to(inside / FOLDER)):
        raise UserError(
            f"--out {out}: is the run's own; leave --out out for {run / FOLDER}, or name a folder elsewhere"
        )
    if resolved.is_dir() and (left := {path.name for path in resolved.iterdir()} - _exported(resolved)):
        raise UserError(
            f"{out}: holds {min(left)}, which no `writ export` put there; delete the folder, or give another with --out"
        )
    if resolved.exists() and not resolved.is_dir():
        raise UserError(f"{out}: is a file; give another folder with --out")
    return resolved


def _exported(folder: Path) -> set[str]:
    """Returns the files that an export into a folder wrote; none if there was none."""
    try:
        return {ABOUT, *map(str, read_json(folder / ABOUT)["files"])}
    except (StorageError, KeyError, TypeError):
        return set()


def _write(run: Path, form: Format, shape: Shape, folder: Path) -> dict[str, dict[str, int]]:
    counts = {split: {"rows": 0, "examples": 0, "left_out": 0} for split in SPLITS}
    with ExitStack() as stack:
        sinks: dict[str, Sink] = {}
        for table in kept_tables(run, ["id", "split", "messages", "tools", *form.columns]):
            for split in SPLITS:
                rows = [row for row in table.to_pylist() if row["split"] == split]
                if rows and split not in sinks:
                    sink = form.sink(folder / f"{split}{form.suffix}", shape.turn_split)
                    sinks[split] = stack.enter_context(closing(sink))
                counts[split]["rows"] += len(rows)
                examples = _examples(rows, shape, form.columns)
                while batch := list(islice(examples, _BATCH)):
                    written = sinks[split].write(batch)
                    counts[split]["examples"] += written
                    counts[split]["left_out"] += len(batch) - written
    return counts


def _examples(rows: list[dict[str, str]], shape: Shape, columns: Sequence[str]) -> Iterator[Example]:
    for row in rows:
        about = {name: row[name] for name in columns}
        for example in shape.examples(row["id"], orjson.loads(row["messages"]), _tools(row["tools"])):
            yield replace(example, about=about) if about else example


@lru_cache(maxsize=64)
def _tools(text: str) -> list[dict[str, Json]]:
    """Returns tools; all rows of a domain have the same ones. They are shared: look, don't touch."""
    found: list[dict[str, Json]] = orjson.loads(text)
    return found


def _tell(form: Format, shape: Shape, out: Path, counts: dict[str, dict[str, int]], console: Console) -> None:
    with suppress(ValueError):
        out = out.relative_to(Path.cwd())
    for split, count in counts.items():
        if count["rows"]:
            text = f"{out / split}{form.suffix}: {count['examples']:,} examples of {count['rows']:,} dialogues"
            if count["left_out"]:
                text += f"; {count['left_out']:,} have no such form"
            console.print(text, markup=False, highlight=False, soft_wrap=True)
    told = form.told_split if shape.turn_split else form.told
    text = f"What to tell {form.name} of the loss: {told}; all of its settings: docs/exports.md"
    console.print(text, markup=False, highlight=False, soft_wrap=True)
