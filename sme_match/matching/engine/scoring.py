"""The score out of 100: text, conditions and freshness, each a whole number that can be traced.

    text        = 60 × similarity / full similarity, at most 60        (`Settings.full_similarity`)
    conditions  = 30 × (2 × musts confirmed + wishes confirmed) / (2 × musts + wishes)
    freshness   = 10 for a profile of today, falling evenly to 0 at two years

60, 30 and 10 are the points of each part unless a body uses points learned from its own decisions
(`engine.training`).

Each is rounded half up by itself and the score is their sum, so the parts shown always add up.
Nothing unknown earns points. A profile that shares no word with the need and confirms neither
its process nor its material has nothing in common with it and scores 0, however fresh it is and
whatever else it happens to fulfil.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sme_match.matching.engine.conditions import ConditionResult, Verdict
from sme_match.matching.engine.explanation import Relation, TermSimilarity
from sme_match.needs.enums import ConditionLevel

FULL_SCORE: Final = 100
MUST_WEIGHT: Final = 2
WISH_WEIGHT: Final = 1
STALE_AFTER_DAYS: Final = 730
"""Two years: equipment and people of a small company have changed by then."""


class ScoreParts(NamedTuple):
    """The parts of a score; each is a whole number of points.

    The same for the most that each part can be: `DEFAULT_POINTS`.
    """

    text: int
    conditions: int
    freshness: int

    @property
    def total(self) -> int:
        """Return the score out of 100."""
        return sum(self)


DEFAULT_POINTS: Final = ScoreParts(text=60, conditions=30, freshness=10)
"""The most points of each part. They sum to `FULL_SCORE`."""


class TermPoint(NamedTuple):
    """A word of the need, its counterpart in the profile, and the points that it brings.

    The last entry has no words when it gathers the remaining terms.
    """

    query_term: str
    document_term: str
    points: int
    similarity: float
    relation: Relation = Relation.SAME
    field: str = ""


@dataclass(frozen=True, slots=True)
class PartsTable:
    """The parts of the score beside the text of many companies, one array per part."""

    conditions: NDArray[np.int64]
    freshness: NDArray[np.int64]

    @property
    def total(self) -> NDArray[np.int64]:
        """Return the points that the text comes on top of."""
        return self.conditions + self.freshness


def text_points(
    similarities: NDArray[np.float64], full_similarity: float, most: int = DEFAULT_POINTS.text
) -> NDArray[np.int64]:
    """Return the points for the text of many companies; a full match gets the most."""
    return _half_up(most * np.minimum(similarities / full_similarity, 1.0))


def parts_beside_text(
    *,
    confirmed: NDArray[np.intp],
    asked: int,
    in_common: NDArray[np.bool_],
    ages_days: NDArray[np.float64],
    most: ScoreParts = DEFAULT_POINTS,
) -> PartsTable:
    """Return the points for conditions and freshness of many companies at once.

    `confirmed` is 2 × musts + wishes that pass, `asked` the same for all that are asked;
    companies that are not `in_common` get none; `ages_days` is the age of each profile,
    not-a-number when unknown (no points); `most` are the points of a full part.
    """
    conditions = _half_up(most.conditions * confirmed / max(asked, 1))
    remaining = 1 - np.clip(ages_days, 0, STALE_AFTER_DAYS) / STALE_AFTER_DAYS
    freshness = _half_up(most.freshness * np.nan_to_num(remaining, nan=0.0))
    return PartsTable(*(np.where(in_common, part, 0) for part in (conditions, freshness)))


def _half_up(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(values + 0.5).astype(np.int64)


def ages_days(updated: NDArray[np.int32], today: date) -> NDArray[np.float64]:
    """Return ages in days from ordinals; not-a-number where 0 (not known), 0 for dates to come."""
    return np.where(updated > 0, np.maximum(today.toordinal() - updated, 0), np.nan)


def term_points(
    terms: Sequence[TermSimilarity], text_points: int, *, limit: int
) -> tuple[TermPoint, ...]:
    """Share out the text points over the terms by their similarity, in whole points.

    The points sum to `text_points`. Beyond `limit` entries the weakest terms are gathered in
    a last entry without words.
    """
    shown = list(terms[:limit])
    if len(terms) > limit:
        kept = max(limit - 1, 0)
        rest = sum(term.similarity for term in terms[kept:])
        shown = [*terms[:kept], TermSimilarity("", "", rest)]
    points = apportion([term.similarity for term in shown], text_points)
    return tuple(
        TermPoint(
            term.query_term, term.document_term, point, term.similarity, term.relation, term.field
        )
        for term, point in zip(shown, points, strict=True)
    )


def condition_points(results: Sequence[ConditionResult], points: int) -> tuple[ConditionResult, ...]:
    """Share out the points of the conditions over those that are met, by their weight.

    The whole points of the results sum to `points`.
    """
    shares = apportion(
        [condition_weight(each.level) * (each.verdict is Verdict.PASS) for each in results], points
    )
    return tuple(replace(each, points=share) for each, share in zip(results, shares, strict=True))


def condition_weight(level: ConditionLevel) -> int:
    """Return how much a condition counts: a must twice as much as a wish."""
    return MUST_WEIGHT if level is ConditionLevel.MUST else WISH_WEIGHT


def apportion(weights: Sequence[float], total: int) -> list[int]:
    """Divide whole points in proportion to weights by largest remainder; the first wins ties.

    Without any weight there is nothing to divide by and everyone gets 0. Exact: the denominators of
    floats are powers of two.
    """
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = max((below for _, below in ratios), default=1)
    exact = [above * (common // below) for above, below in ratios]
    whole = sum(exact)
    if whole <= 0:
        return [0] * len(exact)
    points = [total * weight // whole for weight in exact]
    remainders = [total * weight % whole for weight in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (-remainders[place], place))
    for place in by_remainder[: total - sum(points)]:
        points[place] += 1
    return points
