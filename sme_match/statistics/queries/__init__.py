"""Reading for the figures: the records they are counted from, and those behind one of them."""

from sme_match.statistics.queries.lines import RecordLine, list_lines
from sme_match.statistics.queries.numbered import NumberedLine, list_numbered
from sme_match.statistics.queries.records import (
    count_companies,
    list_judged,
    load_records,
    read_companies,
)

__all__ = [
    "NumberedLine",
    "RecordLine",
    "count_companies",
    "list_judged",
    "list_lines",
    "list_numbered",
    "load_records",
    "read_companies",
]
