"""A backend that fails in the middle of a run costs the records that needed it, each a drop with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import BackendError
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.runner import run
from pipeline.storage import read_json
from schemas.sft import SftRow
from schemas.verdict import Drop
from stages.base import Services
from tests.pipeline import toy


@dataclass(frozen=True, kw_only=True)
class PolishByServer(toy.Polish):
    """Like its parent, with a server that fails for some records."""

    async def process(self, record: SftRow, services: Services) -> Sequence[SftRow | Drop]:
        if record.metadata["number"] % 3 == 0:
            raise BackendError("MCP server of polish: shine({}): the server ended in the middle of the call")
        found: Sequence[SftRow | Drop] = await super().process(record, services)
        return found


def test_records_are_dropped_and_the_run_goes_on(tmp_path: Path) -> None:
    outcome = run(toy.plan(tmp_path / "run", polish=PolishByServer(), count=40), Inline, Silent())
    assert outcome.kept == 40
    facts = read_json(tmp_path / "run" / "run.json")
    assert isinstance(facts, dict)
    (lost,) = [drop for drop in facts["drops"] if drop["reason"] == "backend_error"]
    assert (lost["stage"], lost["owner"]) == ("polish", "tool") and lost["count"] >= 10
