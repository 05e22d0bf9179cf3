"""The charts of a report, with words and the addresses of the records behind each value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from flask import request, url_for
from flask_babel import gettext as _

from sme_match.reference.japan_map import load_japan_map
from sme_match.statistics.charts import (
    Chart,
    JapanMap,
    Point,
    bars,
    monthly_trend,
    prefecture_map,
    rank_finding,
    trend_finding,
)
from sme_match.statistics.filters import UNKNOWN, StatisticsFilter, name_month
from sme_match.statistics.frames import Group
from sme_match.statistics.report import Report
from sme_match.statistics.words import HasFilter, month_label, rank_sentence, trend_sentence
from sme_match.web.languages import current_language

BARS_SHOWN = 10
KEPT_ADDRESSES = 2048


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart and the sentence that says what it shows."""

    chart: Chart
    sentence: str


def draw_map(report: Report) -> Picture:
    """Return the held meetings by prefecture on the map of Japan."""
    language = current_language()
    counts = {group.key: len(group.meeting_ids) for group in report.prefectures}
    points = {
        shape.code: Point(
            shape.name(language),
            counts.get(shape.code, 0),
            _records(report, prefecture=shape.code) if counts.get(shape.code) else None,
        )
        for shape in load_japan_map().shapes
    }
    unit = _("件")
    sentence = rank_sentence(rank_finding(list(points.values())), unit)
    chart = prefecture_map(
        _outlines(),
        points,
        unit=unit,
        summary=_("都道府県別の商談数の地図。%(finding)s", finding=sentence),
        total_label=_("商談"),
    )
    return Picture(chart, sentence)


def draw_months(report: Report) -> Picture:
    """Return the held meetings by month beside those of the year before."""
    unit = _("件")
    points = [
        Point(
            month_label(month.period),
            len(month.meeting_ids),
            _records(report, period=name_month(month.period)),
        )
        for month in report.months
    ]
    previous = [len(month.previous_meeting_ids) for month in report.months]
    sentence = trend_sentence(trend_finding(points, previous), unit)
    chart = monthly_trend(
        points,
        previous,
        current_label=_("この期間"),
        previous_label=_("前年"),
        unit=unit,
        summary=sentence,
    )
    return Picture(chart, sentence)


def draw_groups(
    report: HasFilter,
    groups: Sequence[Group],
    argument: str,
    title: Callable[[str | None], str],
) -> Picture:
    """Return the held meetings by one dimension as bars, in the order of the groups.

    `argument` is the name of the filter that chooses one of the groups.
    """
    unit = _("件")
    points = [
        Point(
            title(group.key),
            len(group.meeting_ids),
            _records(report, **{argument: group.key or UNKNOWN}),
        )
        for group in groups
        if group.meeting_ids
    ]
    sentence = rank_sentence(rank_finding(points), unit)
    shown = points[:BARS_SHOWN]
    return Picture(bars(shown, name=_("商談"), unit=unit, summary=sentence), sentence)


def _records(report: HasFilter, **changes: str) -> str:
    return _address(request.root_path, report.filters, tuple(changes.items()))


@lru_cache(KEPT_ADDRESSES)
def _address(mounted_at: str, filters: StatisticsFilter, changes: tuple[tuple[str, str], ...]) -> str:
    """Return the address of held meetings; a chart has one for each of its parts."""
    del mounted_at
    return url_for("statistics.records", key="meetings", **filters.arguments(**dict(changes)))


@cache
def _outlines() -> JapanMap:
    japan = load_japan_map()
    return {
        "viewBox": list(japan.view_box),
        "prefs": [
            {"code": shape.code, "d": shape.path, "c": list(shape.centroid)} for shape in japan.shapes
        ],
    }
