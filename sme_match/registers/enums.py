"""Closed vocabularies of imports."""

from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands."""

    PREVIEW = "preview"
    WAITING = "waiting"
    """Told to come in; the scheduler brings it in, because it takes longer than a page may."""
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
