"""Hearing: what words mean, as acts, where their speaker has left none: text and context in, acts out."""

from stages.simulate_dialogues.hearing.agent import AgentHearing
from stages.simulate_dialogues.hearing.listening import Listening
from stages.simulate_dialogues.hearing.user import UserHearing

__all__ = ["AgentHearing", "Listening", "UserHearing"]
