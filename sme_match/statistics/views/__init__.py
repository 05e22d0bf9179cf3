"""Pages of statistics: the report of a support body, the records behind it, official series."""

from sme_match.statistics.blueprint import blueprint
from sme_match.statistics.views import (
    all_bodies,
    concentration,
    evaluation,
    imported,
    official,
    region,
    report,
    yearly,
)

__all__ = [
    "all_bodies",
    "blueprint",
    "concentration",
    "evaluation",
    "imported",
    "official",
    "region",
    "report",
    "yearly",
]
