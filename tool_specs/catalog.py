"""The domains that come with WRIT, one line each, and domains in a user's own folder."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from tool_specs.domain import Domain

DOMAINS = {
    "retail": "tool_specs.retail",
    "airline": "tool_specs.airline",
}
"""Domain name -> package that exports `DOMAIN`; imported when asked for."""


def domain(name_or_path: str) -> Domain:
    """Returns a domain by its name, or by the path of a folder whose `__init__.py` exports `DOMAIN`.

    Raises:
        ValueError: there is no such domain or folder, or the folder exports no `DOMAIN`.
    """
    package = DOMAINS.get(name_or_path)
    module = importlib.import_module(package) if package else _folder(name_or_path)
    found = getattr(module, "DOMAIN", None)
    if not isinstance(found, Domain):
        raise ValueError(f"{name_or_path}: its __init__.py exports no Domain; write `DOMAIN = Domain(name=..., ...)`.")
    return found


def _folder(text: str) -> ModuleType:
    folder = Path(text).resolve()
    if not (folder / "__init__.py").is_file():
        close = difflib.get_close_matches(text, DOMAINS, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"the domains are: {', '.join(DOMAINS)}."
        raise ValueError(f"there is no domain {text!r} (nor a folder of that name with an __init__.py); {hint}")
    # A prefix, so that a folder called `stages` or `json` shadows nothing.
    name = f"writ_domain_{folder.name}"
    loaded = sys.modules.get(name)
    if loaded is not None and loaded.__file__ == str(folder / "__init__.py"):
        return loaded
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
