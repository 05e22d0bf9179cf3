"""One need against all companies, or one company against many needs.

Conditions come first, then the score; near misses are listed apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sme_match.matching.engine.conditions import (
    RELAXABLE_KINDS,
    SUBJECT_KINDS,
    Circumstances,
    Condition,
    ConditionResult,
    Verdict,
)
from sme_match.matching.engine.documents import Document, Key
from sme_match.matching.engine.explanation import Excerpt, Explainer, Mark
from sme_match.matching.engine.facts import Verdicts
from sme_match.matching.engine.index import Index, Place
from sme_match.matching.engine.lexicon import Query
from sme_match.matching.engine.scoring import (
    MUST_WEIGHT,
    WISH_WEIGHT,
    PartsTable,
    ScoreParts,
    TermPoint,
    ages_days,
    condition_points,
    condition_weight,
    parts_beside_text,
    term_points,
    text_points,
)
from sme_match.matching.engine.segment import Found, Places, Segment, Singles
from sme_match.matching.engine.weighting import Floats
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.reference.positions import Position

ENGINE_VERSION: Final = "2.0"
"""Changes whenever the same input could give another score, order or explanation."""


@dataclass(frozen=True, slots=True)
class NeedValue:
    """A need as the engine sees it.

    `excluded` are companies that must not be proposed; `place` is where distances count from.
    """

    document: Document
    conditions: tuple[Condition, ...] = ()
    excluded: frozenset[Key] = frozenset()
    place: Position | None = None


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """What a run may choose, beside what the index was built with."""

    near_misses: int = 10
    terms_shown: int = 8
    material_families: Mapping[str, frozenset[str]] = field(default_factory=dict)
    process_families: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company proposed for a need, with everything that explains its place.

    `parts` sum to `score`; the points of `terms` sum to `parts.text`, those of `conditions` to
    `parts.conditions`. `confidence` is the share of the conditions about which the company states
    anything, None when the need has none.
    """

    key: Key
    score: int
    similarity: float
    parts: ScoreParts
    terms: tuple[TermPoint, ...]
    conditions: tuple[ConditionResult, ...]
    query_marks: tuple[Mark, ...]
    document_marks: tuple[Mark, ...]
    excerpt: Excerpt | None
    confidence: float | None

    @property
    def failed_musts(self) -> tuple[ConditionResult, ...]:
        """Return the musts that the company fails."""
        return self._musts(Verdict.FAIL)

    @property
    def unknown_musts(self) -> tuple[ConditionResult, ...]:
        """Return the musts that have to be asked."""
        return self._musts(Verdict.UNKNOWN)

    def _musts(self, verdict: Verdict) -> tuple[ConditionResult, ...]:
        return tuple(
            result
            for result in self.conditions
            if result.level is ConditionLevel.MUST and result.verdict is verdict
        )


