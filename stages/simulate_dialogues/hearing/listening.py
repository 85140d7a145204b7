"""Listening: speakers whose words are heard, so that the other side and the checks have acts to go by.

    listening = Listening(domain, scenario)
    user, agent = listening.user(LanguageUser(...)), listening.agent(LanguageAgent(...))

A scripted speaker brings its own acts and needs no ear, but its partner does. A scripted partner that hears nothing
says that it does not follow; where that does not help, the dialogue ends as `not_understood`, owned by whoever spoke.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from schemas.behavior import Scenario
from schemas.dialogue import Message
from stages.simulate_dialogues.asking import Broken
from stages.simulate_dialogues.hearing.agent import AgentHearing
from stages.simulate_dialogues.hearing.user import UserHearing
from stages.simulate_dialogues.scripted_user import ScriptedUser
from stages.simulate_dialogues.speakers import Speaker
from tool_specs.domain import Domain

_PATIENCE = 3
"""Messages in a row in which a scripted partner hears nothing, or only that it shall wait, and then no more."""


class Listening:
    """The ears of one dialogue."""

    def __init__(self, domain: Domain, scenario: Scenario) -> None:
        """Takes the scenario that is acted out."""
        self._domain = domain
        self._scenario = scenario
        self._user = UserHearing(domain, scenario)
        self._begins = len(scenario.said_before)

    def past(self, messages: Sequence[Message]) -> list[Message]:
        """Returns messages that somebody else recorded with what is heard in them."""
        ear = AgentHearing(self._domain, self._scenario, self._user)
        found: list[Message] = []
        for message in messages:
            acts = message.acts
            if message.role == "user":
                acts = self._user.hear(message, _last_words(found))
            elif message.role == "assistant" and not message.tool_calls:
                acts = ear.hear(message, found)
            found.append(msgspec.structs.replace(message, acts=acts))
        return found

    def user(self, speaker: Speaker, *, scripted_partner: bool) -> Speaker:
        """Returns a language user whose words are heard."""
        unheard = 0

        def hear(message: Message, history: Sequence[Message]) -> Message:
            nonlocal unheard
            acts = self._user.hear(message, _last_words(history))
            unheard = unheard + 1 if {act.kind for act in acts} == {"off_topic"} else 0
            if scripted_partner and unheard >= _PATIENCE:
                raise Broken("not_understood", "user", f"{_PATIENCE} times; last {message.content[:120]!r}")
            return msgspec.structs.replace(message, acts=acts)

        return _Heard(speaker, hear)

    def agent(self, speaker: Speaker, partner: Speaker) -> Speaker:
        """Returns a language agent whose words are heard by its partner."""
        scripted = partner if isinstance(partner, ScriptedUser) else None
        ear = AgentHearing(self._domain, self._scenario, self._user if scripted is None else scripted)
        unheard = waits = 0

        def hear(message: Message, history: Sequence[Message]) -> Message:
            nonlocal unheard, waits
            if message.tool_calls:
                waits = 0
                return message
            acts = ear.hear(message, history[self._begins :])
            over = any(act.kind == "user_bye" for act in history[-1].acts)
            unheard = 0 if acts or over else unheard + 1
            waits = waits + 1 if {act.kind for act in acts} == {"hold"} else 0
            if scripted is not None and unheard >= _PATIENCE:
                raise Broken("not_understood", "agent", f"{_PATIENCE} times; last {message.content[:120]!r}")
            if scripted is not None and waits >= _PATIENCE:
                raise Broken("loop", "agent", f"it asks for a moment and does nothing: {message.content[:120]!r}")
            return msgspec.structs.replace(message, acts=acts)

        return _Heard(speaker, hear)


class _Heard:
    """A speaker whose messages are given what was heard in them."""

    def __init__(self, speaker: Speaker, hear: Callable[[Message, Sequence[Message]], Message]) -> None:
        self._speaker = speaker
        self._hear = hear

    async def speak(self, history: Sequence[Message]) -> Message:
        """Returns the next message."""
        message = await self._speaker.speak(history)
        return self._hear(message, history) if message.content else message


def _last_words(history: Sequence[Message]) -> Message | None:
    return next((m for m in reversed(history) if m.role == "assistant" and not m.tool_calls), None)
