"""Pages of matching: the review of what was proposed, and exclusions."""

from sme_match.matching.blueprint import blueprint
from sme_match.matching.views import exclusions, review

__all__ = ["blueprint", "exclusions", "review"]
