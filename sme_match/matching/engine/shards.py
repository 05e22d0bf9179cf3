"""An index in parts for several processes; what they find together is what the whole would find.

All parts share one lexicon: how rare a term is and how long a line is are known of all profiles,
so every similarity is the same to the last bit.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from sme_match.matching.engine.conditions import Condition
from sme_match.matching.engine.documents import Key
from sme_match.matching.engine.index import Index, remaining
from sme_match.matching.engine.match import (
    Candidate,
    MatchResult,
    MatchSettings,
    NeedValue,
    Relaxation,
    explain_candidates,
    match,
    rank,
)
from sme_match.matching.engine.segment import Entry, Found, Segment
from sme_match.needs.enums import ConditionKind


@dataclass(frozen=True, slots=True)
class Question:
    """A need, and the profiles that are to be read differently for it alone."""

    need: NeedValue
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms questions are answered: the day, the length of the list, the settings."""

    today: date
    top_k: int
    settings: MatchSettings = MatchSettings()  # noqa: RUF009 -- it is frozen


def shards(index: Index, count: int) -> list[Index]:
    """Return the living profiles in so many parts of even size; fewer when there are fewer profiles.

    Raises:
        ValueError: The count is not positive.
    """
    if count < 1:
        raise ValueError("an index cannot have fewer parts than one")
    entries, counts = remaining(index.segments, index.alive, index.lexicon.width)
    firsts = np.cumsum([0, *(len(list(entry.document.passages())) for entry in entries)])
    count = min(count, max(len(entries), 1))
    borders = [len(entries) * number // count for number in range(count + 1)]
    return [
        _shard(index, entries[start:end], counts[firsts[start] : firsts[end]])
        for start, end in pairwise(borders)
    ]


def _shard(index: Index, entries: Sequence[Entry], counts: object) -> Index:
    segment = Segment.build(entries, index.lexicon, counts)
    return Index(index.lexicon, (segment,), (np.ones(segment.size, dtype=np.bool_),))


def answer(index: Index, question: Question, terms: Terms) -> MatchResult:
    """Return what a whole index finds for a need, with explanations."""
    index = index.replaced(question.entries)
    return match(question.need, index, today=terms.today, top_k=terms.top_k, settings=terms.settings)


def rank_part(part: Index, question: Question, terms: Terms) -> MatchResult:
    """Return what one part finds for a need, without explanations."""
    part = part.replaced(question.entries)
    return rank(question.need, part, today=terms.today, top_k=terms.top_k, settings=terms.settings)


def merge(results: Sequence[MatchResult], question: Question, terms: Terms) -> MatchResult:
    """Return what the parts found as if it were one index, without explanations.

    Raises:
        ValueError: The parts were answered by different engines or with different settings.
    """
    first = results[0]
    if any(
        (each.engine_version, each.settings) != (first.engine_version, first.settings)
        for each in results
    ):
        raise ValueError("the parts were not answered by the same engine with the same settings")
    excluded: Counter[ConditionKind] = Counter()
    for each in results:
        excluded.update(each.excluded_counts)
    return replace(
        first,
        candidates=_best((each.candidates for each in results), terms.top_k),
        near_misses=_best((each.near_misses for each in results), terms.settings.near_misses),
        excluded_counts=dict(excluded),
        relaxations=_relaxations(results, question.need.conditions),
        index_size=sum(each.index_size for each in results),
    )


def explain_part(
    part: Index, merged: MatchResult, question: Question, terms: Terms
) -> dict[Key, Candidate]:
    """Return those of the merged candidates that lie in this part, with explanations."""
    part = part.replaced(question.entries)
    own = [candidate for candidate in merged.listed if candidate.key in part]
    explained = explain_candidates(own, question.need.document, part, settings=terms.settings)
    return {candidate.key: candidate for candidate in explained}


def _best(lists: Iterable[tuple[Candidate, ...]], count: int) -> tuple[Candidate, ...]:
    every = [candidate for found in lists for candidate in found]
    every.sort(key=lambda each: Found(each.score, each.similarity, 0, 0).order(each.key))
    return tuple(every[: max(count, 0)])


def _relaxations(
    results: Sequence[MatchResult], conditions: Sequence[Condition]
) -> tuple[Relaxation, ...]:
    """Add up what each must keeps out; equals stay in the order of the conditions."""
    admits: Counter[Condition] = Counter()
    for each in results:
        admits.update(dict(each.relaxations))
    found = sorted(admits, key=lambda condition: (-admits[condition], conditions.index(condition)))
    return tuple(Relaxation(condition, admits[condition]) for condition in found)
