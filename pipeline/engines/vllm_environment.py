"""The environment of a vLLM server: not that of the Ray worker that starts it."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.engines.settings import VllmSettings

_DROPPED = ("PYTHONPATH", "PYTHONHOME", "OMP_NUM_THREADS", "VLLM_API_KEY")
"""Ray gives its workers the first, which has modules of other names in this project, and one thread in the third."""


def server_environment(settings: VllmSettings, temporary: Path | None = None) -> dict[str, str]:
    """Returns the environment of a server.

    Args:
        settings: what they say of it wins.
        temporary: where it keeps sockets and the like, so that they go with it; the path must be short.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    environment.setdefault("VLLM_NO_USAGE_STATS", "1")
    if Path(settings.model).is_dir():
        environment.setdefault("HF_HUB_OFFLINE", "1")
    if temporary is not None:
        environment["TMPDIR"] = str(temporary)
    return {**environment, **settings.env}
