"""Which figures of a month changed most from the month before. Pure."""

from math import sqrt

from sme_match.statistics.columns import Frame
from sme_match.statistics.indices import share
from sme_match.statistics.key_figures import KeyFigure, Unit, key_figures
from sme_match.statistics.periods import Period


def most_changed(
    needs: Frame, pairs: Frame, month: Period, before: Period, *, most: int
) -> list[KeyFigure]:
    """Return the figures that changed most, the strongest change first; `previous` is the month before.

    What did not change is left out. Changes are compared by `strength`, so that a jump of a small
    figure does not pass for news.
    """
    figures = [
        KeyFigure(now.key, now.unit, now.current, then.current)
        for now, then in zip(
            key_figures(needs, pairs, month), key_figures(needs, pairs, before), strict=True
        )
    ]
    changed = [figure for figure in figures if strength(figure) > 0]
    # Sorting keeps the order of the page among equals.
    return sorted(changed, key=lambda figure: -strength(figure))[:most]


def strength(figure: KeyFigure) -> float:
    """Return how far a change lies outside of chance, in standard deviations; 0 without a change.

    Counts: |a - b| / √(a + b), the difference of two Poisson counts. Rates: the difference over its
    pooled standard error. Amounts: as counts, of deals of the mean size. Source: Przyborowski and
    Wilenski, Biometrika 31 (1940) 313; Fleiss, Statistical Methods for Rates and Proportions (1981).
    """
    difference, now, then = figure.difference, figure.current, figure.previous
    if not difference:
        return 0.0
    if figure.unit is Unit.RATE:
        cases, others = len(now.base_ids), len(then.base_ids)
        pooled = share(len(now.ids) + len(then.ids), cases + others) or 0.0
        error = sqrt(pooled * (1 - pooled) * (1 / cases + 1 / others)) if cases and others else 0.0
        return abs(difference) / error if error else 0.0
    records = len(now.ids) + len(then.ids)
    if not records:
        return 0.0
    whole = (now.value or 0) + (then.value or 0)
    return abs(difference) / whole * sqrt(records) if whole else 0.0
