"""Verbalise tasks: a language model puts a task into words; they are taken only if the task can be read in them."""

from stages.verbalise_tasks.stage import VerbaliseTasks

__all__ = ["VerbaliseTasks"]
