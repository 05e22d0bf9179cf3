"""What a region learns, in words of the reader's language: shares, trends, findings."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

from sme_match.core.fiscal_year import FiscalYear
from sme_match.outcomes.enums import NoDealReason
from sme_match.statistics.demand import ShareOfRecords, Signal, Trend
from sme_match.statistics.dimension_words import title_of
from sme_match.statistics.dimensions import Dimension, Flow
from sme_match.statistics.filters import UNKNOWN, StatisticsFilter, name_fiscal_year, name_span
from sme_match.statistics.frames import Side
from sme_match.statistics.periods import Period, fiscal_year_of
from sme_match.statistics.region import RefusalCell, RefusalGroup, Refusals
from sme_match.statistics.words import _, percent, word
from sme_match.web.languages import current_language

__all__ = ["name_span"]

TRENDS: Mapping[Trend, object] = {
    Trend.RISING: _l("増えている"),
    Trend.FALLING: _l("減っている"),
    Trend.SAME: _l("差があるとは言えない"),
    Trend.TOO_FEW: _l("まだ言えない"),
}
_MOST_NAMED = 3
_MOST_TIMES = 1000


def year_title(period: Period) -> str:
    """Return the fiscal year of a period."""
    return FiscalYear(fiscal_year_of(period.start)).label(current_language())


def year_name(period: Period) -> str:
    """Return the name of the fiscal year of a period in URLs."""
    return name_fiscal_year(fiscal_year_of(period.start))


def times_text(value: float | None) -> str:
    """Return how many times as many; a dash when undefined or without end."""
    return "—" if value is None or value > _MOST_TIMES else f"{value:.1f}"


def reason_title(reason: str) -> str:
    """Return why a meeting came to nothing."""
    return word(NoDealReason(reason))


def crossing_sentence(parts: Sequence[ShareOfRecords]) -> str:
    """Return the share of meetings across a border in the latest year that has any."""
    latest = next((part for part in reversed(parts) if part.base_ids), None)
    if latest is None:
        return _("両方の所在地が分かる商談はまだありません。")
    return _(
        "%(year)sは、両方の所在地が分かる商談%(base)s件のうち%(count)s件（%(share)s）が県境を越えました。",
        year=year_title(latest.period),
        base=f"{len(latest.base_ids):,}",
        count=f"{len(latest.ids):,}",
        share=percent(latest.rate),
    )


def demand_sentence(signals: Sequence[Signal], dimension: Dimension) -> str:
    """Return which kinds of needs became more, and how many of them it is too early to judge."""
    rising = [one for one in signals if one.trend is Trend.RISING and one.key]
    few = sum(one.trend is Trend.TOO_FEW for one in signals)
    if not signals:
        return _("この期間と前年の同じ月には、ニーズがありません。")
    if rising:
        names = "、".join(title_of(dimension, one.key) for one in rising[:_MOST_NAMED])
        first = _("はっきり増えているのは%(names)sです。", names=names)
    else:
        first = _("はっきり増えているものはありません。")
    return first + (_("%(count)s種類は数が少なく、まだ言えません。", count=few) if few else "")


def refusal_sentence(found: Refusals) -> str:
    """Return the most frequent reason."""
    if not found.reasons:
        return _("この期間に、理由が分かる「成約しなかった商談」はありません。")
    reason = found.reasons[0]
    count = sum(len(group.by_reason.get(reason, ())) for group in found.groups)
    refused = sum(len(group.refused_ids) for group in found.groups)
    return _(
        "一番多い理由は「%(reason)s」で、理由が分かる%(refused)s件のうち%(count)s件です。",
        reason=reason_title(reason),
        refused=f"{refused:,}",
        count=f"{count:,}",
    )


def of_flow(filters: StatisticsFilter, **prefectures: str | None) -> dict[str, str]:
    """Return the arguments of a URL for the flow from `buyer` to `sme`; either may be left out."""
    sides = ("sme", "buyer") if filters.side is Side.SME else ("buyer", "sme")
    names = dict(zip(sides, ("prefecture", "partner"), strict=True))
    return {names[side]: code or UNKNOWN for side, code in prefectures.items()}


def flow_key(filters: StatisticsFilter, flow: Flow) -> tuple[tuple[str, str], ...]:
    """Return `of_flow` of a flow as a plain value."""
    return tuple(of_flow(filters, buyer=flow.buyer, sme=flow.sme).items())


def reason_titles(reasons: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return reasons with their words."""
    return tuple((reason, reason_title(reason)) for reason in reasons)


def reason_counts(
    titles: Sequence[tuple[str, str]], part: RefusalGroup | RefusalCell
) -> tuple[tuple[str, str, int], ...]:
    """Return the reasons in the order of the table: each with its words and how often it was named."""
    counts = {reason: len(ids) for reason, ids in part.by_reason.items()}
    return tuple((reason, title, counts.get(reason, 0)) for reason, title in titles)
