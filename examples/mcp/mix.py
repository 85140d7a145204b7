"""Mixes five domains into one recipe: retail, airline, two MCP servers, and a domain of one's own.

    python examples/mcp/make_library.py examples/mcp/data
    writ init outputs/my_domain
    python examples/mcp/mix.py outputs/my_domain > examples/mcp/mixed.yaml
    writ run examples/mcp/mixed.yaml -n 200

The servers' settings are those of sqlite.yaml and filesystem.yaml beside this file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
SHARES = {"retail": 0.3, "airline": 0.2, "library": 0.15, "archive": 0.15, "own": 0.2}


def mixed(own: Path, folder: Path) -> dict[str, Any]:
    """Returns the recipe.

    Args:
        own: the folder of a domain, as `writ init` makes it.
        folder: where the recipe will lie: paths in it are relative to that.
    """
    servers = [
        yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))["domains"][0]
        for name in ("sqlite", "filesystem")
    ]
    domains: list[dict[str, Any]] = [
        {"name": "retail", "world": {"size": 200, "seed": 1}},
        {"name": "airline", "world": {"size": 200, "seed": 1}},
        *servers,
        {"name": f"./{os.path.relpath(own.resolve(), folder.resolve())}", "world": {"size": 200, "seed": 1}},
    ]
    for domain, share in zip(domains, SHARES.values(), strict=True):
        domain["share"] = share
    return {
        "name": "mixed",
        "seed": 3,
        "count": 200,
        "domains": domains,
        "tasks": {"read_heavy": 0.5, "write_intensive": 0.3, "information": 0.2},
        "grid": {"decisions": {1: 0.6, 2: 0.4}, "burden": {4: 0.4, 5: 0.3, 6: 0.3}},
        "validation": 0.0,
        "behaviors_per_task": 2,
    }


if __name__ == "__main__":
    yaml.safe_dump(mixed(Path(sys.argv[1]), HERE), sys.stdout, sort_keys=False, allow_unicode=True)
