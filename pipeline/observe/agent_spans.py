"""Spans of what works on one record of a live stage, and of the calls of tools that its dialogue makes.

    with agent("simulate_dialogues", "scenario-1c2d...", "r0-00004"):      # invoke_agent simulate_dialogues
        traced(sandbox).call("get_loan", {"loan_id": "L1"})                # execute_tool get_loan

They have OpenTelemetry's GenAI names. Arguments and results are words of a dialogue and in no span; nor is the name of
a tool that does not exist, which a language model made up. Requests that are made inside stand below the agent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from pipeline.engines.work import Notes, notes
from pipeline.observe.spans import below, on
from schemas.base import Json
from tool_specs.sandbox import Result, Sandbox


@contextmanager
def agent(stage: str, record: str, shard: str) -> Iterator[None]:
    """Makes the span of a record of a live stage, if spans are made."""
    if not on():
        yield
        return
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "writ",
        "gen_ai.agent.name": stage,
        "gen_ai.conversation.id": record,
    }
    with below(f"invoke_agent {stage}", attributes, shard, stage):
        yield


def traced(sandbox: Sandbox) -> Sandbox:
    """Returns the sandbox with a span for each call, if spans are made, else the sandbox."""
    return cast(Sandbox, _Traced(sandbox)) if on() else sandbox


class _Traced:
    """A sandbox whose calls are seen."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)

    def call(self, name: str, arguments: Mapping[str, Json]) -> Result:
        noted, known = notes() or Notes(), name if name in self._sandbox.domain.tools else "unknown"
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": known,
            "gen_ai.tool.type": "function",
        }
        with below(f"execute_tool {known}", attributes, noted.shard, noted.stage) as span:
            result = self._sandbox.call(name, arguments)
            if result.error:
                span.set_attribute("error.type", "tool_error")
            return result
