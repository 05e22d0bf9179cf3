"""Pages of events: lists, one event, and each part of the way."""

from sme_match.events.blueprint import blueprint
from sme_match.events.views import applying, listing, participants, planning

__all__ = ["applying", "blueprint", "listing", "participants", "planning"]
