"""Pages of matching: the review of what was proposed, exclusions, and what else the engine is asked."""

from sme_match.matching.blueprint import blueprint
from sme_match.matching.views import companies, exclusions, finding, review, watches

__all__ = ["blueprint", "companies", "exclusions", "finding", "review", "watches"]
