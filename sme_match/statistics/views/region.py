"""Pages of what a region learns: figures by dimension, demand, and why work came to nothing."""

from functools import lru_cache

from flask import Response, current_app, render_template, request
from markupsafe import Markup

from sme_match.core.clock import jst_date
from sme_match.statistics import dimension_words, region_words, words
from sme_match.statistics.blueprint import STAFF, blueprint
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.demand import HIGH_MIX_LOT, LEAST_NEEDS
from sme_match.statistics.dimensions import Dimension, flow_table
from sme_match.statistics.queries import read_companies
from sme_match.statistics.region import REFUSAL_DIMENSIONS, Demand, Refusals, Region
from sme_match.statistics.region_pictures import (
    draw_crossing,
    draw_dimension,
    draw_small_lots,
    flow_sentence,
)
from sme_match.statistics.region_workbook import refusal_sheets
from sme_match.statistics.services import make_demand, make_refusals, make_region
from sme_match.statistics.views.asking import figures_file, published_filter, requested_filter
from sme_match.statistics.words import _
from sme_match.tables.writing import write_xlsx
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.languages import current_language

KEPT_PAGES = 32
"""A page has some tens of kilobytes."""
FLOWS_SHOWN = 30
PREFECTURES_SHOWN = 12
CELLS_SHOWN = 50
GROUPS_SHOWN = 100


@blueprint.get("/region")
@allow(*STAFF)
def region() -> str:
    """Show the figures by one dimension, flows between prefectures, and the share that crosses."""
    filters, by = requested_filter(), _requested_dimension(tuple(Dimension))
    found = make_region(current_session(), current_actor(), filters, by, now=current_time())
    return _page("statistics/region.html", found, by=by)


@blueprint.get("/region/demand")
@allow(*STAFF)
def demand() -> str:
    """Show which needs become more, and which no company passes."""
    filters = requested_filter()
    found = make_demand(current_session(), current_actor(), filters, now=current_time())
    return _page("statistics/demand.html", found)


@blueprint.get("/region/refusals")
@allow(*STAFF)
def refusals() -> str:
    """Show why meetings came to nothing, by process, area or firm size."""
    filters, by = requested_filter(), _requested_dimension(REFUSAL_DIMENSIONS)
    found = make_refusals(current_session(), current_actor(), filters, by, now=current_time())
    return _page("statistics/refusals.html", found, by=by)


@blueprint.get("/region/refusals.xlsx")
@allow(*STAFF)
def export_refusals() -> Response:
    """Send the map of technical issues of a whole fiscal year for publication."""
    filters = published_filter()
    session, actor, now = current_session(), current_actor(), current_time()
    found = [make_refusals(session, actor, filters, by, now=now) for by in REFUSAL_DIMENSIONS]
    sheets = refusal_sheets(found, read_companies(session, actor), now=now)
    return figures_file(write_xlsx(sheets), _("技術課題マップ（公表用）"), "xlsx")


def _requested_dimension(known: tuple[Dimension, ...]) -> Dimension:
    try:
        by = Dimension(request.args.get("by", ""))
    except ValueError:
        return known[0]
    return by if by in known else known[0]


def _page(template: str, found: Region | Demand | Refusals, *, by: Dimension | None = None) -> str:
    filters = found.filters
    return render_template(
        template,
        found=found,
        filters=filters,
        by=by,
        dimensions=REFUSAL_DIMENSIONS,
        words=words,
        named=dimension_words,
        periods=words.period_choices(filters, found.period, jst_date(current_time())),
        now=current_time(),
        figures=_figures(current_language(), request.root_path, found),
    )


@lru_cache(KEPT_PAGES)
def _figures(language: str, mounted_at: str, found: Region | Demand | Refusals) -> Markup:
    """Return the figures as they stand on the page; kept while they are, as those of the report."""
    del mounted_at
    common: dict[str, object] = {
        "found": found,
        "filters": found.filters,
        "language": language,
        "words": words,
        "named": dimension_words,
        "says": region_words,
        "definitions": DEFINITIONS,
        "dimensions": REFUSAL_DIMENSIONS,
    }
    if isinstance(found, Region):
        pictures = {
            "groups": draw_dimension(found),
            "crossing": draw_crossing(found),
        }
        shown = {
            "groups_shown": GROUPS_SHOWN,
            "flows_shown": FLOWS_SHOWN,
            "prefectures_shown": PREFECTURES_SHOWN,
            "flow_sentence": flow_sentence(found.flows),
            "flow_table": flow_table(found.flows, shown=PREFECTURES_SHOWN),
        }
        return _render(
            "statistics/_region_figures.html", common | shown | {"by": found.by, "pictures": pictures}
        )
    if isinstance(found, Demand):
        drawn = {"picture": draw_small_lots(found.small_lots)}
        stated = {"least": LEAST_NEEDS, "high_mix_lot": HIGH_MIX_LOT}
        return _render("statistics/_demand_figures.html", common | stated | drawn)
    return _render(
        "statistics/_refusal_figures.html", common | {"by": found.by, "cells_shown": CELLS_SHOWN}
    )


def _render(template: str, values: dict[str, object]) -> Markup:
    page = current_app.jinja_env.get_template(template).render(values)
    return Markup(page)  # noqa: S704 -- rendered with autoescape
