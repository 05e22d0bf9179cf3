"""Use cases of outcomes: recording the day, reporting, following up."""
