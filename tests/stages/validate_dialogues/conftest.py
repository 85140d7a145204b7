"""Real dialogues, made once per session; see `made`."""

from __future__ import annotations

import asyncio
import random

import pytest

from schemas.dialogue import Dialogue
from stages.base import Services
from stages.validate_dialogues import judge
from tests.stages.validate_dialogues.made import made_services, simulated


@pytest.fixture(scope="session")
def services() -> Services:
    return made_services()


@pytest.fixture(scope="session")
def dialogues(services: Services) -> list[Dialogue]:
    """All that the simulation gave."""
    return asyncio.run(simulated(services))


@pytest.fixture(scope="session")
def good(dialogues: list[Dialogue], services: Services) -> list[Dialogue]:
    """Those in which no check finds anything, in a random order."""
    kept = [each for each in dialogues if all(verdict.passed for verdict in judge(each, services))]
    random.Random(1).shuffle(kept)
    return kept
