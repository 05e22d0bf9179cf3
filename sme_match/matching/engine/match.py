"""One need against all companies: conditions first, then the score; near misses apart."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
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
from sme_match.matching.engine.documents import Document, Key, Settings
from sme_match.matching.engine.explanation import Excerpt, Explainer, Mark
from sme_match.matching.engine.facts import FactTable
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.scoring import (
    MUST_WEIGHT,
    WISH_WEIGHT,
    PartsTable,
    ScoreParts,
    TermPoint,
    ages_days,
    condition_points,
    condition_weight,
    score,
    term_points,
)
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.reference.positions import Position

ENGINE_VERSION: Final = "1.1"
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


_DEFAULT_SETTINGS: Final = MatchSettings()


def match(
    need: NeedValue,
    index: Index,
    facts: FactTable,
    *,
    today: date,
    top_k: int = 20,
    among: AbstractSet[Key] | None = None,
    settings: MatchSettings = _DEFAULT_SETTINGS,
) -> MatchResult:
    """Return the best companies for a need, and those that fail exactly one must.

    A failed must keeps a company off the main list whatever its text; what is unknown does
    not. Within each list the order is by score, then similarity, then key. A company that
    shares no word and confirms neither process nor material is in neither list. `among` limits
    the run to these companies (None: all); nothing about others is counted or shown.

    Raises:
        ValueError: `facts` was built for the keys of another index.
    """
    if facts.keys != index.keys:
        raise ValueError("facts and index do not hold the same companies")
    around = Circumstances(today, settings.material_families, settings.process_families, need.place)
    verdicts = facts.judge(need.conditions, around)
    found = index.compare(need.document)
    in_common = (found.values > 0) | verdicts.passes_any_of(SUBJECT_KINDS)
    confirmed = MUST_WEIGHT * verdicts.musts_passed + WISH_WEIGHT * verdicts.wishes_passed
    parts = score(
        found.values,
        full_similarity=index.settings.full_similarity,
        confirmed=confirmed,
        asked=sum(condition_weight(condition.level) for condition in need.conditions),
        in_common=in_common,
        ages_days=ages_days([document.updated_on for document in index.documents], today),
    )
    looked_at = _looked_at(index, among, need.excluded)
    eligible = looked_at & in_common
    failed = verdicts.musts_failed
    nearly = (failed == 1) & ~verdicts.fails_must_of(frozenset(ConditionKind) - RELAXABLE_KINDS)
    listed = _best(parts, found.values, eligible & (failed == 0), top_k)
    missed = _best(parts, found.values, eligible & nearly, settings.near_misses)
    explainer = Explainer(index, need.document, found)

    def candidate(place: int) -> Candidate:
        explanation = explainer.explain(index.keys[place])
        part = parts.at(place)
        results = condition_points(facts.results(verdicts, place, around), part.conditions)
        return Candidate(
            key=index.keys[place],
            score=part.total,
            similarity=float(found.values[place]),
            parts=part,
            terms=term_points(explanation.terms, part.text, limit=settings.terms_shown),
            conditions=results,
            query_marks=explanation.query_marks,
            document_marks=explanation.document_marks,
            excerpt=explanation.excerpt,
            confidence=_confidence(results),
        )

    return MatchResult(
        candidates=tuple(candidate(int(place)) for place in listed),
        near_misses=tuple(candidate(int(place)) for place in missed),
        excluded_counts=verdicts.excluded_counts(looked_at),
        relaxations=_relaxations(need.conditions, verdicts.failed_alone(eligible)),
        engine_version=ENGINE_VERSION,
        index_size=int(looked_at.sum()),
        settings=describe(index.settings),
    )


def _looked_at(
    index: Index, among: AbstractSet[Key] | None, excluded: AbstractSet[Key]
) -> NDArray[np.bool_]:
    """Return which companies take part in the run, in index order."""
    return np.array(
        [(among is None or key in among) and key not in excluded for key in index.keys],
        dtype=np.bool_,
    )


def describe(settings: Settings) -> dict[str, object]:
    """Return the settings of an index as plain data, for the record of a run."""
    plain = {name: getattr(settings, name) for name in settings.__dataclass_fields__}
    return plain | {
        "weighting": settings.weighting.value,
        "field_weights": dict(settings.field_weights),
    }


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


def _best(
    parts: PartsTable, similarities: NDArray[np.float64], eligible: NDArray[np.bool_], count: int
) -> NDArray[np.intp]:
    """Return the best eligible places by score, then similarity, then key order."""
    places = np.flatnonzero(eligible)
    order = np.lexsort((places, -similarities[places], -parts.total[places]))
    return places[order[: max(count, 0)]]
