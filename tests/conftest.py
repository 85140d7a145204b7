from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import pytest

from schemas.world import World
from tool_specs.catalog import domain
from tool_specs.domain import Domain, generate_world, load_world

# A shell that runs this in the background ignores Ctrl-C, and programs started here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long one example takes says nothing on a machine that has other work.
hypothesis.settings.register_profile("writ", deadline=None)
hypothesis.settings.load_profile("writ")


@pytest.fixture(scope="session")
def real_retail() -> Path:
    """The folder of the real retail world; tests that need it are skipped where it is absent."""
    shared = Path(os.environ.get("WRIT_SHARED") or Path(__file__).resolve().parents[1] / "../shared")
    folder = shared / "tau2" / "retail"
    if not (folder / "db.json").is_file():
        pytest.skip("the real retail world is not here; set WRIT_SHARED to the folder that has tau2/retail/db.json")
    return folder


@pytest.fixture(scope="session")
def retail() -> Domain:
    return domain("retail")


@pytest.fixture(scope="session")
def retail_world(retail: Domain) -> World:
    return generate_world(retail, 7, 120)


@pytest.fixture(scope="session")
def real_world(retail: Domain, real_retail: Path) -> World:
    return load_world(retail, real_retail / "db.json")
