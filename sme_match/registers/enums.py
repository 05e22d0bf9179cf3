"""Closed vocabularies of imports."""

from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands."""

    PREVIEW = "preview"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"
