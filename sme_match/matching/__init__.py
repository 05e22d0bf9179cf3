"""Matching runs, proposals (提案) and their review; the engine itself is pure."""
