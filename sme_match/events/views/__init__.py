"""Pages of events: lists, one event, and each part of the way."""

from sme_match.events.blueprint import blueprint
from sme_match.events.views import listing, planning

__all__ = ["blueprint", "listing", "planning"]
