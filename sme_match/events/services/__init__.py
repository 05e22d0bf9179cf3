"""Use cases of events, one module for each part of the way."""
