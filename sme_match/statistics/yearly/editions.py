"""What was reported when a year was closed, beside what is known now. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sme_match.statistics.yearly.figures import YearCount


@dataclass(frozen=True, slots=True)
class Edition:
    """The figures of a year as they were reported at one time."""

    year: int
    number: int
    figures: Mapping[str, Mapping[str, Any]]
    closed_at: datetime
    closed_by: str
    note: str

    def value(self, key: str) -> float | None:
        """Return a figure as it was reported; None when it was undefined, or not counted then."""
        found = self.figures.get(key)
        return None if found is None else found["value"]


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure that differs from what was reported."""

    key: str
    reported: float | None
    now: float | None


def freeze(count: YearCount) -> dict[str, dict[str, Any]]:
    """Return the figures as plain numbers to be kept: value, records counted, denominator, unknown."""
    return {
        key: {
            "value": figure.value,
            "count": len(figure.measure.ids),
            "base": len(figure.measure.base_ids),
            "unknown": len(figure.measure.unknown_ids),
        }
        for key, figure in count.figures.items()
    }


def restatements(edition: Edition, count: YearCount) -> list[Restated]:
    """Return the figures that are known otherwise now than the edition says, in the report's order."""
    now = freeze(count)
    return [
        Restated(key, edition.value(key), now[key]["value"])
        for key in now
        if key in edition.figures and dict(edition.figures[key]) != now[key]
    ]
