"""The source of a domain that lives in servers: what travels to the workers is how to start them.

A server that does not do as it must closes its domain, not the run: orders for it are dropped with the reason, the
other domains go on, and the run ends as partial.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import BackendError
from pipeline.live_settings import LiveSettings
from schemas.base import digest

if TYPE_CHECKING:
    from pipeline.live_domain import LiveDomain
    from tool_specs.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class LiveSource:
    """A live server's settings (paths absolute), and the digest that its recorded world must have.

    Attributes:
        meaning: the settings as the recipe has them, without what changes nothing.
        tools: digest of the tools as agents see them: a server's listing, or its document, may change.
        closed: why the domain cannot be used, or empty.
    """

    domain: str
    settings: LiveSettings
    meaning: str
    digest: str = ""
    tools: str = ""
    closed: str = ""

    @property
    def code(self) -> str:
        """A server's code is its own."""
        return ""

    @property
    def origin(self) -> str:
        """The world's origin, in words that hold on any machine."""
        return f"recorded:{self.settings.origin}"

    @property
    def key(self) -> list[str]:
        """What makes the domain this one: its record, and how it is asked."""
        return [self.domain, self.digest, self.tools, self.meaning, self.closed]

    def found(self) -> LiveSource:
        """Returns the source with its record's digest, or closed with the reason."""
        try:
            live = self._opened()
            tools = digest([msgspec.to_builtins(spec) for spec in live.domain.specs.values()])
            return replace(self, digest=live.world.digest, tools=tools)
        except BackendError as error:
            return replace(self, closed=str(error))

    def sandbox(self) -> Sandbox:
        """Starts the servers and explores them.

        Raises:
            BackendError: the domain is closed, or its record is another one than at the beginning of the run.
        """
        if self.closed:
            raise BackendError(self.closed)
        live = self._opened()
        if self.digest and live.world.digest != self.digest:
            raise BackendError(
                f"{self.domain}: the servers do not answer as at the beginning of the run: digest {live.world.digest} "
                f"instead of {self.digest}. Leave their data as they are until the run ends, or run into a new --out"
            )
        return live.sandbox

    def _opened(self) -> LiveDomain:
        from pipeline.live_domain import open_domain

        live = open_domain(self.domain, self.settings)
        if live.problems:
            raise BackendError("\n".join(live.problems))
        return live
