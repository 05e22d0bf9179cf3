"""Pages of what a region learns: figures by dimension, demand, and why work came to nothing."""

from flask import Response, render_template, request

from sme_match.core.clock import jst_date
from sme_match.statistics import dimension_words, region_words, words
from sme_match.statistics.blueprint import STAFF, blueprint
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.demand import HIGH_MIX_LOT, LEAST_NEEDS
from sme_match.statistics.dimensions import Dimension
from sme_match.statistics.filters import StatisticsFilter
from sme_match.statistics.periods import Period
from sme_match.statistics.queries import read_companies
from sme_match.statistics.region import REFUSAL_DIMENSIONS
from sme_match.statistics.region_pictures import (
    draw_crossing,
    draw_dimension,
    draw_flows,
    draw_small_lots,
)
from sme_match.statistics.region_workbook import refusal_sheets
from sme_match.statistics.services import make_demand, make_refusals, make_region
from sme_match.statistics.views.asking import XLSX, attachment, published_filter, requested_filter
from sme_match.statistics.words import _
from sme_match.tables.writing import write_xlsx
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time

FLOWS_SHOWN = 30
GROUPS_SHOWN = 100


@blueprint.get("/region")
@allow(*STAFF)
def region() -> str:
    """Show the figures by one dimension, flows between prefectures, and the share that crosses."""
    filters, by = requested_filter(), _requested_dimension(tuple(Dimension))
    found = make_region(current_session(), current_actor(), filters, by, now=current_time())
    return render_template(
        "statistics/region.html",
        found=found,
        by=by,
        groups_shown=GROUPS_SHOWN,
        flows_shown=FLOWS_SHOWN,
        pictures={
            "groups": draw_dimension(found),
            "flows": draw_flows(found.flows),
            "crossing": draw_crossing(found),
        },
        **_common(filters, found.period),
    )


@blueprint.get("/region/demand")
@allow(*STAFF)
def demand() -> str:
    """Show which needs become more, and which no company passes."""
    filters = requested_filter()
    found = make_demand(current_session(), current_actor(), filters, now=current_time())
    return render_template(
        "statistics/demand.html",
        found=found,
        least=LEAST_NEEDS,
        high_mix_lot=HIGH_MIX_LOT,
        picture=draw_small_lots(found.small_lots),
        **_common(filters, found.period),
    )


@blueprint.get("/region/refusals")
@allow(*STAFF)
def refusals() -> str:
    """Show why meetings came to nothing, by process, area or firm size."""
    filters, by = requested_filter(), _requested_dimension(REFUSAL_DIMENSIONS)
    found = make_refusals(current_session(), current_actor(), filters, by, now=current_time())
    return render_template(
        "statistics/refusals.html",
        found=found,
        by=by,
        dimensions=REFUSAL_DIMENSIONS,
        **_common(filters, found.period),
    )


@blueprint.get("/region/refusals.xlsx")
@allow(*STAFF)
def export_refusals() -> Response:
    """Send the map of technical issues of a whole fiscal year for publication."""
    filters = published_filter()
    session, actor, now = current_session(), current_actor(), current_time()
    found = [make_refusals(session, actor, filters, by, now=now) for by in REFUSAL_DIMENSIONS]
    sheets = refusal_sheets(found, read_companies(session, actor), now=now)
    return attachment(write_xlsx(sheets), _("技術課題マップ（公表用）"), "xlsx", XLSX)


def _requested_dimension(known: tuple[Dimension, ...]) -> Dimension:
    try:
        by = Dimension(request.args.get("by", ""))
    except ValueError:
        return known[0]
    return by if by in known else known[0]


def _common(filters: StatisticsFilter, period: Period) -> dict[str, object]:
    return {
        "filters": filters,
        "words": words,
        "named": dimension_words,
        "says": region_words,
        "definitions": DEFINITIONS,
        "periods": words.period_choices(filters, period, jst_date(current_time())),
        "now": current_time(),
    }
