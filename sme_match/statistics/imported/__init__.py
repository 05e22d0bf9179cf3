"""Official series that administrators bring in: their files, their checks, and how they are read."""
