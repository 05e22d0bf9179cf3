"""Pages of meetings: lists, one meeting, asking, replying, changing."""

from sme_match.meetings.blueprint import blueprint
from sme_match.meetings.views import calendars, changing, listing, opening, preparing, replying, showing

__all__ = [
    "blueprint",
    "calendars",
    "changing",
    "listing",
    "opening",
    "preparing",
    "replying",
    "showing",
]
