"""Use cases of meetings: one module per part of a meeting's life."""
