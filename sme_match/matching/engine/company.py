"""One company against many needs: `match` the other way round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from sme_match.matching.engine.documents import Key
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import (
    Candidate,
    Judged,
    MatchSettings,
    NeedValue,
    explain_candidates,
    judge_all,
)
from sme_match.matching.engine.segment import Found

_DEFAULT_SETTINGS: Final = MatchSettings()


class Suited(NamedTuple):
    """A need, and the company as its candidate."""

    need: Key
    candidate: Candidate

    @property
    def order(self) -> tuple[float, float, tuple[int, int, str]]:
        """Return what the list is sorted by: score, similarity, then key of the need."""
        found = Found(self.candidate.score, self.candidate.similarity, 0, -1)
        return found.order(self.need)


@dataclass(frozen=True, slots=True)
class CompanyResult:
    """What `match_company` found: needs that suit, and those of which one must is failed.

    `suiting` counts also those that are not listed.
    """

    needs: tuple[Suited, ...]
    near_misses: tuple[Suited, ...]
    suiting: int


def match_company(
    key: Key,
    needs: Sequence[NeedValue],
    index: Index,
    *,
    today: date,
    top_k: int = 20,
    settings: MatchSettings = _DEFAULT_SETTINGS,
) -> CompanyResult:
    """Return the needs that suit a company best: `match` the other way round.

    Each need judges and scores the company exactly as `match` does among all companies; only
    its rank there is not asked. The order is by score, then similarity, then key of the need.

    Raises:
        KeyError: The index has no such company.
    """
    alone = index.only(key)
    suiting, nearly = [], []
    for need in needs:
        query = alone.query(need.document)
        [judged] = judge_all(need, alone, query, today=today, settings=settings)
        suiting += [(need, *each) for each in judged.best(judged.passing, 1)]
        nearly += [(need, *each) for each in judged.best(judged.nearly, 1)]

    def best(found: list[tuple[NeedValue, Judged, Found]], count: int) -> tuple[Suited, ...]:
        found.sort(key=lambda each: each[2].order(each[0].document.key))
        return tuple(
            Suited(need.document.key, candidate)
            for need, judged, place in found[: max(count, 0)]
            for candidate in explain_candidates(
                [judged.candidate(place)], need.document, alone, settings=settings
            )
        )

    return CompanyResult(
        needs=best(suiting, top_k),
        near_misses=best(nearly, settings.near_misses),
        suiting=len(suiting),
    )


def merged(results: Iterable[CompanyResult], *, top_k: int) -> CompanyResult:
    """Return the results of one company for several groups of needs as one."""
    results = list(results)
    needs = sorted((each for one in results for each in one.needs), key=lambda each: each.order)
    missed = sorted((each for one in results for each in one.near_misses), key=lambda each: each.order)
    return CompanyResult(
        needs=tuple(needs[:top_k]),
        near_misses=tuple(missed),
        suiting=sum(one.suiting for one in results),
    )
