"""Pages of meetings: lists, one meeting, asking, replying, changing."""

from sme_match.meetings.blueprint import blueprint
from sme_match.meetings.views import changing, listing, opening, preparing, replying, showing

__all__ = ["blueprint", "changing", "listing", "opening", "preparing", "replying", "showing"]
