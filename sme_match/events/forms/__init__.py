"""Forms of events, one module for each part of the way."""
