"""Signals of demand: which needs become more or fewer, and how sure that is. Pure.

Two spans of the same length are compared. Of n needs in both together, the share of the later span
has a Wilson interval (lo, hi); lo / (1 - lo) to hi / (1 - hi) is then the interval of how many times
as many needs there are now (both counts being Poisson, given their sum the later one is binomial:
Przyborowski and Wilenski, Biometrika 31 (1940) 313). More or fewer is only said where that interval
leaves out 1, and nothing where n is below `LEAST_NEEDS`. At 95 % one in twenty such statements is
chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from sme_match.statistics.columns import NONE, Frame, Ids
from sme_match.statistics.frames import LOTS, ids_by_key, ids_of, within
from sme_match.statistics.indices import Interval, poisson_interval, share, wilson_interval
from sme_match.statistics.periods import Period

LEAST_NEEDS = 10
"""So many needs of both spans together it takes to say anything."""
HIGH_MIX_LOT = 100
"""Up to so many pieces a lot counts as high-mix low-volume work (多品種少量)."""
_SMALL_LOTS = tuple(str(start) for start in LOTS if start <= HIGH_MIX_LOT)


class Trend(StrEnum):
    """What two counts say."""

    RISING = "rising"
    FALLING = "falling"
    SAME = "same"
    """No difference that chance could not make."""
    TOO_FEW = "too_few"
    """Not enough to say."""


@dataclass(frozen=True, slots=True)
class Signal:
    """The needs of one kind in two spans; key None = not known."""

    key: str | None
    before_ids: Ids
    now_ids: Ids

    @property
    def total(self) -> int:
        """How many needs there are in both spans."""
        return len(self.before_ids) + len(self.now_ids)

    @property
    def times(self) -> float | None:
        """How many times as many there are now; None without any before."""
        return share(len(self.now_ids), len(self.before_ids))

    @property
    def interval(self) -> Interval:
        """The 95 % interval of `times`; its end is infinite without needs before."""
        low, high = wilson_interval(len(self.now_ids), self.total)
        return Interval(_odds(low), _odds(high))

    @property
    def trend(self) -> Trend:
        """Whether they became more or fewer."""
        if self.total < LEAST_NEEDS:
            return Trend.TOO_FEW
        low, high = self.interval
        if low > 1:
            return Trend.RISING
        return Trend.FALLING if high < 1 else Trend.SAME

    @property
    def now_interval(self) -> Interval:
        """The 95 % interval of the count that was to be expected in the later span (Poisson)."""
        return poisson_interval(len(self.now_ids))


@dataclass(frozen=True, slots=True)
class ShareOfRecords:
    """A share of counted records in one span, with the records nobody can place."""

    period: Period
    ids: Ids
    base_ids: Ids
    unknown_ids: Ids

    @property
    def rate(self) -> float | None:
        """The share, as a fraction of 1; None without a denominator."""
        return share(len(self.ids), len(self.base_ids))

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the share (Wilson)."""
        return wilson_interval(len(self.ids), len(self.base_ids))


def spans(period: Period, today: date) -> tuple[Period, Period]:
    """Return the whole months of a period that are over, and the same months a year before."""
    end = max(period.start, min(period.end, today.replace(day=1)))
    now = Period(period.start, end)
    return now.year_before(), now


def signals(needs: Frame, column: str, before: Period, now: Period) -> list[Signal]:
    """Return how the needs of each kind changed: rising first, then falling, then the others."""
    counts = [
        ids_by_key(within(needs, "created_on", span), column, "need_id") for span in (before, now)
    ]
    found = [
        Signal(key, counts[0].get(key, ()), counts[1].get(key, ()))
        for key in sorted(counts[0].keys() | counts[1].keys(), key=lambda key: key or "~")
    ]
    order = list(Trend)
    return sorted(
        found,
        key=lambda one: (one.key is None, order.index(one.trend), -len(one.now_ids), one.key or ""),
    )


def small_lots(needs: Frame, periods: Sequence[Period]) -> list[ShareOfRecords]:
    """Return the share of needs for high-mix low-volume work among those whose lot is known."""
    is_small = np.logical_or.reduce([needs.equals("lot", lot) for lot in _SMALL_LOTS])
    return _shares(
        needs.marked(counted=np.where(needs.known("lot"), is_small, NONE)),
        "created_on",
        "need_id",
        periods,
    )


def crossing(pairs: Frame, day: str, flag: str, periods: Sequence[Period]) -> list[ShareOfRecords]:
    """Return the share of meetings (`met_on`, `held`) or deals (`dealt_on`, `dealt`) across a border.

    Those with an unknown place are left out of the denominator and named.
    """
    chosen = pairs.where(pairs[flag])
    return _shares(chosen.marked(counted=chosen["crossing"]), day, "meeting_id", periods)


def _shares(rows: Frame, day: str, column: str, periods: Sequence[Period]) -> list[ShareOfRecords]:
    """Return the share of the rows that are `counted` (1; 0 if not, or unknown) in each period."""
    parts = []
    for period in periods:
        own = within(rows, day, period)
        counted, known = own.where(own["counted"] == 1), own.known("counted")
        parts.append(
            ShareOfRecords(
                period,
                ids_of(counted, column),
                ids_of(own.where(known), column),
                ids_of(own.where(~known), column),
            )
        )
    return parts


def _odds(part: float) -> float:
    return part / (1 - part) if part < 1 else float("inf")
