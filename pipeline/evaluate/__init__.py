"""`writ eval`: how often a language model carries out the tasks of a run."""
