"""What the search for chains takes from an index: the facts of companies, and their similarities."""

from collections.abc import Iterator, Sequence

import numpy as np

from sme_match.matching.engine.conditions import CompanyFacts
from sme_match.matching.engine.documents import Document, Key
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.scoring import text_points


def companies_of(index: Index, excluded: frozenset[Key]) -> Iterator[CompanyFacts]:
    """Yield what the companies state, without those that must not be proposed."""
    for segment, alive in zip(index.segments, index.alive, strict=True):
        for place in np.flatnonzero(alive).tolist():
            if segment.keys[place] not in excluded:
                yield segment.facts.companies[place]


def similarities_of(need: Document, index: Index, keys: Sequence[Key]) -> list[float]:
    """Return the similarity of these profiles to a need, in their order."""
    query = index.query(need)
    found: dict[Key, float] = {}
    for segment, alive in zip(index.segments, index.alive, strict=True):
        own = [key for key in keys if (at := segment.positions.get(key)) is not None and alive[at]]
        places = np.array([segment.positions[key] for key in own], dtype=np.intp)
        values, _ = segment.similarities(query, places)
        found |= dict(zip(own, values.tolist(), strict=True))
    return [found[key] for key in keys]


def text_points_of(similarity: float, full_similarity: float) -> int:
    """Return the points that a score gives for a similarity."""
    return int(text_points(np.array([similarity]), full_similarity)[0])
