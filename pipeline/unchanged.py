"""Whether a whole run was made with just what is here now: found by reading files, before anything heavy is imported.

A run that has ended leaves `inputs.json`: digests of all that it was made with, and of what it says of itself::

    {"asked": [null, 1000000, null], "program": "5b1f...", "read": {"/recipes/retail.yaml": "9f...", ...},
     "said": {"run.json": "c0de...", ...}}

The slightest difference, a comment in any module or a file that was deleted (`contents`), and `runner.whole_run` looks
properly. Runs with language models or live servers leave no such file: what those depend on is not all in files.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from pipeline.contents import lost
from pipeline.errors import StorageError
from pipeline.fingerprint import HOME, PACKAGES, files_of_domain
from pipeline.remote.path import RemotePath
from tool_specs.yaml_text import parsed

FILE = "inputs.json"
_SAID = ("recipe.json", "stages.json", "kept.json", "run.json")

Inputs = dict[str, Any]
"""Digests by what they are of."""


@dataclass(frozen=True)
class Asked:
    """What the command line says, apart from the folder."""

    recipe: Path
    world: Path | None = None
    count: int | None = None
    seed: int | None = None


def unchanged(asked: Asked, out: Path | None) -> int | None:
    """Returns how many trajectories a whole run has of which nothing has changed; None where that must be looked at.

    Args:
        asked: what shall be made.
        out: the run's folder, where it is not the recipe's own.
    """
    try:
        found = out or folder_of(asked.recipe)
        if found is None or isinstance(found, RemotePath) or not (found / FILE).is_file():
            return None
        noted = orjson.loads((found / FILE).read_bytes())
        if noted != {**_inputs(asked, [Path(each) for each in noted["read"]]), "said": _said(found)}:
            return None
        ended = orjson.loads((found / "run.json").read_bytes())
        kept: int = ended["kept"]
        return kept if kept >= ended["wanted"] and not lost(found) else None
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return None  # whatever is the matter, whoever looks properly tells it


def tell_unchanged(asked: Asked, out: Path | None, *, planned: bool) -> bool:
    """Says that nothing is to be done, as `writ plan` or `writ run` does, if that is so; returns whether it is."""
    kept = unchanged(asked, out)
    if kept is None:
        return False
    found = (out or folder_of(asked.recipe) or Path()).absolute()
    if planned:
        print(f"{found}: nothing to do, {kept:,} of {kept:,} trajectories are there")
    else:
        place = found.relative_to(Path.cwd()) if found.is_relative_to(Path.cwd()) else found
        print(f"{place}: nothing to do, {kept} of {kept} trajectories are there; {look_at(place)}", file=sys.stderr)
    return True


def look_at(place: Path) -> str:
    """Says where a run's rows can be looked at."""
    return f"look at them with `writ view {place}`, or at {place / 'report.html'}"


def made_with(asked: Asked, read: Iterable[Path] | None) -> Inputs | None:
    """Returns digests of what a run is made with; None where there is more to it, or some of it cannot be read.

    Args:
        asked: what is made.
        read: what else it is made of: files, and folders of domains; None where not all of it is in files.
    """
    with suppress(OSError, StorageError):
        return None if read is None else _inputs(asked, read)
    return None


def note(out: Path, before: Inputs | None, now: Inputs | None) -> None:
    """Leaves what `unchanged` compares, in the folder of a run that has just ended or was found whole.

    Args:
        out: the run's folder.
        before: what there was when the run was planned.
        now: what there is now. Where that is something else, a tool that somebody edited meanwhile for instance, the
            run was not made with it, and nothing is left.
    """
    from pipeline.storage import write_json

    if now is not None and before == now:
        with suppress(OSError, StorageError):
            write_json(out / FILE, {**now, "said": _said(out)})


def folder_of(recipe: Path) -> Path | None:
    """Returns the folder of a recipe's run where no other is given."""
    _, value = parsed(recipe.read_text(encoding="utf-8"))
    return Path("outputs") / value["name"] if isinstance(value, dict) and "name" in value else None


def _inputs(asked: Asked, read: Iterable[Path]) -> Inputs:
    paths = {path.absolute() for path in (asked.recipe, asked.world, *read) if path is not None}
    program = (path for package in PACKAGES for path in (HOME / package).rglob("*") if "__pycache__" not in path.parts)
    return {
        "asked": [str(asked.world.absolute()) if asked.world else None, asked.count, asked.seed],
        "program": _digest(sorted(path for path in program if path.is_file())),
        "read": {str(path): _digest(files_of_domain(path) if path.is_dir() else [path]) for path in sorted(paths)},
    }


def _said(out: Path) -> Inputs:
    return {name: _digest([out / name]) for name in _SAID}


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
