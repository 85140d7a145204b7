"""`writ publish`: a run's data set on the Hugging Face Hub."""
