"""The report of a support body, its files, and the records behind its figures."""

from dataclasses import dataclass
from functools import lru_cache, partial

from flask import Response, current_app, render_template, request
from markupsafe import Markup

from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.statistics import words
from sme_match.statistics.blueprint import STAFF, blueprint
from sme_match.statistics.charts import class_bounds
from sme_match.statistics.columns import Ids
from sme_match.statistics.comparison import (
    compare,
    manufacturing_quotients,
    official_columns,
    quotient_series,
)
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.evidence import Evidence, Part, find_evidence
from sme_match.statistics.filters import name_month
from sme_match.statistics.frames import unknown_share
from sme_match.statistics.pictures import draw_groups, draw_map, draw_months
from sme_match.statistics.publishing import withhold
from sme_match.statistics.queries import (
    RecordLine,
    list_lines,
    read_companies,
)
from sme_match.statistics.report import Report
from sme_match.statistics.services import make_report
from sme_match.statistics.views.asking import (
    current_report,
    figures_file,
    page_of,
    published_filter,
    requested_part,
)
from sme_match.statistics.words import _
from sme_match.statistics.workbook import record_table, report_sheets
from sme_match.statistics.yearly.definitions import ALL_DEFINITIONS
from sme_match.tables.writing import write_csv, write_xlsx
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.formats import moment
from sme_match.web.languages import current_language

KEPT_PAGES = 16
"""A page has about a hundred kilobytes."""
KPI_KEYS = ("meetings", "quote_rate", "deals", "total_yen")


@blueprint.get("/")
@allow(*STAFF)
def index() -> str:
    """Show the results of the body to its lead and coordinators."""
    report = current_report()
    return render_template(
        "statistics/index.html",
        report=report,
        filters=report.filters,
        words=words,
        periods=words.period_choices(report.filters, report.period, jst_date(current_time())),
        now=current_time(),
        figures=_figures(current_language(), request.root_path, report),
    )


@lru_cache(KEPT_PAGES)
def _figures(language: str, mounted_at: str, report: Report) -> Markup:
    """Return all figures of a report as they stand on the page.

    They are kept while the report is: it is made anew when a record changes, and is another one then.
    """
    del mounted_at
    page = current_app.jinja_env.get_template("statistics/_report.html").render(
        report=report,
        filters=report.filters,
        language=language,
        words=words,
        definitions=DEFINITIONS,
        kpis=[report.figure(key) for key in KPI_KEYS],
        others=[figure for figure in report.figures if figure.key not in KPI_KEYS],
        legend=list(enumerate(class_bounds())),
        pictures={
            "map": draw_map(report),
            "months": draw_months(report),
            "processes": draw_groups(report, report.processes, "process", words.process_title),
            "industries": draw_groups(report, report.industries, "industry", words.industry_title),
        },
        unknown_shares={
            "process": unknown_share(report.processes),
            "industry": unknown_share(report.industries),
            "prefecture": unknown_share(report.prefectures),
        },
        comparison=compare(report.companies, report.sme_prefectures),
        official=official_columns(),
        quotient_year=manufacturing_quotients()[0],
        quotient_series=quotient_series(),
        month_name=name_month,
    )
    return Markup(page)  # noqa: S704 -- rendered with autoescape


@blueprint.get("/definitions")
@allow(*STAFF, Role.ADMINISTRATOR)
def definitions() -> str:
    """Explain how each figure is counted."""
    return render_template("statistics/definitions.html", definitions=ALL_DEFINITIONS.values())


@blueprint.get("/export.xlsx")
@allow(*STAFF)
def export() -> Response:
    """Send the report as a workbook, with the same filters."""
    report = current_report()
    head = [
        (_("資料名"), _("商談の成果の統計")),
        (_("作成日時"), moment(current_time())),
        (_("記録の時点"), words.known_text(report.filters, current_time())),
        (_("注意"), _("金額は税抜の円です。見込みは成約に足していません。")),
    ]
    data = write_xlsx(report_sheets(report, head=head))
    return figures_file(data, _("商談の成果"), "xlsx")


@blueprint.get("/published.xlsx")
@allow(*STAFF)
def export_published() -> Response:
    """Send the report of a whole fiscal year for publication, without figures of few companies."""
    filters, now = published_filter(), current_time()
    report = make_report(current_session(), current_actor(), filters, now=now)
    companies = read_companies(current_session(), current_actor())
    head = [
        (_("資料名"), _("商談の成果の統計（公表用）")),
        (_("記録の時点"), words.known_text(filters, now)),
        words.withheld_notice(),
    ]
    data = write_xlsx(report_sheets(report, head=head, withheld=withhold(report, companies)))
    return figures_file(data, _("商談の成果（公表用）"), "xlsx")


@dataclass(frozen=True, slots=True)
class _PartTab:
    part: Part
    count: int


@blueprint.get("/records/<key>")
@allow(*STAFF)
def records(key: str) -> str:
    """List the records that a figure counts, with links to them."""
    report = current_report()
    evidence, part, ids = _requested_records(report, key)
    page = page_of(ids, partial(_lines, evidence))
    return render_template(
        "statistics/records.html",
        evidence=evidence,
        part=part,
        tabs=[_PartTab(each, len(listed)) for each, listed in evidence.ids.items()],
        page=page,
        report=report,
        words=words,
        definition=DEFINITIONS[evidence.definition],
    )


@blueprint.get("/records/<key>.csv")
@allow(*STAFF)
def export_records(key: str) -> Response:
    """Send the records that a figure counts as CSV."""
    evidence, _part, ids = _requested_records(current_report(), key)
    headers, rows = record_table(evidence.kind, _lines(evidence, ids))
    title = _(DEFINITIONS[evidence.definition].title)
    return figures_file(write_csv(headers, rows).data, title, "csv")


def _requested_records(report: Report, key: str) -> tuple[Evidence, Part, Ids]:
    evidence, part = find_evidence(report, key), requested_part()
    # The newest records come first; ids grow with time.
    return evidence, part, tuple(reversed(evidence.ids.get(part, ())))


def _lines(evidence: Evidence, ids: Ids) -> list[RecordLine]:
    return list_lines(current_session(), current_actor(), evidence.kind, ids)
