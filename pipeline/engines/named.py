"""Engines that are named at the command line: a YAML file with `http: ...` or `vllm: ...`, or a base URL.

settings = engine_of("judge.yaml", None, "agent")
with serving(Engines(agent=settings), logs) as addresses: ...      # a `vllm:` is served as long as it lasts
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import ValidationError

from pipeline.engines.settings import Addresses, Engines, EngineSettings
from pipeline.errors import UserError
from schemas.base import Json
from schemas.completion import EngineRole
from tool_specs.yaml_text import parsed


@contextlib.contextmanager
def serving(engines: Engines, logs: Path) -> Iterator[Addresses]:
    """Serves models that nobody else does, on Ray, as long as it lasts."""
    if not engines.served:
        yield {}
        return
    from pipeline.on_ray import OnRay

    ray = OnRay(1)
    try:
        yield ray.serve(engines, logs)
    finally:
        ray.close()


def engine_of(named: str, model: str | None, seat: EngineRole) -> EngineSettings:
    """Reads an engine; paths in a file are relative to it.

    Raises:
        UserError: what was named is no engine.
    """
    values, folder = _values(named, model)
    try:
        found = Engines.model_validate({seat: values}).at(folder).roles[seat]
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{named}: {'.'.join(map(str, first['loc'][1:]))}: {first['msg']}") from None
    return found


def _values(named: str, model: str | None) -> tuple[Json, Path]:
    if named.startswith(("http://", "https://")):
        if model is None:
            raise UserError(f"{named}: which model? give --model")
        return {"http": {"base_url": named, "model": model}}, Path()
    path = Path(named)
    if not path.is_file():
        raise UserError(
            f"{named}: is neither a YAML file with an engine nor a base URL such as http://localhost:8000/v1"
        )
    try:
        _, found = parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{named}: cannot be read as text ({error}); give a YAML file with an engine") from None
    except yaml.YAMLError as error:
        raise UserError(f"{named}: is no YAML: {error}") from None
    if not isinstance(found, dict):
        raise UserError(f"{named}: holds no engine; write `http: {{base_url: ..., model: ...}}` or `vllm: ...`")
    return found, path.absolute().parent
