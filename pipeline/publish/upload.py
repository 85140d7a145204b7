"""What of a run would be uploaded: the data set's own files, checked, and the card with the name it gets on the Hub.

    upload = upload_of(Path("outputs/quickstart"), "org/name", public=False)
    upload.files        # File("data/train-00000-of-00001.parquet", bytes=1_924_113, rows=950), ...
    upload.card         # README.md, which loads "org/name"

What the card does not name is not uploaded, and a link is refused, wherever it leads: a data set has none.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from pipeline.card import PLACE
from pipeline.dataset import CONFIGS, SPLITS
from pipeline.errors import StorageError, UserError
from pipeline.publish.traces import GLOB, NAME
from pipeline.run_folder import RunFolder
from schemas.base import Json

CARD, GRID = "README.md", "grid.svg"
OURS = (*(f"{place}/*.parquet" for place in CONFIGS.values()), GLOB)
"""Files of a repository that are a data set's: of an earlier one, those that the new one lacks go away."""
_PART = re.compile(rf"(?:{'|'.join(CONFIGS.values())})/(?:{'|'.join(SPLITS)})-\d{{5}}-of-\d{{5}}\.parquet")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?")


@dataclass(frozen=True)
class File:
    """A file of the data set, by its path there; rows where it has any."""

    path: str
    bytes: int
    rows: int | None = None


@dataclass(frozen=True)
class Upload:
    """See the module's text.

    Attributes:
        folder: the data set on disk.
        files: what is uploaded, the card included.
        configs: config -> split -> rows.
        left: what else lies in the folder, and stays here.
        card: the text of README.md as it will stand on the Hub.
    """

    repo: str
    public: bool
    folder: Path
    files: tuple[File, ...]
    configs: dict[str, dict[str, int]]
    left: tuple[str, ...]
    card: str

    @property
    def front_matter(self) -> str:
        """The card's YAML."""
        return self.card.split("---\n", 2)[1]


def upload_of(run: Path, repo: str, public: bool) -> Upload:
    """Returns what would be uploaded.

    Raises:
        UserError: the repository's name cannot be one.
        StorageError: the run has not ended, or its data set is not whole.
    """
    _named(repo)
    kept = RunFolder(run).manifest()["kept"]
    folder = run / "dataset"
    if folder.is_symlink() or not (folder / CARD).is_file():
        raise StorageError(f"{folder}: has no data set; make it with the run's own `writ run` command")
    found = _paths(folder)
    card = (folder / CARD).read_text(encoding="utf-8").replace(PLACE, repo)
    names = [name for name in found if name in (CARD, GRID) or _PART.fullmatch(name) or NAME.fullmatch(name)]
    files = [_file(folder, name, card) for name in names]
    configs = _configs(folder, files, card)
    rows = sum(configs.get("default", {}).values())
    if rows != kept:
        raise StorageError(f"{folder}: has {rows:,} rows, the run {kept:,}; run its `writ run` command again")
    left = tuple(name for name in found if name not in names)
    return Upload(repo, public, folder, tuple(files), configs, left, card)


def _named(repo: str) -> None:
    owner, slash, name = repo.partition("/")
    sound = all(_NAME.fullmatch(each) and "--" not in each and ".." not in each for each in (owner, name))
    if not slash or not sound or name.endswith(".git"):
        raise UserError(f"--repo {repo}: is no name on the Hub; give organisation/name, such as my-org/retail-2k")


def _paths(folder: Path) -> list[str]:
    """Returns the files in a folder."""
    found: list[str] = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place) / name
            if path.is_symlink():
                raise StorageError(
                    f"{path}: is a link to {path.readlink()}; a data set holds files of its own. Remove it, or "
                    "make the data set again with the run's `writ run` command"
                )
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in files]
    return sorted(found)


def _file(folder: Path, name: str, card: str) -> File:
    path = folder / name
    if name == CARD:
        return File(name, len(card.encode()))
    if not name.endswith(".parquet"):
        return File(name, path.stat().st_size)
    try:
        return File(name, path.stat().st_size, pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException) as error:
        raise StorageError(f"{path}: is no whole Parquet file; make it again with the run's `writ run`") from error


def _configs(folder: Path, files: list[File], card: str) -> dict[str, dict[str, int]]:
    """Returns config -> split -> rows as the files have them, which must be as the card says."""
    found: dict[str, dict[str, int]] = {}
    for config, place in CONFIGS.items():
        for split in SPLITS:
            parts = [file.rows or 0 for file in files if file.path.startswith(f"{place}/{split}-")]
            if parts:
                found.setdefault(config, {})[split] = sum(parts)
    if found != (said := _said(folder, card)):
        raise StorageError(f"{folder}: its files have {found}, its card says {said}; run its `writ run` command again")
    return found


def _said(folder: Path, card: str) -> dict[str, dict[str, int]]:
    try:
        front: dict[str, Json] = yaml.safe_load(card.split("---\n", 2)[1])
        infos: list[dict[str, Any]] = front["dataset_info"]
        return {info["config_name"]: {s["name"]: s["num_examples"] for s in info["splits"]} for info in infos}
    except (yaml.YAMLError, IndexError, KeyError, TypeError) as error:
        raise StorageError(f"{folder / CARD}: is no card of WRIT; run the run's `writ run` command again") from error
