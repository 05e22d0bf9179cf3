"""One need against all companies: conditions first, then the score; near misses apart."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from sme_match.matching.engine.explanation import Explainer
from sme_match.matching.engine.facts import Verdicts
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.lexicon import Query
from sme_match.matching.engine.marks import Excerpt, Mark
from sme_match.matching.engine.scoring import (
    DEFAULT_POINTS,
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
from sme_match.matching.engine.segment import Found, Places, Segment
from sme_match.matching.engine.weighting import Floats, Singles
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.reference.positions import Position

ENGINE_VERSION: Final = "2.2"
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
    """What a run may choose, beside what the index was built with.

    `points` are the most that each part of the score can be.
    """

    points: ScoreParts = DEFAULT_POINTS
    near_misses: int = 10
    terms_shown: int = 8
    material_families: Mapping[str, frozenset[str]] = field(default_factory=dict)
    process_families: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company proposed for a need, with everything that explains its place.

    `parts` sum to `score`, `full` are the most that each could be; the points of `terms` sum to
    `parts.text`, those of `conditions` to `parts.conditions`. `confidence` is the share of the
    conditions about which the company states anything, None when the need has none.
    """

    key: Key
    score: int
    similarity: float
    parts: ScoreParts
    full: ScoreParts
    conditions: tuple[ConditionResult, ...]
    confidence: float | None
    terms: tuple[TermPoint, ...] = ()
    query_marks: tuple[Mark, ...] = ()
    document_marks: tuple[Mark, ...] = ()
    excerpt: Excerpt | None = None

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

    @property
    def listed(self) -> tuple[Candidate, ...]:
        """Return both lists as one."""
        return self.candidates + self.near_misses

    def with_explained(self, explained: Mapping[Key, Candidate]) -> "MatchResult":
        """Return the result with these candidates in the places of those without explanations."""
        return replace(
            self,
            candidates=tuple(explained[each.key] for each in self.candidates),
            near_misses=tuple(explained[each.key] for each in self.near_misses),
        )


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
    found = rank(need, index, today=today, top_k=top_k, settings=settings)
    explained = explain_candidates(found.listed, need.document, index, settings=settings)
    return found.with_explained({candidate.key: candidate for candidate in explained})


def rank(
    need: NeedValue,
    index: Index,
    *,
    today: date,
    top_k: int = 20,
    settings: MatchSettings = _DEFAULT_SETTINGS,
) -> MatchResult:
    """Return what `match` returns, but with candidates that lack terms, marks and excerpts.

    To explain a company takes far longer than to find it, so that what is found in several
    indexes is explained only when it is known who stays on the list.
    """
    query = index.query(need.document)
    judged = judge_all(need, index, query, today=today, settings=settings)
    listed = _best([each.best(each.passing, top_k) for each in judged], top_k)
    missed = _best(
        [each.best(each.nearly, settings.near_misses) for each in judged], settings.near_misses
    )
    excluded: Counter[ConditionKind] = Counter()
    for each in judged:
        excluded.update(each.verdicts.excluded_counts(each.looked_at))
    return MatchResult(
        candidates=tuple(each.candidate(found) for each, found in listed),
        near_misses=tuple(each.candidate(found) for each, found in missed),
        excluded_counts=dict(excluded),
        relaxations=_relaxations(
            need.conditions,
            sum((each.alone for each in judged), np.zeros(len(need.conditions), dtype=np.intp)),
        ),
        engine_version=ENGINE_VERSION,
        index_size=sum(int(each.looked_at.sum()) for each in judged),
        settings=index.settings.as_dict() | {"points": settings.points._asdict()},
    )


def explain_candidates(
    candidates: Iterable[Candidate],
    need: Document,
    index: Index,
    *,
    settings: MatchSettings = _DEFAULT_SETTINGS,
) -> list[Candidate]:
    """Return the candidates that `rank` found in this index with terms, marks and excerpts."""
    query = index.query(need)
    explainer = Explainer(index, query)
    candidates = tuple(candidates)
    places = [index.locate(candidate.key) for candidate in candidates]
    explained = []
    for candidate, place, line in zip(candidates, places, index.best_lines(query, places), strict=True):
        explanation = explainer.explain(place, line)
        text = candidate.parts.text
        explained.append(
            replace(
                candidate,
                terms=term_points(explanation.terms, text, limit=settings.terms_shown),
                query_marks=explanation.query_marks,
                document_marks=explanation.document_marks,
                excerpt=explanation.excerpt,
            )
        )
    return explained


def passing(
    need: NeedValue,
    index: Index,
    *,
    today: date,
    settings: MatchSettings = _DEFAULT_SETTINGS,
) -> frozenset[Key]:
    """Return all companies that `match` would list if the list were long enough."""
    judged = judge_all(need, index, index.query(need.document), today=today, settings=settings)
    return frozenset(
        each.segment.keys[place] for each in judged for place in np.flatnonzero(each.passing).tolist()
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """One segment against the need: who takes part, and the points beside the text."""

    segment: Segment
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
    points: ScoreParts

    def best(self, eligible: NDArray[np.bool_], count: int) -> list[tuple["Judged", Found]]:
        """Return the best of these companies."""
        found = self.segment.best(self.query, self.bound, eligible, count, self._score)
        return [(self, each) for each in found]

    def _score(self, similarities: Floats, places: Places) -> Floats:
        text = text_points(similarities, self.full_similarity, self.points.text)
        return np.asarray(text + self.table.total[places], dtype=np.float64)

    def candidate(self, found: Found) -> Candidate:
        """Return one company with the parts of its score; what the text adds is not explained yet."""
        part = self._parts(found)
        results = condition_points(
            self.segment.facts.results(self.verdicts, found.place, self.around), part.conditions
        )
        return Candidate(
            key=self.segment.keys[found.place],
            score=part.total,
            similarity=found.similarity,
            parts=part,
            full=self.points,
            conditions=results,
            confidence=_confidence(results),
        )

    def _parts(self, found: Found) -> ScoreParts:
        text = text_points(np.array([found.similarity]), self.full_similarity, self.points.text)
        return ScoreParts(
            int(text[0]),
            int(self.table.conditions[found.place]),
            int(self.table.freshness[found.place]),
        )


def judge_all(
    need: NeedValue, index: Index, query: Query, *, today: date, settings: MatchSettings
) -> list[Judged]:
    """Judge each segment of the index."""
    around = Circumstances(today, settings.material_families, settings.process_families, need.place)
    return [
        _judge(need, segment, alive, query=query, around=around, index=index, points=settings.points)
        for segment, alive in zip(index.segments, index.alive, strict=True)
    ]


def _judge(
    need: NeedValue,
    segment: Segment,
    alive: NDArray[np.bool_],
    *,
    query: Query,
    around: Circumstances,
    index: Index,
    points: ScoreParts,
) -> Judged:
    verdicts = segment.facts.judge(need.conditions, around)
    bound = segment.bound(query)
    in_common = (bound > 0) | verdicts.passes_any_of(SUBJECT_KINDS)
    looked_at = alive.copy()
    looked_at[[segment.positions[key] for key in need.excluded if key in segment.positions]] = False
    failed = verdicts.musts_failed
    nearly = (failed == 1) & ~verdicts.fails_must_of(frozenset(ConditionKind) - RELAXABLE_KINDS)
    return Judged(
        segment=segment,
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
            most=points,
        ),
        alone=verdicts.failed_alone(looked_at & in_common),
        full_similarity=index.settings.full_similarity,
        points=points,
    )


def _best(lists: Iterable[list[tuple[Judged, Found]]], count: int) -> list[tuple[Judged, Found]]:
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