class Relaxation(NamedTuple):
    """A must that the buyer could give up, and how many more companies would then be proposed."""

    condition: Condition
    admits: int


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What a run found. `excluded_counts` says per kind how many companies a must excludes.

    `relaxations` are the single musts worth giving up, the one that admits most in front.
    """

    candidates: tuple[Candidate, ...]
    near_misses: tuple[Candidate, ...]
    excluded_counts: Mapping[ConditionKind, int]
    relaxations: tuple[Relaxation, ...]
    engine_version: str
    index_size: int
    settings: Mapping[str, object]


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


_DEFAULT_SETTINGS: Final = MatchSettings()


def match(
    need: NeedValue,
    index: Index,
    *,
    today: date,
    top_k: int = 20,
    settings: MatchSettings = _DEFAULT_SETTINGS,
) -> MatchResult:
    """Return the best companies for a need, and those that fail exactly one must.

    A failed must keeps a company off the main list whatever its text; what is unknown does
    not. Within each list the order is by score, then similarity, then key. A company that
    shares no word and confirms neither process nor material is in neither list.
    """
    query = index.query(need.document)
    judged = _judge_all(need, index, query, today=today, settings=settings)
    listed = _best([each.best(each.passing, top_k) for each in judged], top_k)
    missed = _best(
        [each.best(each.nearly, settings.near_misses) for each in judged], settings.near_misses
    )
    explainer = Explainer(index, query)
    excluded: Counter[ConditionKind] = Counter()
    for each in judged:
        excluded.update(each.verdicts.excluded_counts(each.looked_at))
    return MatchResult(
        candidates=tuple(each.candidate(found, explainer, settings) for each, found in listed),
        near_misses=tuple(each.candidate(found, explainer, settings) for each, found in missed),
        excluded_counts=dict(excluded),
        relaxations=_relaxations(
            need.conditions,
            sum((each.alone for each in judged), np.zeros(len(need.conditions), dtype=np.intp)),
        ),
        engine_version=ENGINE_VERSION,
        index_size=sum(int(each.looked_at.sum()) for each in judged),
        settings=index.settings.as_dict(),
    )


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
        [judged] = _judge_all(need, alone, query, today=today, settings=settings)
        suiting += [(need, *each) for each in judged.best(judged.passing, 1)]
        nearly += [(need, *each) for each in judged.best(judged.nearly, 1)]

    def best(found: list[tuple[NeedValue, _Judged, Found]], count: int) -> tuple[Suited, ...]:
        found.sort(key=lambda each: each[2].order(each[0].document.key))
        return tuple(
            Suited(
                need.document.key,
                judged.candidate(place, Explainer(alone, judged.query), settings),
            )
            for need, judged, place in found[: max(count, 0)]
        )

    return CompanyResult(
        needs=best(suiting, top_k),
        near_misses=best(nearly, settings.near_misses),
        suiting=len(suiting),
    )


def passing(
    need: NeedValue,
    index: Index,
    *,
    today: date,
    settings: MatchSettings = _DEFAULT_SETTINGS,
) -> frozenset[Key]:
    """Return all companies that `match` would list if the list were long enough."""
    judged = _judge_all(need, index, index.query(need.document), today=today, settings=settings)
    return frozenset(
        each.segment.keys[place] for each in judged for place in np.flatnonzero(each.passing).tolist()
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


@dataclass(frozen=True, slots=True)
class _Judged:
    """One segment against the need: who takes part, and the points beside the text."""

    segment: Segment
    number: int
    query: Query
    around: Circumstances
    verdicts: Verdicts
    bound: Singles
    looked_at: NDArray[np.bool_]
    passing: NDArray[np.bool_]
    nearly: NDArray[np.bool_]
    table: PartsTable
    alone: NDArray[np.intp]
    """Per condition, how many companies it keeps out by itself."""
    full_similarity: float

    def best(self, eligible: NDArray[np.bool_], count: int) -> list[tuple["_Judged", Found]]:
        """Return the best of these companies."""
        found = self.segment.best(self.query, self.bound, eligible, count, self._score)
        return [(self, each) for each in found]

    def _score(self, similarities: Floats, places: Places) -> Floats:
        text = text_points(similarities, self.full_similarity)
        return np.asarray(text + self.table.total[places], dtype=np.float64)

    def candidate(self, found: Found, explainer: Explainer, settings: MatchSettings) -> Candidate:
        """Return one company with everything that explains its place."""
        explanation = explainer.explain(Place(self.number, found.place), found.line)
        part = self._parts(found)
        results = condition_points(
            self.segment.facts.results(self.verdicts, found.place, self.around), part.conditions
        )
        return Candidate(
            key=self.segment.keys[found.place],
            score=part.total,
            similarity=found.similarity,
            parts=part,
            terms=term_points(explanation.terms, part.text, limit=settings.terms_shown),
            conditions=results,
            query_marks=explanation.query_marks,
            document_marks=explanation.document_marks,
            excerpt=explanation.excerpt,
            confidence=_confidence(results),
        )

    def _parts(self, found: Found) -> ScoreParts:
        text = text_points(np.array([found.similarity]), self.full_similarity)
        return ScoreParts(
            int(text[0]),
            int(self.table.conditions[found.place]),
            int(self.table.freshness[found.place]),
        )


def _judge_all(
    need: NeedValue, index: Index, query: Query, *, today: date, settings: MatchSettings
) -> list[_Judged]:
    """Judge each segment of the index."""
    around = Circumstances(today, settings.material_families, settings.process_families, need.place)
    return [
        _judge(need, segment, alive, number, query=query, around=around, index=index)
        for number, (segment, alive) in enumerate(zip(index.segments, index.alive, strict=True))
    ]


def _judge(
    need: NeedValue,
    segment: Segment,
    alive: NDArray[np.bool_],
    number: int,
    *,
    query: Query,
    around: Circumstances,
    index: Index,
) -> _Judged:
    verdicts = segment.facts.judge(need.conditions, around)
    bound = segment.bound(query)
    in_common = (bound > 0) | verdicts.passes_any_of(SUBJECT_KINDS)
    looked_at = alive.copy()
    looked_at[[segment.positions[key] for key in need.excluded if key in segment.positions]] = False
    failed = verdicts.musts_failed
    nearly = (failed == 1) & ~verdicts.fails_must_of(frozenset(ConditionKind) - RELAXABLE_KINDS)
    return _Judged(
        segment=segment,
        number=number,
        query=query,
        around=around,
        verdicts=verdicts,
        bound=bound,
        looked_at=looked_at,
        passing=looked_at & in_common & (failed == 0),
        nearly=looked_at & in_common & nearly,
        table=parts_beside_text(
            confirmed=MUST_WEIGHT * verdicts.musts_passed + WISH_WEIGHT * verdicts.wishes_passed,
            asked=sum(condition_weight(condition.level) for condition in need.conditions),
            in_common=in_common,
            ages_days=ages_days(segment.updated, around.today),
        ),
        alone=verdicts.failed_alone(looked_at & in_common),
        full_similarity=index.settings.full_similarity,
    )


def _best(lists: Iterable[list[tuple[_Judged, Found]]], count: int) -> list[tuple[_Judged, Found]]:
    """Return the best of the best of each segment."""
    every = [each for found in lists for each in found]
    every.sort(key=lambda pair: pair[1].order(pair[0].segment.keys[pair[1].place]))
    return every[: max(count, 0)]


def _relaxations(conditions: Sequence[Condition], admitted: NDArray[np.intp]) -> tuple[Relaxation, ...]:
    """Return the relaxable musts that keep some company out by themselves, most companies first."""
    found = [
        Relaxation(condition, int(count))
        for condition, count in zip(conditions, admitted, strict=True)
        if count and condition.kind in RELAXABLE_KINDS
    ]
    return tuple(sorted(found, key=lambda each: -each.admits))


def _confidence(results: tuple[ConditionResult, ...]) -> float | None:
    if not results:
        return None
    return sum(result.verdict is not Verdict.UNKNOWN for result in results) / len(results)
