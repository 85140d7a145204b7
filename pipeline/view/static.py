"""A site as files that need no server: `write_static(site, Path("shown"), 1000)`, then open `shown/index.html`.

Lists are there whole and once per value of each filter; filters are not combined, and nothing is searched. Dialogues of
a large run are as many as wanted, evenly spread over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.storage import write_bytes
from pipeline.view.address import Address, Files
from pipeline.view.layout import assets
from pipeline.view.opened import Opened
from pipeline.view.replay import Worlds
from pipeline.view.site import Site


def write_static(runs: tuple[Opened, ...], worlds: tuple[Worlds, ...], folder: Path, count: int) -> int:
    """Writes the files; returns how many pages there are.

    Args:
        runs: the runs; from now on their lists have only what is written.
        worlds: their worlds.
        folder: a new or empty folder.
        count: dialogues of each run, and dropped records.

    Raises:
        StorageError: the folder is none, holds something, or is a run's; a shard is damaged.
    """
    _must_be_free(folder, runs)
    for run in runs:
        run.limit = count
    addresses = [each for run in runs for each in (*_lists(run), *_single(run, len(runs)))]
    links = Files(addresses)
    site = Site(runs, links, worlds)
    for name, (_, content) in assets().items():
        write_bytes(folder / name, content)
    pages = 0
    for address in (Address(), *addresses):
        found = site.page(address)
        if found is not None:
            write_bytes(folder / links.href(address), found.encode("utf-8", "replace"))
            pages += 1
    return pages


def _single(run: Opened, runs: int) -> Iterator[Address]:
    for domain in run.domains:
        yield Address(run.number, "graph", domain)
    for row_id in run.shown("kept").table["id"].to_pylist():
        yield Address(run.number, "dialogue", row_id)
        if runs > 1:
            yield Address(run.number, "both", row_id)
    for drop_id in run.shown("dropped").table["id"].to_pylist():
        yield Address(run.number, "drop", drop_id)


def _lists(run: Opened) -> Iterator[Address]:
    for name in ("kept", "dropped"):
        index = run.shown(name)
        whole = Address(run.number, name)
        chosen = [whole.with_filter(facet, value) for facet in index.facets for value in index.counts({}, facet)]
        for address in (whole, *chosen):
            for number in range(1, index.page(dict(address.filters)).pages + 1):
                yield address._replace(number=number)


def _must_be_free(folder: Path, runs: tuple[Opened, ...]) -> None:
    where = folder.resolve()
    for run in runs:
        if where.is_relative_to(run.path.resolve()):
            raise StorageError(f"{folder}: lies in the run's own folder, which is only read; give another one")
    if where.exists() and (not where.is_dir() or any(where.iterdir())):
        raise StorageError(f"{folder}: is not empty; give a new folder, or delete it first")
