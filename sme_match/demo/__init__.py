"""The demonstration region: deterministic, fictional, plausible Japanese data."""
