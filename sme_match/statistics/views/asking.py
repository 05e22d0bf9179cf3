"""What a URL of statistics asks for, and how files are sent."""

from datetime import date

from flask import Response, request

from sme_match.core.clock import jst_date, parse_date, to_jst
from sme_match.core.errors import InvalidError
from sme_match.statistics.filters import (
    EARLIEST_YEAR,
    FISCAL_YEAR_PREFIX,
    NARROWING,
    StatisticsFilter,
    name_fiscal_year,
    with_known_period,
)
from sme_match.statistics.frames import Side
from sme_match.statistics.periods import fiscal_year_of
from sme_match.statistics.report import Report
from sme_match.statistics.services import make_report
from sme_match.tables.writing import attachment_name, content_disposition
from sme_match.web.context import current_actor, current_session, current_time

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CODE = 40


def requested_filter() -> StatisticsFilter:
    """Return the filter of the URL; a period that does not exist is the last twelve months."""
    args = request.args
    codes = {name: args.get(name, "")[:LONGEST_CODE] for name in NARROWING}
    filters = StatisticsFilter(
        period=args.get("period", ""),
        **codes,
        side=Side.BUYER if args.get("side") == Side.BUYER else Side.SME,
        known_on=requested_day(args.get("known", "")),
    )
    return with_known_period(filters, filters.known_on or jst_date(current_time()))


def published_filter() -> StatisticsFilter:
    """Return the whole fiscal year that a publication is about, the present one unless one is named.

    Nothing else narrows it: overlapping figures could be subtracted from each other.
    """
    period = requested_filter().period
    if not period.startswith(FISCAL_YEAR_PREFIX):
        period = name_fiscal_year(fiscal_year_of(jst_date(current_time())))
    return StatisticsFilter(period=period)


def requested_day(text: str) -> date | None:
    """Return the day up to which records are asked for; None for now, today and no day at all."""
    try:
        day = parse_date(text)
    except InvalidError:
        return None
    return day if date(EARLIEST_YEAR, 1, 1) <= day < jst_date(current_time()) else None


def current_report() -> Report:
    """Return the report that the URL asks for."""
    return make_report(current_session(), current_actor(), requested_filter(), now=current_time())


def attachment(data: bytes, title: str, suffix: str, mimetype: str) -> Response:
    response = Response(data, mimetype=mimetype)
    name = attachment_name(title, to_jst(current_time()).date(), suffix)
    response.headers["Content-Disposition"] = content_disposition(name)
    return response
