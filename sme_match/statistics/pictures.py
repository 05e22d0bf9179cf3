"""The charts of a report, with words and the addresses of the records behind each value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from flask import request, url_for

from sme_match.reference.japan_map import load_japan_map
from sme_match.statistics.charts import (
    Chart,
    JapanMap,
    Line,
    Point,
    bars,
    monthly_trend,
    prefecture_map,
    rank_finding,
    trend_finding,
    yearly_lines,
)
from sme_match.statistics.filters import UNKNOWN, StatisticsFilter, name_month
from sme_match.statistics.frames import Group
from sme_match.statistics.periods import Period
from sme_match.statistics.report import Report
from sme_match.statistics.words import HasFilter, _, month_label, rank_sentence, trend_sentence
from sme_match.web.languages import current_language

BARS_SHOWN = 10
KEPT_PICTURES = 64
"""Pictures are kept by what they show: most changes leave the counts of meetings as they are."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart and the sentence that says what it shows."""

    chart: Chart
    sentence: str


@lru_cache(KEPT_PICTURES)
def draw_lines(lines: tuple[Line, ...], unit: str, summary: str) -> Chart:
    """Return lines over years, kept by what they show."""
    return yearly_lines(lines, unit=unit, summary=summary)


def draw_map(report: Report) -> Picture:
    """Return the held meetings by prefecture on the map of Japan."""
    counts = tuple((group.key, len(group.meeting_ids)) for group in report.prefectures)
    return _map(current_language(), request.root_path, report.filters, counts)


@lru_cache(KEPT_PICTURES)
def _map(
    language: str,
    mounted_at: str,
    filters: StatisticsFilter,
    counted: tuple[tuple[str | None, int], ...],
) -> Picture:
    counts = dict(counted)
    points = {
        shape.code: Point(
            shape.name(language),
            counts.get(shape.code, 0),
            _records(mounted_at, filters, prefecture=shape.code) if counts.get(shape.code) else None,
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
    counts = tuple(
        (month.period, len(month.meeting_ids), len(month.previous_meeting_ids))
        for month in report.months
    )
    return _months(current_language(), request.root_path, report.filters, counts)


@lru_cache(KEPT_PICTURES)
def _months(
    language: str,
    mounted_at: str,
    filters: StatisticsFilter,
    counts: tuple[tuple[Period, int, int], ...],
) -> Picture:
    del language
    unit = _("件")
    points = [
        Point(month_label(month), now, _records(mounted_at, filters, period=name_month(month)))
        for month, now, _before in counts
    ]
    previous = [before for _month, _now, before in counts]
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
    counts = tuple(
        (group.key, title(group.key), len(group.meeting_ids)) for group in groups if group.meeting_ids
    )
    return _groups(current_language(), request.root_path, report.filters, argument, counts)


@lru_cache(KEPT_PICTURES)
def _groups(
    language: str,
    mounted_at: str,
    filters: StatisticsFilter,
    argument: str,
    counts: tuple[tuple[str | None, str, int], ...],
) -> Picture:
    del language
    unit = _("件")
    points = [
        Point(name, count, _records(mounted_at, filters, **{argument: key or UNKNOWN}))
        for key, name, count in counts
    ]
    sentence = rank_sentence(rank_finding(points), unit)
    shown = points[:BARS_SHOWN]
    return Picture(bars(shown, name=_("商談"), unit=unit, summary=sentence), sentence)


def _records(mounted_at: str, filters: StatisticsFilter, **changes: str) -> str:
    """Return the address of held meetings; what is kept of it belongs to the path of the mount."""
    del mounted_at
    return url_for("statistics.records", key="meetings", **filters.arguments(**changes))


@cache
def _outlines() -> JapanMap:
    japan = load_japan_map()
    return {
        "viewBox": list(japan.view_box),
        "prefs": [
            {"code": shape.code, "d": shape.path, "c": list(shape.centroid)} for shape in japan.shapes
        ],
    }
