"""Rules that every service desk has, whatever it serves: each domain's guards name the tools that they are for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from schemas.base import Json
from tool_specs.domain import Guard, GuardContext

Arguments = Mapping[str, Json]
Check = Callable[[GuardContext, str, Arguments], str | None]


def guard(name: str, rule: str, check: Check, tools: Iterable[str]) -> Guard:
    """Returns a guard on these tools."""
    return Guard(name, rule, check, frozenset(tools))


def confirmed(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Nothing is changed without the customer's yes to its details."""
    if context.history and not context.confirmed:
        return f"{name} was called without the customer's yes to its details"
    return None


def summary_told(context: GuardContext, name: str, arguments: Arguments) -> str | None:
    """Whoever takes over is told what the customer wants."""
    if len(str(arguments.get("summary", "")).split()) >= 3:
        return None
    return "the summary does not tell the human agent what the customer wants"
