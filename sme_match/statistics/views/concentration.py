"""The concentration of official series over prefectures, and the service beside them."""

from flask import render_template, request

from sme_match.core.clock import jst_date
from sme_match.statistics import words
from sme_match.statistics.blueprint import STAFF, blueprint
from sme_match.statistics.charts import Line, yearly_lines
from sme_match.statistics.concentration import (
    ACTIVITIES,
    TOPICS,
    quotient_columns,
    quotients,
    read_concentration,
    read_shift_share,
    series_of,
)
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.series import SERIES
from sme_match.statistics.views.asking import current_report
from sme_match.statistics.words import _
from sme_match.web.access import allow
from sme_match.web.context import current_time

_PERCENT = 100


@blueprint.get("/concentration")
@allow(*STAFF)
def concentration() -> str:
    """Show the share of Tokyo over time, what growth is made of, and the quotients of the service."""
    key = request.args.get("topic", "")
    key = key if key in TOPICS else next(iter(TOPICS))
    years, report = read_concentration(key), current_report()
    stretches: dict[int, list[tuple[int, float]]] = {}
    for each in years:
        stretches.setdefault(each.stretch, []).append((each.year, round(each.share * _PERCENT, 2)))
    line = Line(_("東京都"), tuple(tuple(points) for points in stretches.values()))
    rows = quotients(report.companies, report.sme_prefectures)
    return render_template(
        "statistics/concentration.html",
        topic=key,
        topics={each: series_of(each) for each in TOPICS},
        columns={each: series_of(each).columns[topic.column] for each, topic in TOPICS.items()},
        series=series_of(key),
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
