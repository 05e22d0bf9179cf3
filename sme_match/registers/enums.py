"""Closed vocabularies of imports."""

from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands."""

    PREVIEW = "preview"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"


class RowAction(StrEnum):
    """What an import does with one row."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
    """The register says the same already: nothing to do."""
    SKIP = "skip"
