"""`writ export`: a run's rows in the form of one trainer."""
