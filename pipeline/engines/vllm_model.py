"""The model that a server serves: an id of the Hugging Face Hub, or a folder with configuration, weights and tokenizer.

A folder's path says nothing about what is in it, so its name and a digest of its content stand for it in keys.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_WHOLE = 1 << 20
"""Bytes up to which a file is read whole; of larger ones its size and both ends: training changes all weights."""


def is_folder(model: str) -> bool:
    """Whether a model's name is the path of a folder: it begins with `/`, `./`, `../` or `~/`."""
    return model.startswith(("/", "./", "../", "~/"))


def folder_of(model: str, recipe: Path) -> str:
    """Returns a folder's absolute path, from a recipe's folder."""
    return os.path.normpath(recipe.absolute() / Path(model).expanduser())


def folder_digest(folder: Path) -> str:
    """Returns what a folder's files are known by; empty where there is no folder."""
    if not folder.is_dir():
        return ""
    found = hashlib.blake2b(digest_size=6)
    for path in sorted(each for each in folder.iterdir() if each.is_file()):
        size = path.stat().st_size
        found.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            found.update(file.read(_WHOLE))
            if size > _WHOLE:
                file.seek(max(_WHOLE, size - _WHOLE))
                found.update(file.read())
    return found.hexdigest()
