"""A fiscal year over all bodies, for administrators: the page, its records, its workbook."""

from functools import partial

from flask import Response, render_template

from sme_match.core.actor import Role
from sme_match.core.errors import NotFoundError
from sme_match.statistics.blueprint import blueprint
from sme_match.statistics.publishing import HIDDEN
from sme_match.statistics.queries import list_numbered
from sme_match.statistics.views.asking import (
    check_year,
    figures_file,
    page_of,
    requested_part,
    year_choices,
)
from sme_match.statistics.words import _, withheld_notice
from sme_match.statistics.yearly import words
from sme_match.statistics.yearly.definitions import ALL_DEFINITIONS
from sme_match.statistics.yearly.services import find_behind, make_report_of_all
from sme_match.statistics.yearly.workbook import all_bodies_sheets
from sme_match.support_bodies.queries import get_body
from sme_match.tables.writing import write_xlsx
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.formats import moment


@blueprint.get("/years/<int:year>/all")
@allow(Role.ADMINISTRATOR)
def year_of_all(year: int) -> str:
    """Show a fiscal year over the bodies, without the figures of few companies."""
    check_year(year)
    found = make_report_of_all(current_session(), year, now=current_time())
    return render_template(
        "statistics/year_of_all.html",
        found=found,
        words=words,
        hidden=HIDDEN,
        notice=withheld_notice()[1],
        definitions=ALL_DEFINITIONS,
        years=year_choices(year),
        now=current_time(),
    )


@blueprint.get("/years/<int:year>/all.xlsx")
@allow(Role.ADMINISTRATOR)
def export_year_of_all(year: int) -> Response:
    """Send a fiscal year over the bodies as a workbook."""
    check_year(year)
    found = make_report_of_all(current_session(), year, now=current_time())
    head = [
        (_("資料名"), _("%(year)s 年度報告（全支援機関）", year=words.year_title(year))),
        (_("作成日時"), moment(current_time())),
        withheld_notice(),
    ]
    name = _("年度報告（全支援機関）%(year)s", year=year)
    return figures_file(write_xlsx(all_bodies_sheets(found, head=head)), name, "xlsx")


@blueprint.get("/years/<int:year>/all/records/<key>")
@blueprint.get("/years/<int:year>/all/bodies/<int:body_id>/records/<key>")
@allow(Role.ADMINISTRATOR)
def year_of_all_records(year: int, key: str, body_id: int | None = None) -> str:
    """List by number what a figure of one body, or of all, counts."""
    check_year(year)
    session, part = current_session(), requested_part()
    found = find_behind(session, year, key, body_id=body_id, now=current_time())
    if part not in found.ids:
        raise NotFoundError
    ids = found.ids[part]
    return render_template(
        "statistics/year_of_all_records.html",
        found=found,
        part=part,
        year=year,
        body=get_body(session, current_actor(), body_id) if body_id else None,
        page=page_of(ids, partial(list_numbered, session, found.kind)),
        words=words,
        definitions=ALL_DEFINITIONS,
        now=current_time(),
    )
