"""What code a stage depends on, as a digest: its module's source and that of every project module it imports.

A shard is fresh while the code that made it is the same. Imports are read from the source, so lazy ones count too, and
data files beside a module (word lists, policies) or in a folder `prompts` there count as its code. Not noticed: modules
named at run time only, which is why a domain's package or folder is added by the caller (`folders`).
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGES = ("pipeline", "stages", "tool_specs", "schemas")
_CODE = frozenset({".py", ".md", ".json", ".txt", ".csv", ".toml"})
"""Files of a user's folder that count as its code."""
HOME = Path(__file__).resolve().parent.parent
"""The folder that holds the four packages."""


@cache
def code_digest(module: str, folders: tuple[str, ...] = ()) -> str:
    """Returns the digest of a module, all project modules it reaches, and all that is in some packages and folders."""
    digest = hashlib.blake2b(digest_size=16)
    for name, content in code_files(module, folders).items():
        digest.update(f"{name}\0{content}\0".encode())
    return digest.hexdigest()


@cache
def code_files(module: str, folders: tuple[str, ...] = ()) -> dict[str, str]:
    """Returns the files behind a module's digest, relative to WRIT or to the user's folder, each with its own."""
    own = [Path(folder) for folder in folders if Path(folder).is_absolute()]
    starts = {module, *(name for folder in folders if not Path(folder).is_absolute() for name in _modules_in(folder))}
    for code in (file for folder in own for file in files_of_domain(folder) if file.suffix == ".py"):
        starts.update(_imports("", code))
    seen: dict[str, Path] = {}
    waiting = sorted(starts)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if name in seen or path is None:
            continue
        seen[name] = path
        waiting.extend(_imports(name, path))
    places = {path.parent for path in seen.values()}
    files = {*seen.values(), *(data for place in places for data in _data_in(place))}
    found = {path.relative_to(HOME).as_posix(): _digest(path) for path in sorted(files)}
    for folder in own:
        for file in files_of_domain(folder):
            found[f"{folder.name}/{file.relative_to(folder).as_posix()}"] = _digest(file)
    return found


@cache
def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def forget() -> None:
    """Looks at all files anew from now on: they have changed under a process that goes on."""
    for cached in (code_digest, code_files, _digest, _imports, _file):
        cached.cache_clear()


def files_of_domain(folder: Path) -> list[Path]:
    """Returns what makes a domain in a user's folder: code, policy, data; not its worlds' runs and recipes."""
    found = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part in ("__pycache__", "outputs") for part in inner)
        if path.is_file() and not hidden and path.suffix in _CODE and path.name != "README.md":
            found.append(path)
    return found


@cache
def _imports(name: str, path: Path) -> tuple[str, ...]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: dict[str, None] = {}
    for node in _statements(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.update(dict.fromkeys(_with_parents(alias.name)))
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join(parts[: len(parts) - node.level + 1] + ([node.module] if node.module else []))
            found.update(dict.fromkeys(_with_parents(base)))
            found.update((f"{base}.{alias.name}", None) for alias in node.names)
    return tuple(found)


def _statements(tree: ast.Module) -> Iterable[ast.AST]:
    """Yields all statements, however deep; expressions, which are most of a tree, hold no imports."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                waiting.extend(inner)


def _with_parents(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


@cache
def _file(name: str) -> Path | None:
    top, *rest = name.split(".")
    # A project's own tests bring stages of their own.
    if top not in (*PACKAGES, "tests"):
        return None
    path = HOME.joinpath(top, *rest)
    for candidate in (path / "__init__.py", path.with_name(path.name + ".py")):
        if candidate.is_file():
            return candidate
    return None


def _modules_in(package: str) -> Iterable[str]:
    folder = HOME.joinpath(*package.split("."))
    for path in sorted(folder.rglob("*.py")):
        relative = path.relative_to(HOME).with_suffix("")
        parts = relative.parts[:-1] if path.name == "__init__.py" else relative.parts
        yield ".".join(parts)


def _data_in(folder: Path) -> Iterable[Path]:
    if folder.parent == HOME:
        return
    for other in (*folder.iterdir(), *folder.glob("prompts/*")):
        if other.is_file() and other.suffix not in (".py", ".pyc", ".pyi") and not other.name.startswith("."):
            yield other
