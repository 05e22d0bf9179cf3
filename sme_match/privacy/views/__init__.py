"""Pages of personal data."""

from sme_match.privacy.blueprint import blueprint
from sme_match.privacy.views import persons, purposes, records, retention, watching

__all__ = ["blueprint", "persons", "purposes", "records", "retention", "watching"]
