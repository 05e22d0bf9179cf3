"""Deals that show up late: how many of a period's meetings will have led to one after 12 months. Pure.

A held meeting has a deal that can be seen from the day of the first report of it. From all meetings of
a body, whatever their age, the share that gets there is estimated as a life table estimates survival
(Kaplan and Meier, Journal of the American Statistical Association 53 (1958) 457): in each span of
months, hazard = deals first seen in it / meetings that were without one at its start and are old
enough to have passed it. A meeting now without a deal gets one by the twelfth month with probability
1 - Π(1 - hazard) over the spans before it, of its present span in proportion to what is left of it.
The interval is that of a prediction: hazards are drawn from Beta(deals, meetings - deals) (the
bootstrap of Rubin, Annals of Statistics 9 (1981) 130, of which the estimate is the mean), then the
deals to come from binomial distributions, one for the meetings of each span with their mean chance,
which is a little wider than one for each meeting; 2.5 and 97.5 percent of the draws are cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import prod

import numpy as np

from sme_match.outcomes.calendar import months_later
from sme_match.statistics.columns import NONE, Array, Mask

SPANS = ((0, 1), (1, 3), (3, 6), (6, 12))
"""Months since the meeting, as outcomes are asked for."""
LAST = 12
LEAST_MEETINGS = 30
"""So many meetings of twelve months and more a history must have to be shown, …"""
LEAST_DEALS = 5
"""… and so many deals among all its meetings."""
_DRAWS = 2000
_SEED = 20_200_401
_STEP = 0.25
"""Meetings of the same quarter of a month get the chance of their mean age, for the interval."""
_DAYS_KEPT = 8
_INTERVALS_KEPT = 128


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Held meetings: months from each to now, and to the first report of a deal, if there is one.

    Of the age begun months count as the part of them that is over, to the day: a meeting of last week
    has most of its first span still before it, one of three weeks ago has not.
    """

    age: Array
    seen_after: Array
    """Whole months; `NONE` without a deal."""

    @property
    def seen(self) -> Mask:
        """Which of them led to a deal."""
        found: Mask = self.seen_after != NONE
        return found


@dataclass(frozen=True, slots=True)
class LateOutcomes:
    """What is expected of the meetings of a period; counts of meetings that led to a deal."""

    confirmed: int
    open: int
    """Meetings without a deal that are younger than twelve months."""
    expected: float
    low: int
    high: int
    visible: tuple[tuple[int, float], ...]
    """Month, and the part of the deals of twelve months that is seen by then."""
    history: int
    """How many meetings of twelve months and more the estimate rests on."""


def months_between(start: date, end: date) -> float:
    """Return the months from one day to another and the part of the next that is over; at least 0.

    The month after the 31st is over on the last day of a shorter month.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    if end < months_later(start, months):
        months -= 1
    if months < 0:
        return 0.0
    begun = months_later(start, months)
    return months + (end - begun).days / (months_later(start, months + 1) - begun).days


def ages_on(today: date, days: Array) -> Array:
    """Return the months from each day (an ordinal) to this one, as `months_between` counts them."""
    ago = np.maximum(today.toordinal() - days, 0)
    # As many days as a power of two, so that hardly ever more have to be counted.
    reach = 1 << int(ago.max(initial=0)).bit_length()
    found: Array = _ages(today, reach)[ago]
    return found


@lru_cache(_DAYS_KEPT)
def _ages(today: date, reach: int) -> Array:
    """Return the age in months of meetings of today, yesterday and so on."""
    return np.array([months_between(today - timedelta(ago), today) for ago in range(reach)])


def hazards(history: Waiting) -> list[tuple[int, int]]:
    """Return for each span how many meetings entered and passed it, and how many got a deal in it."""
    seen, after, counts = history.seen, history.seen_after, []
    for start, end in SPANS:
        entered = (history.age >= end) & (~seen | (after >= start))
        counts.append((int(entered.sum()), int((entered & seen & (after < end)).sum())))
    return counts


def expect(history: Waiting, cohort: Waiting) -> LateOutcomes | None:
    """Return what is expected of a cohort; None while the history is too short to tell."""
    old = int((history.age >= LAST).sum())
    if old < LEAST_MEETINGS or history.seen.sum() < LEAST_DEALS:
        return None
    counts = hazards(history)
    rates = [seen / entered if entered else 0.0 for entered, seen in counts]
    confirmed = int(cohort.seen.sum())
    ages = cohort.age[~cohort.seen & (cohort.age < LAST)]
    kept = np.array([[1 - rate for rate in rates]])
    low, high = _interval(tuple(counts), *_in_quarters(ages))
    return LateOutcomes(
        confirmed=confirmed,
        open=len(ages),
        expected=confirmed + float(_to_come(kept, _left(ages)).sum()),
        low=confirmed + low,
        high=confirmed + high,
        visible=_visible(rates),
        history=old,
    )


def _to_come(kept: Array, left: Array) -> Array:
    """Return the chance of a deal: a row per draw of what spans leave without one, a column per age."""
    # Powers as sums of logarithms.
    logs = np.log(np.maximum(kept, np.finfo(float).tiny))
    chances: Array = np.clip(1 - np.exp(logs @ left), 0, 1)
    return chances


def _left(ages: Array) -> Array:
    """Return which part of each span is still to come: a row per span, a column per age."""
    return np.array([np.clip((end - ages) / (end - start), 0, 1) for start, end in SPANS])


def _visible(rates: Sequence[float]) -> tuple[tuple[int, float], ...]:
    reached = [1 - prod(1 - rate for rate in rates[: place + 1]) for place in range(len(rates))]
    return tuple(
        (end, share / reached[-1] if reached[-1] else 0.0)
        for (_, end), share in zip(SPANS, reached, strict=True)
    )


def _in_quarters(ages: Array) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return how many meetings are of each quarter of a month, and their mean age."""
    quarters = (ages / _STEP).astype(int)
    numbers = np.bincount(quarters)
    some = np.flatnonzero(numbers)
    means = np.bincount(quarters, weights=ages)[some] / numbers[some]
    return tuple(numbers[some].tolist()), tuple(means.tolist())


@lru_cache(_INTERVALS_KEPT)
def _interval(
    counts: tuple[tuple[int, int], ...], of_quarter: tuple[int, ...], ages: tuple[float, ...]
) -> tuple[int, int]:
    """Return the interval of the deals to come; kept by all that it depends on."""
    draw = np.random.default_rng(_SEED)
    kept = []
    for entered, seen in counts:
        # A hazard of nothing or of everything seen is no beta distribution, and stays what it is.
        inside = 0 < seen < entered
        drawn = draw.beta(seen, entered - seen, _DRAWS) if inside else np.full(_DRAWS, float(seen > 0))
        kept.append(1 - drawn)
    numbers, means = np.array(of_quarter, dtype=np.int64), np.array(ages)
    chances = _to_come(np.column_stack(kept), _left(means)) * numbers
    to_come = np.zeros(_DRAWS, dtype=np.int64)
    for start, end in SPANS:
        own = (means >= start) & (means < end)
        if number := int(numbers[own].sum()):
            mean = np.clip(chances[:, own].sum(axis=1) / number, 0, 1)
            to_come += draw.binomial(number, mean)
    low, high = np.quantile(to_come, (0.025, 0.975), method="nearest")
    return int(low), int(high)
