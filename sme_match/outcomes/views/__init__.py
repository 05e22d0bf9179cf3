"""Pages of outcomes: lists, one meeting, recording the day, reporting, closing a follow-up."""

from sme_match.outcomes.blueprint import blueprint
from sme_match.outcomes.views import advice, listing, past_buyers, recording, reporting

__all__ = ["advice", "blueprint", "listing", "past_buyers", "recording", "reporting"]
