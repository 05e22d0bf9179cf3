"""Append-only log of who did what, when and why. Knows no domain: it is told."""
