"""Speakers: what either side of a dialogue is, and what makes one.

A speaker gets the messages so far and gives one message. Scripted speakers and language models satisfy the same
protocol; an engine makes one speaker per dialogue, so a speaker may remember.

    agent = engine.agent(domain, seed)
    message = await agent.speak([Message(role="user", content="hi")])

A speaker that has been asked nothing yet but gets a longer history (a dialogue that goes on after a restart) must
take it as its own past.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.dialogue import Message
from tool_specs.domain import Domain


class Speaker(Protocol):
    """One side of one dialogue."""

    async def speak(self, history: Sequence[Message]) -> Message:
        """Returns this side's next message."""


class AgentEngine(Protocol):
    """Makes agents. An agent gets the domain's tools, policy and words, and never the task.

    Attributes:
        revision: Name and version, such as `scripted/1`.
    """

    @property
    def revision(self) -> str:
        """Name and version."""

    def agent(self, domain: Domain, seed: Json, before: Sequence[Message] = ()) -> Speaker:
        """Returns an agent for one dialogue.

        Args:
            domain: Whose tools and policy it has.
            seed: Decides its choices of words.
            before: Messages of earlier episodes, with which every history begins.
        """


class UserEngine(Protocol):
    """Makes users. A user gets the scenario: the task and the manner of telling it."""

    @property
    def revision(self) -> str:
        """Name and version."""

    def user(self, domain: Domain, scenario: Scenario) -> Speaker:
        """Returns a user for one dialogue."""
