"""Learning the points of the parts of the score from decisions: pairwise logistic with a prior.

For each need with accepted and rejected companies, every accepted company should score above every
rejected one. With fractions x of the full parts and weights w, the loss is

    Σ over needs of the mean over its pairs of log(1 + exp(-s · w·(x accepted - x rejected)))
        + λ/2 · |w - w₀|²,    w ≥ 0

a logistic regression on pairs (Joachims 2002, "Optimizing search engines using clickthrough data",
with the logistic loss) under a Gaussian prior on the fixed weights w₀. Below about a hundred judged
needs learned weights rank worse than fixed ones; therefore they may be used only with at least
`NEEDS_REQUIRED` and when they rank needs better that were held out from learning.

The result is three numbers that anybody can check; nothing else is stored or loaded.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from sme_match.matching.engine.evaluation import evaluate_rankings
from sme_match.matching.engine.scoring import DEFAULT_POINTS, FULL_SCORE, ScoreParts, apportion

NEEDS_REQUIRED: Final = 100
FOLDS: Final = 5
PRIOR_STRENGTH: Final = 100.0
"""λ: on simulated decisions that follow the fixed points, learning loses at most 1 % of nDCG@10 from
30 needs on; on those that follow twice the conditions it gains 2 % at 30 and 3 % at 100 needs."""
SHARPNESS: Final = 10.0
"""s: a tenth of the score apart is odds of e to one."""

_Fractions = NDArray[np.float64]


class Decided(NamedTuple):
    """A decision about one company for one need; `parts` are fractions of the full parts, 0 to 1."""

    need: int
    company: int
    parts: tuple[float, float, float]
    accepted: bool


@dataclass(frozen=True, slots=True)
class Training:
    """What a training run found.

    `ndcg_fixed` and `ndcg_learned` are nDCG@10 of needs held out from learning. `points` are None
    when there was nothing to learn from. `fingerprint` names the decisions: the same ones give the
    same points.
    """

    needs: int
    pairs: int
    points: ScoreParts | None
    ndcg_fixed: float | None
    ndcg_learned: float | None
    fingerprint: str

    @property
    def may_be_used(self) -> bool:
        """Whether there are enough needs and a gain on those held out."""
        return (
            self.needs >= NEEDS_REQUIRED
            and self.ndcg_fixed is not None
            and self.ndcg_learned is not None
            and self.ndcg_learned > self.ndcg_fixed
        )


def train(decisions: Sequence[Decided]) -> Training:
    """Learn the points of the parts, and say how they rank needs that were held out.

    Only needs with accepted and rejected companies tell anything. The order of the decisions does
    not matter.
    """
    by_need = _comparable(decisions)
    needs = sorted(by_need)
    fingerprint = _fingerprint([each for need in needs for each in by_need[need]])
    pairs = sum(len(_differences(by_need[need])) for need in needs)
    if len(needs) < FOLDS:
        return Training(len(needs), pairs, None, None, None, fingerprint)
    fixed, learned = {}, {}
    for fold in range(FOLDS):
        held_out = needs[fold::FOLDS]
        points = _learn([by_need[need] for need in needs if need not in set(held_out)])
        for need in held_out:
            fixed[need] = _ranked(by_need[need], DEFAULT_POINTS)
            learned[need] = _ranked(by_need[need], points)
    return Training(
        needs=len(needs),
        pairs=pairs,
        points=_learn([by_need[need] for need in needs]),
        ndcg_fixed=_ndcg(fixed, by_need),
        ndcg_learned=_ndcg(learned, by_need),
        fingerprint=fingerprint,
    )


def _comparable(decisions: Sequence[Decided]) -> dict[int, list[Decided]]:
    by_need: dict[int, list[Decided]] = defaultdict(list)
    for each in sorted(decisions):
        by_need[each.need].append(each)
    return {need: each for need, each in by_need.items() if _tells(each)}


def _tells(decided: Sequence[Decided]) -> bool:
    return any(each.accepted for each in decided) and not all(each.accepted for each in decided)


def _learn(needs: Sequence[Sequence[Decided]]) -> ScoreParts:
    """Return whole points that sum to the full score."""
    differences = [_differences(each) for each in needs]
    weights = np.concatenate([np.full(len(each), 1 / len(each)) for each in differences])
    x = np.concatenate(differences)
    prior = np.array(DEFAULT_POINTS, dtype=np.float64) / FULL_SCORE

    def loss(w: _Fractions) -> tuple[float, _Fractions]:
        margins = SHARPNESS * (x @ w)
        # log(1 + e^-m) without overflow, and its slope.
        losses = np.logaddexp(0.0, -margins)
        slopes = -SHARPNESS * weights * np.exp(-np.logaddexp(0.0, margins))
        away = w - prior
        value = float(weights @ losses + PRIOR_STRENGTH / 2 * (away @ away))
        return value, x.T @ slopes + PRIOR_STRENGTH * away

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(prior))
    points = ScoreParts(*apportion([float(w) for w in found.x], FULL_SCORE))
    # Decisions against every part leave no weight at all: that is nothing to rank by.
    return points if any(points) else DEFAULT_POINTS


def _differences(decided: Sequence[Decided]) -> _Fractions:
    accepted = [each.parts for each in decided if each.accepted]
    rejected = [each.parts for each in decided if not each.accepted]
    pairs = [np.subtract(yes, no) for yes, no in product(accepted, rejected)]
    return np.array(pairs, dtype=np.float64).reshape(-1, len(DEFAULT_POINTS))


def _ranked(decided: Sequence[Decided], points: ScoreParts) -> list[str]:
    def order(each: Decided) -> tuple[float, bool, int]:
        score = sum(most * part for most, part in zip(points, each.parts, strict=True))
        # What ties with a rejected company stands behind it: points that tell nothing gain nothing.
        return -round(score, 9), each.accepted, each.company

    return [str(each.company) for each in sorted(decided, key=order)]


def _ndcg(rankings: Mapping[int, Sequence[str]], by_need: Mapping[int, Sequence[Decided]]) -> float:
    relevant = {
        str(need): {str(each.company): 1.0 for each in by_need[need] if each.accepted}
        for need in rankings
    }
    return evaluate_rankings(
        {str(need): ranking for need, ranking in rankings.items()}, relevant
    ).ndcg_at_10


def _fingerprint(decided: Sequence[Decided]) -> str:
    lines = (
        f"{each.need} {each.company} {' '.join(f'{part:.6f}' for part in each.parts)} {each.accepted:d}"
        for each in decided
    )
    return sha256("\n".join(lines).encode()).hexdigest()
