"""The yearly report in the reader's language."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from sme_match.core.fiscal_year import FiscalYear
from sme_match.statistics.charts import Chart, Line
from sme_match.statistics.key_figures import Unit
from sme_match.statistics.pictures import draw_lines
from sme_match.statistics.words import UNITS as UNIT_WORDS
from sme_match.statistics.words import _, man_yen, percent, value_text
from sme_match.statistics.yearly.figures import UNITS, Section, YearFigure
from sme_match.statistics.yearly.services import YearReport
from sme_match.web.languages import current_language

SECTIONS: Mapping[Section, object] = {
    Section.ACTIVITY: _l("活動（商談の年度）"),
    Section.RESULT: _l("商談の結果（商談の年度）"),
    Section.DEAL: _l("成約（成約の年度）"),
}
COMPANIES = frozenset({"introduced_smes", "smes", "new_smes", "buyers"})
DRAWN = ("planned", "meetings", "deals")
"""The figures of the chart: numbers of one kind, so that one axis serves all."""
KEPT_VALUES = 4096
_PERCENT = 100


def year_title(year: int) -> str:
    """Return a fiscal year in years of the calendar and of the era: 2026年度（令和8年度）."""
    return FiscalYear(year).label(current_language())


def unit_word(key: str) -> str:
    """Return the unit that stands behind a figure."""
    unit = UNITS[key]
    if unit is Unit.RATE:
        return "%"
    if unit is Unit.YEN:
        return _("円")
    if unit is Unit.SCORE:
        return _("点")
    if key in COMPANIES:
        return _("社")
    return _("組") if key == "introduced" else str(UNIT_WORDS.get(key, _("件")))


def shown(key: str, value: float | None) -> str:
    """Return a figure with its unit; a dash for what is undefined."""
    return _shown(current_language(), key, value)


@lru_cache(KEPT_VALUES)
def _shown(language: str, key: str, value: float | None) -> str:
    """Return the words of a value; a page has some two hundred of them."""
    del language
    if value is None:
        return "—"
    if UNITS[key] is Unit.YEN:
        return man_yen(int(value))
    return value_text(UNITS[key], value) + unit_word(key)


class Cell(NamedTuple):
    """A figure of a year, what was reported where that differs, and whether it has records."""

    value: str
    reported: str
    has_records: bool


class Row(NamedTuple):
    """What the report shows of a figure; empty where there is nothing to show."""

    value: str
    interval: str
    base: int
    counted: int
    unknown: int
    before: Cell
    target: str
    achieved: str


def row_of(report: YearReport, figure: YearFigure) -> Row:
    """Return what the report shows of a figure of its year."""
    key, measure, target = figure.key, figure.measure, report.target(figure.key)
    return Row(
        value=shown(key, figure.value),
        interval=interval_text(figure),
        base=len(measure.base_ids),
        counted=len(measure.ids),
        unknown=len(measure.unknown_ids),
        before=_cell(report.counts[-2].figures[key]),
        target="" if target is None else shown(key, target),
        achieved="" if target is None else percent(report.achieved(key)),
    )


def series_of(report: YearReport, key: str) -> tuple[Cell, ...]:
    """Return a figure over the years, each with what was reported where that is something else."""
    cells = []
    for count in report.counts:
        edition, now = report.latest_edition(count.year), count.figures[key].value
        is_restated = edition is not None and key in edition.figures and edition.value(key) != now
        reported = shown(key, edition.value(key)) if edition and is_restated else ""
        cells.append(_cell(count.figures[key], reported))
    return tuple(cells)


def _cell(figure: YearFigure, reported: str = "") -> Cell:
    measure = figure.measure
    return Cell(shown(figure.key, figure.value), reported, bool(measure.ids or measure.base_ids))


def interval_text(figure: YearFigure) -> str:
    """Return the 95 % interval of a rate; nothing where there is none."""
    interval = figure.interval
    if interval is None or not figure.measure.base_ids:
        return ""
    low, high = (f"{bound * _PERCENT:.1f}" for bound in interval)
    return f"{low}–{high}%"


def draw_years(report: YearReport, titles: Mapping[str, str]) -> Chart:
    """Return planned and held meetings and deals over the years of the report."""
    lines = tuple(
        Line(
            titles[key],
            (tuple((count.year, count.figures[key].value or 0) for count in report.counts),),
        )
        for key in DRAWN
    )
    return draw_lines(lines, _("件"), years_sentence(report))


def years_sentence(report: YearReport) -> str:
    """Return what the five years say about held meetings and deals."""
    first, last = report.counts[0], report.count
    return _(
        "%(first)sから%(last)sまでに、実施した商談は%(met_then)s件から%(met)s件に、"
        "成約は%(deals_then)s件から%(deals)s件になりました。",
        first=year_title(first.year),
        last=year_title(last.year),
        met_then=f"{int(first.figures['meetings'].value or 0):,}",
        met=f"{int(last.figures['meetings'].value or 0):,}",
        deals_then=f"{int(first.figures['deals'].value or 0):,}",
        deals=f"{int(last.figures['deals'].value or 0):,}",
    )
