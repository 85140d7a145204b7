"""Simulate dialogues: a user and an agent talk about a task, tools answer, and everything is written down."""

from stages.simulate_dialogues.stage import SimulateDialogues, simulate

__all__ = ["SimulateDialogues", "simulate"]
