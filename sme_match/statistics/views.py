"""Pages of statistics: the report of a support body, the records behind it, official series."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from flask import Blueprint, Response, current_app, render_template, request
from markupsafe import Markup

from sme_match.core.actor import Role
from sme_match.core.clock import jst_date, parse_date, to_jst
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.db.paging import PAGE_SIZE, Page
from sme_match.reference.prefectures import Prefecture, list_prefectures
from sme_match.statistics import words
from sme_match.statistics.charts import MAX_LINES, class_bounds, yearly_lines
from sme_match.statistics.comparison import (
    compare,
    manufacturing_quotients,
    official_columns,
    quotient_series,
)
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.evaluation import (
    PARTS,
    JudgedRow,
    by_engine,
    by_month,
    by_reason,
    within,
)
from sme_match.statistics.evidence import Evidence, Part, RecordKind, find_evidence
from sme_match.statistics.filters import (
    EARLIEST_YEAR,
    StatisticsFilter,
    find_period,
    name_month,
    with_known_period,
)
from sme_match.statistics.frames import Ids, Side, unknown_share
from sme_match.statistics.periods import Period, last_twelve_months
from sme_match.statistics.pictures import draw_groups, draw_map, draw_months
from sme_match.statistics.queries import RecordLine, count_companies, list_judged, list_lines
from sme_match.statistics.report import Report
from sme_match.statistics.series import SERIES, Series
from sme_match.statistics.series_lines import list_divisions, read_lines
from sme_match.statistics.services import make_report
from sme_match.statistics.words import _
from sme_match.statistics.workbook import judged_table, record_table, report_sheets
from sme_match.tables.writing import attachment_name, content_disposition, write_csv, write_xlsx
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.formats import moment
from sme_match.web.languages import current_language
from sme_match.web.paging import requested_page

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")

STAFF = (Role.COORDINATOR, Role.LEAD)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DEFAULT_SERIES = "manufacturing"
KEPT_PAGES = 16
"""A page has about a hundred kilobytes."""
KPI_KEYS = ("meetings", "quote_rate", "deals", "total_yen")
_LONGEST_CODE = 40


def requested_filter() -> StatisticsFilter:
    """Return the filter of the URL; a period that does not exist is the last twelve months."""
    args = request.args
    filters = StatisticsFilter(
        period=args.get("period", ""),
        industry=args.get("industry", "")[:_LONGEST_CODE],
        process=args.get("process", "")[:_LONGEST_CODE],
        prefecture=args.get("prefecture", "")[:_LONGEST_CODE],
        side=Side.BUYER if args.get("side") == Side.BUYER else Side.SME,
        known_on=_requested_day(args.get("known", "")),
    )
    return with_known_period(filters, filters.known_on or jst_date(current_time()))


def _requested_day(text: str) -> date | None:
    """Return the day up to which records are asked for; None for now, today and no day at all."""
    try:
        day = parse_date(text)
    except InvalidError:
        return None
    return day if date(EARLIEST_YEAR, 1, 1) <= day < jst_date(current_time()) else None


def current_report() -> Report:
    """Return the report that the URL asks for."""
    return make_report(current_session(), current_actor(), requested_filter(), now=current_time())


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
    return render_template("statistics/definitions.html", definitions=DEFINITIONS.values())


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
    return _attachment(data, _("商談の成果"), "xlsx", XLSX)


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
    page = _page_of(evidence, ids)
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
    return _attachment(write_csv(headers, rows).data, title, "csv", "text/csv")


@blueprint.get("/official")
@allow(*STAFF)
def official() -> str:
    """Show an official series of a few prefectures, cut at its breaks."""
    series = SERIES.get(request.args.get("series", ""), SERIES[DEFAULT_SERIES])
    column = request.args.get("column", "")
    column = column if column in series.columns else next(iter(series.columns))
    divisions = list_divisions(series.key)
    division = request.args.get("division", "")
    division = division if division in divisions else next(iter(divisions), "")
    chosen = _requested_prefectures()
    language = current_language()
    named = [(prefecture.code, prefecture.name(language)) for prefecture in chosen]
    found = read_lines(series, column, named, division=division or None)
    unit = found.unit_ja if language == "ja" else f" {found.unit_en}"
    return render_template(
        "statistics/official.html",
        all_series=SERIES.values(),
        series=series,
        column_key=column,
        divisions=divisions,
        division=division,
        prefectures=list_prefectures(),
        chosen=chosen,
        found=found,
        unit=unit,
        max_lines=MAX_LINES,
        chart=yearly_lines(found.lines, unit=unit, summary=_series_summary(series, chosen)),
    )


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """The decided proposals that a URL asks for; empty choices choose all."""

    filters: StatisticsFilter
    period: Period
    part: str
    engine: str
    reason: str

    def choose(self, rows: Iterable[JudgedRow]) -> list[JudgedRow]:
        """Return those of the period that belong to the part, engine and reason."""
        return [
            row
            for row in within(rows, self.period).rows
            if PARTS[self.part](row)
            and self.engine in {"", row.engine}
            and self.reason in {"", row.reason}
        ]


def _requested_evaluation() -> _Evaluated:
    today, part = jst_date(current_time()), request.args.get("part", "judged")
    if part not in PARTS:
        raise NotFoundError
    filters = requested_filter()
    return _Evaluated(
        filters=filters,
        period=find_period(filters.period, today) or last_twelve_months(today),
        part=part,
        engine=request.args.get("engine", "")[:_LONGEST_CODE],
        reason=request.args.get("reason", "")[:_LONGEST_CODE],
    )


@blueprint.get("/evaluation")
@allow(*STAFF)
def evaluation() -> str:
    """Show how good the proposals were, month by month, by what was decided about them."""
    asked = _requested_evaluation()
    judged = within(list_judged(current_session(), current_actor()), asked.period)
    return render_template(
        "statistics/evaluation.html",
        period=asked.period,
        filters=asked.filters,
        whole=judged,
        months=by_month(judged, asked.period),
        engines=by_engine(judged),
        reasons=by_reason(judged),
        words=words,
        definitions=DEFINITIONS,
        periods=words.period_choices(asked.filters, asked.period, jst_date(current_time())),
        month_name=name_month,
        now=current_time(),
    )


@blueprint.get("/evaluation/records")
@allow(*STAFF)
def evaluated() -> str:
    """List the decided proposals behind a figure, each with the way to its reasons."""
    asked = _requested_evaluation()
    rows = asked.choose(list_judged(current_session(), current_actor()))
    number = min(requested_page(), max(1, -(-len(rows) // PAGE_SIZE)))
    shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    lines = _lines_of(shown)
    return render_template(
        "statistics/evaluated.html",
        asked=asked,
        words=words,
        page=Page([(row, lines[row.proposal_id]) for row in shown], number, PAGE_SIZE, len(rows)),
    )


@blueprint.get("/evaluation.csv")
@allow(*STAFF)
def export_evaluation() -> Response:
    """Send the decided proposals behind a figure as CSV: every figure can be counted from them."""
    rows = _requested_evaluation().choose(list_judged(current_session(), current_actor()))
    headers, table = judged_table(rows, _lines_of(rows))
    return _attachment(write_csv(headers, table).data, _("推薦の評価"), "csv", "text/csv")


def _lines_of(rows: Sequence[JudgedRow]) -> dict[int, RecordLine]:
    ids = tuple(row.proposal_id for row in rows)
    found = list_lines(current_session(), current_actor(), RecordKind.PROPOSAL, ids)
    return {line.record_id: line for line in found}


def _requested_records(report: Report, key: str) -> tuple[Evidence, Part, Ids]:
    evidence = find_evidence(report, key)
    try:
        part = Part(request.args.get("part", Part.COUNTED.value))
    except ValueError:
        raise NotFoundError from None
    # The newest records come first; ids grow with time.
    return evidence, part, tuple(reversed(evidence.ids.get(part, ())))


def _page_of(evidence: Evidence, ids: Ids) -> Page[RecordLine]:
    last = max(1, -(-len(ids) // PAGE_SIZE))
    number = min(requested_page(), last)
    shown = ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page(_lines(evidence, shown), number, PAGE_SIZE, len(ids))


def _lines(evidence: Evidence, ids: Ids) -> list[RecordLine]:
    return list_lines(current_session(), current_actor(), evidence.kind, ids)


def _requested_prefectures() -> Sequence[Prefecture]:
    """Return the chosen prefectures, each once; without a choice those of the own companies."""
    by_code = {prefecture.code: prefecture for prefecture in list_prefectures()}
    codes = dict.fromkeys(code for code in request.args.getlist("prefecture") if code in by_code)
    if not codes:
        companies = count_companies(current_session(), current_actor())
        codes = dict.fromkeys(
            sorted((c for c in companies if c in by_code), key=lambda c: -companies[c])
        )
    return [by_code[code] for code in codes][:MAX_LINES] or [by_code["13"]]


def _series_summary(series: Series, chosen: Sequence[Prefecture]) -> str:
    language = current_language()
    title = series.title_ja if language == "ja" else series.title_en
    names = "、".join(prefecture.name(language) for prefecture in chosen)
    return _("%(title)sの推移。%(names)s。値は下の表にあります。", title=title, names=names)


def _attachment(data: bytes, title: str, suffix: str, mimetype: str) -> Response:
    response = Response(data, mimetype=mimetype)
    name = attachment_name(title, to_jst(current_time()).date(), suffix)
    response.headers["Content-Disposition"] = content_disposition(name)
    return response
