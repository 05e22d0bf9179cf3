"""Pages of capabilities, and the pages of companies that show them."""

from sme_match.capabilities.blueprint import blueprint
from sme_match.capabilities.views import company, profile, rows

__all__ = ["blueprint", "company", "profile", "rows"]
