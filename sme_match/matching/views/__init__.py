"""Pages of matching: review, process chains, exclusions, and what else the engine is asked."""

from sme_match.matching.blueprint import blueprint
from sme_match.matching.views import chains, companies, exclusions, finding, review, training, watches

__all__ = ["blueprint", "chains", "companies", "exclusions", "finding", "review", "training", "watches"]
