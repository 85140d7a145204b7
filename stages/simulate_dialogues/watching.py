"""Watching: which rows the rules of a policy look at."""

from __future__ import annotations

from collections.abc import Iterable

from tool_specs.sandbox import Sandbox
from tool_specs.state import State


class Watched(Sandbox):
    """A fork of a sandbox that keeps in mind which rows were looked at through its state."""

    __slots__ = ("_watched",)

    def __init__(self, sandbox: Sandbox) -> None:
        """Forks a sandbox."""
        twin = sandbox.fork()
        for name in Sandbox.__slots__:
            setattr(self, name, getattr(twin, name))
        self._watched = State(self._base, self._changes)

    @property
    def state(self) -> State:
        """The present state, always the same one."""
        return self._watched

    @property
    def seen(self) -> Iterable[tuple[str, str]]:
        """The rows looked at so far."""
        return list(self._watched.seen)
