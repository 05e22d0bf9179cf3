"""The charts of what a region learns, with words and the addresses of the records behind them."""

from collections.abc import Sequence
from functools import partial

from sme_match.statistics.charts import Chart, Line, Point, rank_finding
from sme_match.statistics.demand import ShareOfRecords
from sme_match.statistics.dimension_words import prefecture_title, title_of
from sme_match.statistics.dimensions import Flow
from sme_match.statistics.periods import fiscal_year_of
from sme_match.statistics.pictures import Picture, draw_groups, draw_lines
from sme_match.statistics.region import Region
from sme_match.statistics.region_words import crossing_sentence
from sme_match.statistics.words import _, rank_sentence

_PERCENT = 100


def draw_dimension(found: Region) -> Picture:
    """Return the held meetings by one dimension as bars, in the order of the table."""
    return draw_groups(found, found.groups, found.by.value, partial(title_of, found.by))


def flow_sentence(flows: Sequence[Flow]) -> str:
    """Return the largest flows between prefectures."""
    unit = _("件")
    points = [
        Point(f"{prefecture_title(flow.buyer)} → {prefecture_title(flow.sme)}", len(flow.meeting_ids))
        for flow in flows
        if flow.meeting_ids
    ]
    return rank_sentence(rank_finding(points), unit)


def draw_crossing(found: Region) -> Picture:
    """Return the share of meetings and deals across a border, by fiscal year."""
    lines = [(_("商談"), found.crossing_meetings), (_("成約"), found.crossing_deals)]
    sentence = crossing_sentence(found.crossing_meetings)
    return Picture(_yearly(lines, sentence), sentence)


def draw_small_lots(parts: Sequence[ShareOfRecords]) -> Chart:
    """Return the share of high-mix low-volume work among the needs, by fiscal year."""
    summary = _("多品種少量の割合の推移。値は下の表にあります。")
    return _yearly([(_("多品種少量の割合"), parts)], summary)


def _yearly(lines: Sequence[tuple[str, Sequence[ShareOfRecords]]], summary: str) -> Chart:
    drawn = []
    for label, parts in lines:
        points = tuple(
            (fiscal_year_of(part.period.start), round(part.rate * _PERCENT, 1))
            for part in parts
            if part.rate is not None
        )
        drawn.append(Line(label, (points,) if points else ()))
    return draw_lines(tuple(drawn), "%", summary)
