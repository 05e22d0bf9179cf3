"""Deals that show up late: how many of a period's meetings will have led to one after 12 months. Pure.

A held meeting has a deal that can be seen from the day of the first report of it. From all meetings of
a body, whatever their age, the share that gets there is estimated as a life table estimates survival
(Kaplan and Meier, Journal of the American Statistical Association 53 (1958) 457): in each span of
months, hazard = deals first seen in it / meetings that were without one at its start and are old
enough to have passed it. A meeting now without a deal gets one by the twelfth month with probability
1 - Π(1 - hazard) over the spans before it, of its present span in proportion to what is left of it.
The interval is that of a prediction: hazards are drawn from Beta(deals, meetings - deals) (the
bootstrap of Rubin, Annals of Statistics 9 (1981) 130, of which the estimate is the mean), then the
deals to come from binomial distributions; 2.5 and 97.5 percent of the draws are cut off.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import prod

import numpy as np

from sme_match.outcomes.calendar import months_later

SPANS = ((0, 1), (1, 3), (3, 6), (6, 12))
"""Months since the meeting, as outcomes are asked for."""
LAST = 12
LEAST_MEETINGS = 30
"""So many meetings of twelve months and more a history must have to be shown, …"""
LEAST_DEALS = 5
"""… and so many deals among all its meetings."""
_DRAWS = 2000
_SEED = 20_200_401
_DAYS_KEPT = 8192
"""Thousands of meetings fall on a few hundred days."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A held meeting: months from it to now, and to the first report of a deal, if there is one.

    Begun months count as the part of them that is over, to the day: a meeting of last week has most
    of its first span still before it, one of three weeks ago has not.
    """

    age: float
    seen_after: float | None


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


@lru_cache(_DAYS_KEPT)
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


def hazards(history: Sequence[Waiting]) -> list[tuple[int, int]]:
    """Return for each span how many meetings entered and passed it, and how many got a deal in it."""
    counts = []
    for start, end in SPANS:
        entered = [
            one
            for one in history
            if one.age >= end and (one.seen_after is None or one.seen_after >= start)
        ]
        seen = sum(one.seen_after is not None and one.seen_after < end for one in entered)
        counts.append((len(entered), seen))
    return counts


def expect(history: Sequence[Waiting], cohort: Sequence[Waiting]) -> LateOutcomes | None:
    """Return what is expected of a cohort; None while the history is too short to tell."""
    old = sum(one.age >= LAST for one in history)
    deals = sum(one.seen_after is not None for one in history)
    if old < LEAST_MEETINGS or deals < LEAST_DEALS:
        return None
    counts = hazards(history)
    rates = [seen / entered if entered else 0.0 for entered, seen in counts]
    confirmed = sum(one.seen_after is not None for one in cohort)
    ages = Counter(one.age for one in cohort if one.seen_after is None and one.age < LAST)
    expected = confirmed + sum(number * _to_come(rates, age) for age, number in ages.items())
    low, high = _interval(counts, ages)
    return LateOutcomes(
        confirmed=confirmed,
        open=ages.total(),
        expected=expected,
        low=confirmed + low,
        high=confirmed + high,
        visible=_visible(rates),
        history=old,
    )


def _to_come(rates: Sequence[float], age: float) -> float:
    kept = (1.0 - rate for rate in rates)
    return 1 - prod(float(rest ** _left(age, span)) for rest, span in zip(kept, SPANS, strict=True))


def _left(age: float, span: tuple[int, int]) -> float:
    """Return which part of a span is still to come."""
    start, end = span
    return min(1.0, max(0.0, (end - age) / (end - start)))


def _visible(rates: Sequence[float]) -> tuple[tuple[int, float], ...]:
    reached = [1 - prod(1 - rate for rate in rates[: place + 1]) for place in range(len(rates))]
    return tuple(
        (end, share / reached[-1] if reached[-1] else 0.0)
        for (_, end), share in zip(SPANS, reached, strict=True)
    )


def _interval(counts: Sequence[tuple[int, int]], ages: Counter[float]) -> tuple[int, int]:
    draw = np.random.default_rng(_SEED)
    survived = []
    for entered, seen in counts:
        # A hazard of nothing or of everything seen is no beta distribution, and stays what it is.
        inside = 0 < seen < entered
        drawn = draw.beta(seen, entered - seen, _DRAWS) if inside else np.full(_DRAWS, float(seen > 0))
        survived.append(1 - drawn)
    # Powers of what is left as sums of logarithms: a row per draw, a column per age.
    logs = np.log(np.maximum(np.column_stack(survived), np.finfo(float).tiny))
    left = np.array([[_left(age, span) for age in sorted(ages)] for span in SPANS])
    numbers = np.array([ages[age] for age in sorted(ages)], dtype=np.int64)
    to_come = draw.binomial(numbers, np.clip(1 - np.exp(logs @ left), 0, 1)).sum(axis=1)
    low, high = np.quantile(to_come, (0.025, 0.975), method="nearest")
    return int(low), int(high)
