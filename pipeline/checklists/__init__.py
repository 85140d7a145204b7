"""`writ lint` and `writ score`: checklists of a run or a file, and dialogues of whoever measured by them."""
