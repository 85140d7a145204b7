"""Guards the four packages' generic names: a folder `schemas/` or `stages/` beside the call must never be imported.

`python -m pipeline.cli` puts the working directory first on the path, Ray puts the driver's first on its workers'.
So the driver's path is mended before anything else is imported, Ray is started from a neutral folder, and driver and
workers compare the files of the packages they really have.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

from pipeline.errors import UserError
from pipeline.fingerprint import HOME, PACKAGES


def guard() -> None:
    """Makes the four packages come from one place: the folder that holds this file's package.

    Raises:
        UserError: one of them was already imported from elsewhere.
    """
    if any(_found(package) != HOME / package for package in PACKAGES):
        sys.path.insert(0, str(HOME))
        importlib.invalidate_caches()
    for package in PACKAGES:
        found = _found(package)
        if found != HOME / package:
            raise UserError(
                f"the package {package!r} comes from {found}, but `pipeline` from {HOME}: another folder of that name "
                "shadows it. Call `writ` from another folder, or take that folder off PYTHONPATH"
            )


def module_files() -> dict[str, str]:
    """Returns package -> the file it was imported from, as this process sees it."""
    files = {}
    for package in PACKAGES:
        module = importlib.import_module(package)
        files[package] = str(Path(str(module.__file__)).resolve())
    return files


def differing(driver: dict[str, str]) -> str:
    """Compares a driver's files with this process's; returns what differs in words, or an empty string."""
    here = module_files()
    for package, file in driver.items():
        if here.get(package) != file:
            return (
                f"the worker imports {package!r} from {here.get(package)}, the driver from {file}. Install WRIT in the "
                "environment that the workers use, and call `writ` where no folder of that name shadows it"
            )
    return ""


def _found(package: str) -> Path | None:
    module = sys.modules.get(package)
    if module is not None and module.__file__:
        return Path(module.__file__).resolve().parent
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        # A namespace package: a plain folder of that name, met before ours.
        places = list(spec.submodule_search_locations or ()) if spec else []
        return Path(places[0]).resolve() if places else None
    return Path(spec.origin).resolve().parent
