"""Profiles that are close to any text: no conditions, no freshness, only the words that are shared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Final

from sme_match.matching.engine.conditions import CompanyFacts
from sme_match.matching.engine.documents import Document, Key
from sme_match.matching.engine.explanation import Explainer
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.marks import Excerpt, Mark
from sme_match.matching.engine.scoring import TermPoint, term_points

FULL_POINTS: Final = 100
TERMS_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Close:
    """A profile close to the text; the points of `terms` sum to `points`, 100 at most."""

    key: Key
    points: int
    similarity: float
    terms: tuple[TermPoint, ...]
    query_marks: tuple[Mark, ...]
    excerpt: Excerpt | None


def find_close(
    text: Document, index: Index, *, top_k: int, among: Callable[[CompanyFacts], bool] | None = None
) -> list[Close]:
    """Return the profiles that share most with a text, in the order of `Index.search`.

    A text that is fully covered has 100 points, as its text part has 60 in the score of a need.
    """
    return _find(text, index, full=index.settings.full_similarity, top_k=top_k, among=among)


def find_alike(key: Key, index: Index, *, top_k: int) -> list[Close]:
    """Return the profiles most similar to one of them; 100 points are as similar as to itself.

    Raises:
        KeyError: The index has no such profile.
    """
    document = index.entry(key).document
    itself = index.similarity(document, key)
    if itself <= 0:
        return []
    return _find(document, index, full=itself, top_k=top_k, among=lambda facts: facts.key != key)


def _find(
    text: Document,
    index: Index,
    *,
    full: float,
    top_k: int,
    among: Callable[[CompanyFacts], bool] | None,
) -> list[Close]:
    query = index.query(text)
    explainer = Explainer(index, query)
    close = []
    for place, found in index.find(query, top_k=top_k, among=among):
        explanation = explainer.explain(place, found.line)
        points = floor(FULL_POINTS * min(found.similarity / full, 1.0) + 0.5)
        close.append(
            Close(
                key=index.segments[place.segment].keys[place.place],
                points=points,
                similarity=found.similarity,
                terms=term_points(explanation.terms, points, limit=TERMS_SHOWN),
                query_marks=explanation.query_marks,
                excerpt=explanation.excerpt,
            )
        )
    return close


def find_texts(key: Key, texts: Sequence[Document], index: Index, *, top_k: int) -> list[Close]:
    """Return the texts that a profile covers best, each under its own key, ties in their order.

    Points are those of `find_close`.

    Raises:
        KeyError: The index has no such profile.
    """
    alone = index.only(key)
    similarities = alone.against(alone.queries(texts), key).tolist()
    covered = [pair for pair in zip(similarities, texts, strict=True) if pair[0] > 0]
    covered.sort(key=lambda pair: -pair[0])
    return [
        replace(close, key=text.key)
        for _, text in covered[: max(top_k, 0)]
        for close in find_close(text, alone, top_k=1)
    ]
