"""Use cases of matching: one module per part of a proposal's life."""
