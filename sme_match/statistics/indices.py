"""Index numbers of regional economics: pure functions of plain numbers.

A ratio whose denominator is zero is None (undefined), never a number that could be shown;
a concentration of nothing is 0.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist
from typing import NamedTuple

from scipy.special import gammaincinv


class Interval(NamedTuple):
    """A confidence interval, both ends included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ShiftShare:
    """A change taken apart; the three effects add up to it. Unit: that of the values given."""

    national: float
    mix: float
    regional: float

    @property
    def total(self) -> float:
        """The whole change."""
        return fsum((self.national, self.mix, self.regional))


def share(part: float, whole: float) -> float | None:
    """Return part / whole, as a fraction of 1; None when the whole is 0."""
    return part / whole if whole else None


def shares(values: Mapping[str, float]) -> dict[str, float]:
    """Return each value as a fraction of their sum; all 0 when there is nothing to share."""
    total = fsum(values.values())
    return {key: value / total if total else 0.0 for key, value in values.items()}


def concentration_ratio(values: Collection[float], k: int) -> float:
    """Return CRk: the share of the k largest values in their sum, 0 to 1.

    CRk = s(1) + … + s(k), shares sorted from the largest. Source: Bain, Industrial
    Organization (1959).
    """
    if k < 1:
        raise ValueError("A concentration ratio needs at least one value.")
    ordered = sorted(_non_negative(values), reverse=True)
    total = fsum(ordered)
    return fsum(ordered[:k]) / total if total else 0.0


def herfindahl_index(values: Collection[float]) -> float:
    """Return the Herfindahl-Hirschman index: the sum of squared shares, 1/n to 1.

    HHI = Σ sᵢ². Multiply by 10,000 for the scale of competition authorities.
    Source: Hirschman, American Economic Review 54 (1964) 761.
    """
    amounts = _non_negative(values)
    total = fsum(amounts)
    return fsum((amount / total) ** 2 for amount in amounts) if total else 0.0


def gini_coefficient(values: Collection[float]) -> float:
    """Return the Gini coefficient: 0 when all are equal, (n-1)/n when one has everything.

    G = Σ (2i - n - 1) xᵢ / (n Σ xᵢ), x sorted ascending, i from 1.
    Source: Gini (1912); this form in Sen, On Economic Inequality (1973), §2.8.
    """
    ordered = sorted(_non_negative(values))
    n, total = len(ordered), fsum(ordered)
    if not total:
        return 0.0
    weighted = fsum((2 * i - n - 1) * x for i, x in enumerate(ordered, start=1))
    # Rounding may leave equal values a hair below zero.
    return max(0.0, weighted / (n * total))


def location_quotient(
    *, local_industry: float, local_total: float, nation_industry: float, nation_total: float
) -> float | None:
    """Return the location quotient (特化係数) of an industry in a region; 1 = as in the nation.

    LQ = (local industry / local total) / (national industry / national total).
    Source: Florence, Investment, Location and Size of Plant (1948).
    """
    if not (local_total and nation_total and nation_industry):
        return None
    return (local_industry / local_total) / (nation_industry / nation_total)


def participation_quotient(
    *, own_part: float, own_total: float, establishments: float, establishments_total: float
) -> float | None:
    """Return how strongly a region takes part in the service for its size; 1 = as its establishments.

    (companies of the region in the service / those of all regions) / (its establishments / those of
    all regions). No unit. The form is that of the location quotient (Florence, 1948); both parts
    must be of the same regions.
    """
    return location_quotient(
        local_industry=own_part,
        local_total=establishments,
        nation_industry=own_total,
        nation_total=establishments_total,
    )


def contract_quotient(
    *, own_part: float, own_total: float, value_added: float, value_added_total: float
) -> float | None:
    """Return how much a region's deals bring it for its size; 1 = as its value added.

    (yen of deals of the region / of all regions) / (its value added / that of all regions). No unit.
    The form is that of the location quotient (Florence, 1948); both parts must be of the same regions.
    """
    return location_quotient(
        local_industry=own_part,
        local_total=value_added,
        nation_industry=own_total,
        nation_total=value_added_total,
    )


