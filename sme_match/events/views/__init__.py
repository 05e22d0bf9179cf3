"""Pages of events: lists, one event, and each part of the way."""

from sme_match.events.blueprint import blueprint
from sme_match.events.views import (
    applying,
    candidates,
    day,
    listing,
    participants,
    planning,
    publication,
    runs,
    taking_part,
    timetable,
)

__all__ = [
    "applying",
    "blueprint",
    "candidates",
    "day",
    "listing",
    "participants",
    "planning",
    "publication",
    "runs",
    "taking_part",
    "timetable",
]
