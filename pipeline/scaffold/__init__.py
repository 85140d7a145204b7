"""`writ init`: a folder with a small domain that works, to be changed piece by piece into one's own.

The files are those of the folder `library` beside this module, under the new folder's name, with a small world.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import orjson

from pipeline.errors import UserError

TEMPLATE = Path(__file__).with_name("library")
READERS = 40
"""People in the world that comes with it."""


def init_domain(folder: Path) -> list[str]:
    """Makes the folder; returns its files' names.

    Raises:
        UserError: something is there already, the name can be no domain's, or the folder cannot be written.
    """
    name = folder.resolve().name
    if not name.replace("-", "_").isidentifier():
        raise UserError(f"{folder}: a domain's name has letters, digits and _ only; give the folder such a name")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder}: is there already and not empty; give another folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a folder half made would be taken for a domain.
        with tempfile.TemporaryDirectory(prefix=".writ-init-", dir=folder.parent) as temporary:
            made = Path(temporary) / "domain"
            shutil.copytree(TEMPLATE, made, ignore=shutil.ignore_patterns("__pycache__"))
            _rename(made, name)
            (made / "world.json").write_bytes(_world())
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror})") from error
    return sorted(path.name for path in folder.iterdir())


def _rename(made: Path, name: str) -> None:
    for file, old, new in (
        ("__init__.py", 'name="library",', f'name="{name}",'),
        ("recipe.yaml", "name: library\n", f"name: {name}\n"),
        ("README.md", "outputs/library:", f"outputs/{name}:"),
    ):
        path = made / file
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise RuntimeError(f"{file} of the template does not say {old!r}")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _world() -> bytes:
    from pipeline.scaffold.library.world import generate

    return orjson.dumps(generate(1, READERS), option=orjson.OPT_INDENT_2)
