"""What a URL of statistics asks for, and how lists and files are sent."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from flask import Response, request

from sme_match.core.clock import jst_date, parse_date
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.db.paging import PAGE_SIZE, Page
from sme_match.statistics.blueprint import blueprint
from sme_match.statistics.columns import Ids
from sme_match.statistics.evidence import Part
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
from sme_match.statistics.words import _
from sme_match.statistics.yearly.figures import YEARS_SHOWN
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.files import attachment
from sme_match.web.paging import requested_page

LONGEST_CODE = 40
Line = TypeVar("Line")


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
    day = _typed_day(text)
    return None if day is None or day >= jst_date(current_time()) else day


@blueprint.context_processor
def _said_of_the_day() -> dict[str, str]:
    return {"day_refused": day_refused()}


def day_refused() -> str:
    """Return why the figures are not those of the day that the URL asks for; nothing when they are."""
    text = request.args.get("known", "")
    if not text.strip():
        return ""
    day = _typed_day(text)
    if day is None:
        message = _(
            "「%(text)s」の日付は読み取れません。いまの記録で数えています。%(year)s年からの日を「2026-11-19」のように書いてください。",
            text=text[:LONGEST_CODE],
            year=EARLIEST_YEAR,
        )
        return str(message)
    if day > jst_date(current_time()):
        return str(_("まだ来ていない日なので、いまの記録で数えています。"))
    return ""


def _typed_day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except InvalidError:
        return None
    return day if day >= date(EARLIEST_YEAR, 1, 1) else None


def requested_part() -> Part:
    """Return which records of a figure the URL asks for.

    Raises:
        NotFoundError: it names no part.
    """
    try:
        return Part(request.args.get("part", Part.COUNTED.value))
    except ValueError:
        raise NotFoundError from None


def check_year(year: int) -> None:
    """Refuse a fiscal year that cannot have records.

    Raises:
        NotFoundError: it is no page.
    """
    if not EARLIEST_YEAR <= year <= this_year() + 1:
        raise NotFoundError


def this_year() -> int:
    """Return the present fiscal year."""
    return fiscal_year_of(jst_date(current_time()))


def year_choices(year: int) -> list[int]:
    """Return the fiscal years that a page leads to, with its own, the newest first."""
    newest = this_year() + 1
    return sorted({year, *range(newest - YEARS_SHOWN, newest + 1)}, reverse=True)


def page_of(ids: Ids, read: Callable[[Ids], Sequence[Line]]) -> Page[Line]:
    """Return the page of the URL of a list of records; one past the end is the last."""
    last = max(1, -(-len(ids) // PAGE_SIZE))
    number = min(requested_page(), last)
    return Page(read(ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]), number, PAGE_SIZE, len(ids))


def current_report() -> Report:
    """Return the report that the URL asks for."""
    return make_report(current_session(), current_actor(), requested_filter(), now=current_time())


def figures_file(data: bytes, title: str, suffix: str) -> Response:
    """Return a file of figures to be saved.

    Raises:
        InvalidError: the URL asks for figures as of a day that cannot be followed: a file is kept, and
            nobody would see a notice beside it.
    """
    if refused := day_refused():
        raise InvalidError(refused)
    return attachment(data, title, suffix)
