"""The concentration of official series over prefectures, and the service beside them."""

from flask import render_template, request

from sme_match.core.clock import jst_date
from sme_match.reference.prefectures import list_prefectures
from sme_match.statistics import words
from sme_match.statistics.blueprint import STAFF, blueprint
from sme_match.statistics.charts import Line, yearly_lines
from sme_match.statistics.concentration import (
    ACTIVITIES,
    TOPICS,
    Year,
    concentration_of,
    quotient_columns,
    quotients,
    read_concentration,
    read_shift_share,
)
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.imported.queries import VALUE, list_series, read_table
from sme_match.statistics.series import SERIES, Series
from sme_match.statistics.views.asking import current_report
from sme_match.statistics.words import _
from sme_match.web.access import allow
from sme_match.web.context import current_session, current_time

_PERCENT = 100


@blueprint.get("/concentration")
@allow(*STAFF)
def concentration() -> str:
    """Show the share of Tokyo over time, what growth is made of, and the quotients of the service."""
    topics = _topics()
    key = request.args.get("topic", "")
    key = key if key in topics else next(iter(topics))
    years, division = _years(key, topics[key])
    report = current_report()
    stretches: dict[int, list[tuple[int, float]]] = {}
    for each in years:
        stretches.setdefault(each.stretch, []).append((each.year, round(each.share * _PERCENT, 2)))
    line = Line(_("東京都"), tuple(tuple(points) for points in stretches.values()))
    rows = quotients(report.companies, report.sme_prefectures)
    return render_template(
        "statistics/concentration.html",
        topic=key,
        topics=topics,
        columns={each: series.columns[_column(each)] for each, series in topics.items()},
        series=topics[key],
        division=division,
        years=years,
        chart=yearly_lines([line], unit="%", summary=_("東京都の割合の推移。値は下の表にあります。")),
        rows=rows,
        official=quotient_columns(),
        activities=SERIES[ACTIVITIES],
        shifts=[(row.prefecture, *read_shift_share(row.prefecture)) for row in rows],
        report=report,
        filters=report.filters,
        words=words,
        definitions=DEFINITIONS,
        periods=words.period_choices(report.filters, report.period, jst_date(current_time())),
        now=current_time(),
    )


def _topics() -> dict[str, Series]:
    """Return what the concentration can be shown of: shipped columns, and series brought in."""
    brought_in = {each.key: each for each in list_series(current_session()) if each.key not in SERIES}
    return {each: SERIES[topic.series] for each, topic in TOPICS.items()} | brought_in


def _column(topic: str) -> str:
    return TOPICS[topic].column if topic in TOPICS else VALUE


def _years(topic: str, series: Series) -> tuple[tuple[Year, ...], str]:
    """Return the years, and the division that they are of where the series is divided."""
    if topic in TOPICS:
        return read_concentration(topic), ""
    codes = [prefecture.code for prefecture in list_prefectures()]
    table = read_table(current_session(), series, codes)
    division = next(iter(table.divisions()), None)
    years = concentration_of(table, VALUE, division=division, least=len(codes))
    return years, division or ""
