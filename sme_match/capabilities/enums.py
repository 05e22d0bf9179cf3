"""Closed vocabularies of capabilities."""

from enum import StrEnum


class CapacityState(StrEnum):
    """Free capacity 受注余力 as the company stated it."""

    FREE = "free"
    ADJUSTABLE = "adjustable"
    FULL = "full"


class DrawingFormat(StrEnum):
    """Drawing formats a company can work from."""

    PAPER = "paper"
    PDF = "pdf"
    DXF = "dxf"
    STEP = "step"
