"""Reading for the figures: the records they are counted from, and those behind one of them."""

from sme_match.statistics.queries.lines import RecordLine, list_lines
from sme_match.statistics.queries.records import (
    count_companies,
    list_judged,
    load_records,
    read_companies,
)

__all__ = [
    "RecordLine",
    "count_companies",
    "list_judged",
    "list_lines",
    "load_records",
    "read_companies",
]
