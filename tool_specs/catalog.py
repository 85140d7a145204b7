"""The domains that come with WRIT, one line each, and domains in a user's own folder, anywhere."""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from tool_specs.domain import Domain
from tool_specs.tool import ToolDefinitionError

DOMAINS = {
    "retail": "tool_specs.retail",
    "airline": "tool_specs.airline",
}
"""Domain name -> package that exports `DOMAIN`; imported when asked for."""


class DomainError(ValueError):
    """A domain that cannot be used; the message says where and what to do."""


def domain(name_or_path: str | Path) -> Domain:
    """Returns a domain by its name, or by the path of a folder whose `__init__.py` exports `DOMAIN`.

    Raises:
        DomainError: there is no such domain or folder, its code fails, or it exports no `DOMAIN`.
    """
    package = DOMAINS.get(str(name_or_path))
    module = importlib.import_module(package) if package else _folder(Path(name_or_path))
    found = getattr(module, "DOMAIN", None)
    if not isinstance(found, Domain):
        raise DomainError(
            f"{name_or_path}: its __init__.py exports no Domain; write `DOMAIN = Domain(name=..., ...)`, "
            "as in a folder that `writ init` makes"
        )
    return found


def is_path(name: str) -> bool:
    """Whether a domain's name is meant as the path of a folder."""
    return name not in DOMAINS and ("/" in name or name.startswith("."))


def own_line(folder: Path, error: Exception) -> str | None:
    """Returns the innermost line of a domain's own code that an error passed, such as `/home/me/desk/tools.py:97`."""
    own = folder.expanduser().resolve()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(own)]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else None


def _folder(path: Path) -> ModuleType:
    folder = path.expanduser().resolve()
    file = folder / "__init__.py"
    if not file.is_file():
        raise DomainError(_absent(path, folder))
    # A prefix, so that a folder called `stages` or `json` shadows nothing; two folders of one name are told apart.
    name = f"writ_domain_{folder.name}_{hashlib.blake2b(str(folder).encode(), digest_size=4).hexdigest()}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=[str(folder)])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        for each in [each for each in sys.modules if each == name or each.startswith(name + ".")]:
            del sys.modules[each]
        if isinstance(error, Exception):
            raise DomainError(_failure(path, folder, error)) from error
        raise
    return module


def _absent(path: Path, folder: Path) -> str:
    if folder.is_dir():
        return (
            f"{path}: the folder has no __init__.py that exports DOMAIN; `writ init {path}/my_domain` makes one to copy"
        )
    close = difflib.get_close_matches(str(path), DOMAINS, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"the domains are: {', '.join(DOMAINS)}."
    return f"there is no domain {str(path)!r} (nor a folder of that name with an __init__.py); {hint}"


def _failure(path: Path, folder: Path, error: Exception) -> str:
    """Says what went wrong in a folder's code, with the innermost line of the user's own."""
    if isinstance(error, ToolDefinitionError):
        return f"{path}: {error}"
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {error.msg}; correct that line"
    place = own_line(folder, error) or path
    return f"{place}: importing the domain fails: {type(error).__name__}: {error}; correct that line"
