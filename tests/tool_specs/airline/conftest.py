from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemas.world import World
from tool_specs.catalog import domain
from tool_specs.domain import Domain, generate_world, load_world


@pytest.fixture(scope="session")
def real_airline() -> Path:
    """The folder of the real airline world; tests that need it are skipped where it is absent."""
    shared = Path(os.environ.get("WRIT_SHARED") or Path(__file__).resolve().parents[3] / "../shared")
    folder = shared / "tau2" / "airline"
    if not (folder / "db.json").is_file():
        pytest.skip("the real airline world is not here; set WRIT_SHARED to the folder that has tau2/airline/db.json")
    return folder


@pytest.fixture(scope="session")
def airline() -> Domain:
    return domain("airline")


@pytest.fixture(scope="session")
def airline_world(airline: Domain) -> World:
    return generate_world(airline, 7, 120)


@pytest.fixture(scope="session")
def real_airline_world(airline: Domain, real_airline: Path) -> World:
    return load_world(airline, real_airline / "db.json")