def specialization_coefficient(local: Mapping[str, float], nation: Mapping[str, float]) -> float:
    """Return how far a region's mix of industries is from the nation's: 0 same, 1 disjoint.

    ½ Σ |sᵢ - Sᵢ| over industries, s local and S national shares. Not the 特化係数 of Japanese
    reports, which is the location quotient. Source: Hoover, The Location of Economic
    Activity (1948).
    """
    if not (fsum(local.values()) and fsum(nation.values())):
        return 0.0
    own, whole = shares(local), shares(nation)
    industries = sorted(own.keys() | whole.keys())
    return 0.5 * fsum(abs(own.get(key, 0.0) - whole.get(key, 0.0)) for key in industries)


def labor_productivity_ratio(
    *, local_output: float, local_workers: float, nation_output: float, nation_workers: float
) -> float | None:
    """Return output per worker in a region relative to the nation; 1 = as in the nation.

    (local output / local workers) / (national output / national workers). Output and workers
    must be of the same place (of production) and of comparable years.
    """
    if not (local_workers and nation_workers and nation_output):
        return None
    return (local_output / local_workers) / (nation_output / nation_workers)


def shift_share(
    *,
    local_before: Mapping[str, float],
    local_after: Mapping[str, float],
    nation_before: Mapping[str, float],
    nation_after: Mapping[str, float],
) -> ShiftShare:
    """Take a region's change apart: national growth, its mix of industries, its own part.

    Per industry i with local value eᵢ, national growth gᵢ and growth of all G:
    national = eᵢ G, mix = eᵢ (gᵢ - G), regional = eᵢ' - eᵢ (1 + gᵢ). An industry that the nation
    did not have before counts as regional. Source: Dunn, Papers in Regional Science 6 (1960) 97.
    """
    growth = _growth(fsum(nation_before.values()), fsum(nation_after.values()))
    national, mix, regional = [], [], []
    for industry in sorted(local_before.keys() | local_after.keys()):
        before, after = local_before.get(industry, 0.0), local_after.get(industry, 0.0)
        own_growth = _growth(nation_before.get(industry, 0.0), nation_after.get(industry, 0.0))
        national.append(before * growth)
        mix.append(before * (own_growth - growth))
        regional.append(after - before * (1 + own_growth))
    return ShiftShare(fsum(national), fsum(mix), fsum(regional))


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the score interval of a proportion; (0, 1) when nothing was tried.

    Source: Wilson, Journal of the American Statistical Association 22 (1927) 209.
    """
    if not 0 <= successes <= trials:
        raise ValueError("Successes lie between 0 and the number of trials.")
    if trials == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate, weight = successes / trials, z * z / trials
    center = (rate + weight / 2) / (1 + weight)
    half = z * sqrt(rate * (1 - rate) / trials + weight / (4 * trials)) / (1 + weight)
    # The bounds at 0 and at all are exact; rounding must not move them.
    low = 0.0 if successes == 0 else max(0.0, center - half)
    high = 1.0 if successes == trials else min(1.0, center + half)
    return Interval(low, high)


def poisson_interval(count: int, confidence: float = 0.95) -> Interval:
    """Return the exact interval of the expected number of events when `count` were seen.

    Quantiles of the gamma distribution with shape `count` below and `count` + 1 above.
    Source: Garwood, Biometrika 28 (1936) 437.
    """
    if count < 0:
        raise ValueError("A count is not negative.")
    tail = (1 - confidence) / 2
    low = float(gammaincinv(count, tail)) if count else 0.0
    return Interval(low, float(gammaincinv(count + 1, 1 - tail)))


def _growth(before: float, after: float) -> float:
    return after / before - 1 if before else 0.0


def _non_negative(values: Collection[float]) -> list[float]:
    amounts = list(values)
    if any(amount < 0 for amount in amounts):
        raise ValueError("Shares of negative amounts have no meaning.")
    return amounts
