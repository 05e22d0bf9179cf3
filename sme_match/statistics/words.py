"""Figures of statistics in words of the reader's language: values, changes, periods, findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from flask import current_app
from flask_babel import lazy_gettext as _l

from sme_match.core.fiscal_year import FiscalYear, era_year
from sme_match.outcomes.enums import AmountSource
from sme_match.statistics.charts import RankFinding, TrendFinding
from sme_match.statistics.dimension_words import (
    SIDES,
    _,
    industry_title,
    narrowing_facts,
    prefecture_title,
    process_title,
)
from sme_match.statistics.filters import (
    LAST_TWELVE_MONTHS,
    StatisticsFilter,
    name_fiscal_year,
)
from sme_match.statistics.key_figures import KeyFigure, Unit
from sme_match.statistics.late import LateOutcomes
from sme_match.statistics.periods import Period, fiscal_year_of
from sme_match.statistics.suppression import LEAST_COMPANIES
from sme_match.web.formats import day, moment
from sme_match.web.languages import current_language

__all__ = ["SIDES", "_", "industry_title", "prefecture_title", "process_title"]

_YEARS_OFFERED = 5
_ENOUGH_FOR_PERCENT = 20
"""Below this a change in percent says less than the number itself."""
_MAN = 10_000
_PERCENT = 100

UNITS = {
    "proposals": _l("組"),
    "smes": _l("社"),
    "buyers": _l("社"),
}
SOURCES: Mapping[AmountSource | None, object] = {
    AmountSource.SME_SAID: _l("受注側企業の話"),
    AmountSource.BUYER_SAID: _l("発注企業の話"),
    AmountSource.BOTH_AGREE: _l("双方の話が一致"),
    AmountSource.DOCUMENT_SEEN: _l("書類で確認"),
    None: _l("不明（根拠の記録なし）"),
}
JUDGED_PARTS = {
    "judged": _l("判断した推薦"),
    "accepted": _l("採用"),
    "held": _l("保留"),
    "rejected": _l("見送り"),
    "top1": _l("1位の推薦"),
    "top3": _l("3位以内の推薦"),
    "top10": _l("10位以内の推薦"),
    "met": _l("採用から商談"),
    "dealt": _l("採用から成約"),
}
LESS_IS_BETTER = frozenset({"unreported"})
NEITHER_IS_BETTER = frozenset({"crossing_meetings", "crossing_deals"})


class HasDay(Protocol):
    """What is counted as it was known at the end of a day; None for now."""

    @property
    def known_on(self) -> date | None:
        """The day."""


class HasFilter(Protocol):
    """Figures of a period under a filter."""

    @property
    def filters(self) -> StatisticsFilter:
        """What they are about."""

    @property
    def period(self) -> Period:
        """When it happened."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change in words; `tone` is up (good), dn (bad) or empty, `arrow` the icon or empty."""

    text: str
    tone: str = ""
    arrow: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A key figure in words, and how many records stand behind its parts."""

    value: str
    unit: str
    before: str
    change: Change
    counted: int
    base: int
    unknown: int


def word(member: Enum | None) -> str:
    """Return the word for a state or stage, as its own domain names it."""
    return str(current_app.jinja_env.filters["label"](member))


def value_text(unit: Unit, value: float | None) -> str:
    """Return a value without its unit; a dash for what is undefined."""
    if value is None:
        return "—"
    if unit is Unit.RATE:
        return f"{value * _PERCENT:.1f}"
    if unit is Unit.SCORE:
        return f"{value:.2f}"
    if unit is Unit.YEN and value >= _MAN:
        return f"{round(value / _MAN):,}"
    return f"{int(value):,}"


def unit_text(figure: KeyFigure, value: float | None) -> str:
    """Return the unit that belongs to `value_text`."""
    if value is None:
        return ""
    if figure.unit is Unit.RATE:
        return "%"
    if figure.unit is Unit.YEN:
        return _("万円") if value >= _MAN else _("円")
    return str(UNITS.get(figure.key, _("件")))


def full_text(figure: KeyFigure, value: float | None) -> str:
    """Return a value with its unit."""
    return value_text(figure.unit, value) + unit_text(figure, value)


def shown_of(figure: KeyFigure) -> Shown:
    """Return what pages show of a key figure."""
    now = figure.current
    return Shown(
        value=value_text(figure.unit, now.value),
        unit=unit_text(figure, now.value),
        before=full_text(figure, figure.previous.value),
        change=change_of(figure),
        counted=len(now.ids),
        base=len(now.base_ids),
        unknown=len(now.unknown_ids),
    )


def change_of(figure: KeyFigure) -> Change:
    """Return how a figure changed from the year before."""
    difference = figure.difference
    if difference is None:
        return Change(_("前年とは比べられません"))
    if difference == 0:
        return Change(_("前年と同じ"))
    amount = _amount_of_change(figure, abs(difference))
    rising = difference > 0
    good = rising != (figure.key in LESS_IS_BETTER)
    text = _("%(amount)s増", amount=amount) if rising else _("%(amount)s減", amount=amount)
    tone = "up" if good else "dn"
    return Change(text, "" if figure.key in NEITHER_IS_BETTER else tone, "up" if rising else "dn")


def _amount_of_change(figure: KeyFigure, difference: float) -> str:
    if figure.unit is Unit.RATE:
        return _("%(points)sポイント", points=f"{difference * _PERCENT:.1f}")
    relative, previous = figure.relative_change, figure.previous.value or 0
    if relative is not None and (figure.unit is Unit.YEN or previous >= _ENOUGH_FOR_PERCENT):
        return f"{abs(relative) * _PERCENT:.0f}%"
    return full_text(figure, difference)


def percent(fraction: float | None) -> str:
    """Return a fraction of 1 in percent; a dash when undefined."""
    return "—" if fraction is None else f"{fraction * _PERCENT:.0f}%"


def man_yen(value: int) -> str:
    """Return an amount in 万円, or in 円 when it is smaller."""
    if value >= _MAN:
        return _("%(amount)s万円", amount=f"{round(value / _MAN):,}")
    return _("%(amount)s円", amount=f"{value:,}")


def period_title(period: Period) -> str:
    """Return the first and the last month, in years of the calendar and of the era."""
    last = period.end - timedelta(days=1)
    if (period.start.year, period.start.month) == (last.year, last.month):
        return f"{_month(period.start)}（{_era_month(period.start)}）"
    return f"{_month(period.start)}〜{_month(last)}（{_era_month(period.start)}〜{_era_month(last)}）"


def period_choices(filters: StatisticsFilter, period: Period, today: date) -> list[tuple[str, str]]:
    """Return the periods that the filter offers; the chosen one is always among them."""
    newest = fiscal_year_of(today)
    choices = [(LAST_TWELVE_MONTHS, _("直近12か月（今月を除く）"))]
    choices += [
        (name_fiscal_year(year), FiscalYear(year).label(current_language()))
        for year in range(newest, newest - _YEARS_OFFERED, -1)
    ]
    if filters.period not in dict(choices):
        choices.append((filters.period, period_title(period)))
    return choices


def month_label(period: Period) -> str:
    """Return the name of a month on an axis."""
    return _("%(month)s月", month=period.start.month)


def month_title(period: Period) -> str:
    """Return a month with its year."""
    return _month(period.start)


def filter_facts(figures: HasFilter) -> list[tuple[str, str]]:
    """Return what figures are about, as titles and words: for the head of files and prints."""
    return [(_("期間"), period_title(figures.period)), *narrowing_facts(figures.filters)]


def known_text(filters: HasDay, now: datetime) -> str:
    """Return up to when records are counted."""
    if filters.known_on is None:
        return _("%(moment)s 時点", moment=moment(now))
    return _("%(day)sの終わりまでに記録された内容", day=day(filters.known_on))


def late_sentence(late: LateOutcomes) -> str:
    """Return how many deals are confirmed, and how many are expected after twelve months."""
    if not late.open:
        return _("確定%(count)s件（12か月が過ぎているため、見込みは加えません）", count=late.confirmed)
    return _(
        "確定%(count)s件・12か月後の見込み%(low)s〜%(high)s件",
        count=late.confirmed,
        low=late.low,
        high=late.high,
    )


def rank_sentence(finding: RankFinding, unit: str) -> str:
    """Return the finding of a ranking as a sentence."""
    if not finding.top:
        return _("この期間に数えられるものはありません。")
    first, *others = finding.top
    if not others:
        return _("%(name)sの%(value)sだけです。", name=first.label, value=f"{first.value:,g}{unit}")
    rest = _("、").join(
        _("%(name)s%(value)s", name=point.label, value=f"{point.value:,g}{unit}") for point in others
    )
    return _(
        "%(name)sが%(value)sで最も多く、次は%(rest)sです。",
        name=first.label,
        value=f"{first.value:,g}{unit}",
        rest=rest,
    )


def trend_sentence(finding: TrendFinding, unit: str) -> str:
    """Return the finding of a trend as a sentence or two."""
    total = f"{finding.total:,g}{unit}"
    amount = f"{abs(finding.difference):,g}{unit}"
    if finding.difference > 0:
        first = _("合計%(total)sで、前年より%(amount)s増えました。", total=total, amount=amount)
    elif finding.difference < 0:
        first = _("合計%(total)sで、前年より%(amount)s減りました。", total=total, amount=amount)
    else:
        first = _("合計%(total)sで、前年と同じです。", total=total)
    if not finding.highest_labels:
        return first
    months: Sequence[str] = finding.highest_labels
    return first + _(
        "%(months)sが%(value)sで一番多い月です。",
        months="・".join(months),
        value=f"{finding.highest:,g}{unit}",
    )


def _month(day: date) -> str:
    if current_language() == "ja":
        return f"{day.year}年{day.month}月"
    return f"{day:%Y-%m}"


def _era_month(day: date) -> str:
    era = era_year(day)
    if era is None:
        return _month(day)
    if current_language() == "ja":
        return f"{era.label()}{day.month}月"
    return era.label("en")


def withheld_notice() -> tuple[str, str]:
    """Return the line at the head of a published file that says what it withholds."""
    return _("注意"), _(
        "%(least)s社に満たない企業の数字と、それを差し引きで求められる数字は「※」としています。",
        least=LEAST_COMPANIES,
    )
