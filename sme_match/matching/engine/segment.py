"""An immutable part of the index: some profiles with their counts, weights and facts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sme_match.matching.engine.conditions import CompanyFacts
from sme_match.matching.engine.documents import Document, Key, Passage, Settings
from sme_match.matching.engine.facts import FactTable
from sme_match.matching.engine.kernels import Looked, Sparse, Weights, look, look_at_one
from sme_match.matching.engine.lexicon import Lexicon, Query
from sme_match.matching.engine.postings import Postings
from sme_match.matching.engine.weighting import Floats, Matrix, Singles

Places: TypeAlias = NDArray[np.intp]
Score: TypeAlias = Callable[[Floats, Places], Floats]
"""Whole points for the similarities of the profiles at these places; never falls with them."""

# Sums of single-precision numbers may come out this much too small.
_SLACK: Final = 1e-5
_SINGLE: Final = float(np.finfo(np.float32).eps)
# How many profiles are looked at first to learn what the last place on the list takes.
_FIRST_LOOK: Final = 2


class Entry(NamedTuple):
    """A profile to index: its texts and its facts."""

    document: Document
    facts: CompanyFacts


class Found(NamedTuple):
    """A profile on a list: its points, its similarity and its place in its segment."""

    points: float
    similarity: float
    place: int
    line: int
    """The number of its best line in the segment; -1 where no line shares a term."""

    def order(self, key: Key) -> tuple[float, float, tuple[int, int, str]]:
        """Return what a list is sorted by: points, similarity, then key."""
        return (-self.points, -self.similarity, key_order(key))


def key_order(key: Key) -> tuple[int, int, str]:
    """Return what keys are sorted by: numbers before words, numbers by size."""
    return (0, key, "") if isinstance(key, int) else (1, 0, key)


@dataclass(frozen=True, eq=False)
class Segment:
    """Profiles in the order of their keys.

    `counts` is lines × columns, `firsts` where the lines of each profile begin (and where the
    last ones end). `profiles` and `lines` are weights; `bounds` are weights
    that no similarity of the profile exceeds, whichever of its lines is the best.
    """

    documents: Sequence[Document]
    keys: Sequence[Key]
    updated: NDArray[np.int32]
    """The day of the last confirmation as an ordinal, 0 when it is not known."""
    facts: FactTable
    counts: Matrix
    firsts: Places
    profiles: Matrix
    lines: Matrix
    bounds: Postings
    share: float

    @classmethod
    def build(cls, entries: Sequence[Entry], lexicon: Lexicon, counts: Matrix) -> Self:
        """Weigh profiles whose lines have been counted."""
        documents = tuple(entry.document for entry in entries)
        passages = [list(document.passages()) for document in documents]
        firsts = np.cumsum([0, *(len(each) for each in passages)], dtype=np.intp)
        members = members_of(documents, lexicon.settings, firsts)
        share = lexicon.settings.passage_share
        counts = _single(counts)
        profiles = _single(
            lexicon.weighting.profiles(members, counts, lexicon.blocks, lexicon.statistics)
        )
        lines = sparse.csr_array(counts.shape, dtype=np.float32)
        if share:
            weights = lexicon.weighting.lines(counts, lexicon.blocks, lexicon.statistics)
            lines = sparse.csr_array(
                (weights.data.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape
            )
        keys = tuple(document.key for document in documents)
        return cls(
            documents=documents,
            keys=keys,
            updated=np.array([ordinal(document.updated_on) for document in documents], np.int32),
            facts=FactTable([entry.facts for entry in entries], keys),
            counts=counts,
            firsts=firsts,
            profiles=profiles,
            lines=lines,
            bounds=_bounds(profiles, lines, firsts, share),
            share=share,
        )

    @property
    def size(self) -> int:
        """Return the number of profiles."""
        return len(self.keys)

    @cached_property
    def positions(self) -> dict[Key, int]:
        """Return the place of each profile."""
        return {key: place for place, key in enumerate(self.keys)}

    @cached_property
    def weights(self) -> Weights:
        """Return the weights as the compiled loops read them."""
        return Weights(Sparse.of(self.profiles), Sparse.of(self.lines), self.firsts)

    def entry(self, place: int) -> Entry:
        """Return a profile as it was indexed."""
        return Entry(self.documents[place], self.facts.companies[place])

    def only(self, place: int) -> "Segment":
        """Return a segment of one profile alone, with the weights that it has here."""
        first, end = int(self.firsts[place]), int(self.firsts[place + 1])
        own, keys, firsts = slice(first, end), (self.keys[place],), np.array([0, end - first])
        profiles, lines = self.profiles[[place]], self.lines[own]
        return Segment(
            documents=(self.documents[place],),
            keys=keys,
            updated=self.updated[[place]],
            facts=FactTable([self.facts.companies[place]], keys),
            counts=self.counts[own],
            firsts=firsts,
            profiles=profiles,
            lines=lines,
            bounds=_bounds(profiles, lines, firsts, self.share),
            share=self.share,
        )

    def passage(self, place: int, line: int) -> Passage:
        """Return a line of a profile by its number in the segment."""
        return list(self.documents[place].passages())[line - int(self.firsts[place])]

    def bound(self, query: Query) -> Singles:
        """Return for each profile what its similarity does not exceed; 0 where nothing is shared."""
        columns, weights = self._known(query)
        bound = self.bounds.sums(columns, weights.astype(np.float32))
        # Every sum of single-precision numbers may round down once for each of them.
        bound *= np.float32(1 + _SLACK + len(columns) * _SINGLE)
        return bound

    def similarities(self, query: Query, places: Places) -> tuple[Floats, Places]:
        """Return the exact similarity of these profiles, and the number of their best lines."""
        columns, weights = self._known(query)
        dense = np.zeros(self.profiles.shape[1])
        dense[columns] = weights
        looked = look(self.weights, dense, np.asarray(places))
        return self._blend(looked), looked.lines

    def _blend(self, looked: Looked) -> Floats:
        similarities: Floats = (1 - self.share) * looked.whole + self.share * looked.best
        return np.clip(similarities, 0.0, 1.0)

    def best(
        self, query: Query, bound: Singles, eligible: NDArray[np.bool_], count: int, score: Score
    ) -> list[Found]:
        """Return the best eligible profiles by points, then similarity, then key; exact.

        Only profiles are looked at closely whose bound reaches what the last place on the list
        takes, so the result is that of looking at all of them.
        """
        places = np.flatnonzero(eligible)
        if count <= 0 or not len(places):
            return []
        limits = score(bound[places].astype(np.float64), places) + bound[places] / 2
        first = places
        enough = _FIRST_LOOK * count
        if len(places) > enough:
            chosen = np.argpartition(limits, -enough)[-enough:]
            first = np.sort(places[chosen])
        points, similarities, lines = self._look(query, first, score)
        if len(first) < len(places):
            least = np.partition(points + similarities / 2, -count)[-count]
            remaining = limits >= least - _SLACK
            remaining[np.searchsorted(places, first)] = False
            if remaining.any():
                further = self._look(query, places[remaining], score)
                points, similarities, lines = (
                    np.concatenate(pair)
                    for pair in zip((points, similarities, lines), further, strict=True)
                )
                first = np.concatenate([first, places[remaining]])
        # Profiles stand in the order of their keys, so that places decide ties.
        order = np.lexsort((first, -similarities, -points))[:count]
        columns = (array[order].tolist() for array in (points, similarities, first, lines))
        return [Found(*found) for found in zip(*columns, strict=True)]

    def _look(self, query: Query, places: Places, score: Score) -> tuple[Floats, Floats, Places]:
        values, lines = self.similarities(query, places)
        return score(values, places), values, lines

    def against(self, queries: Matrix, place: int) -> Floats:
        """Return the similarity of one profile to many needs (rows over the columns)."""
        width = self.profiles.shape[1]
        looked = look_at_one(self.weights, place, Sparse.of(queries), width)
        return self._blend(looked)

    def contributions(self, query: Query, place: int, line: int) -> tuple[list[int], list[float]]:
        """Return which columns of a need add to the similarity of a profile, and how much.

        Columns are numbered as in the need; the best line of the profile is known.
        """
        columns, weights = self._known(query)
        values = (1 - self.share) * _entries(self.profiles, place, columns)
        if line >= 0:
            values += self.share * _entries(self.lines, line, columns)
        values *= weights
        shared = np.flatnonzero(values > 0)
        return shared.tolist(), values[shared].tolist()

    def _known(self, query: Query) -> tuple[NDArray[np.int32], Floats]:
        """Return the columns and weights of a need that existed when the segment was made."""
        known = int(np.searchsorted(query.columns, self.profiles.shape[1]))
        return query.columns[:known], query.weights[:known]


def members_of(documents: Sequence[Document], settings: Settings, firsts: Places) -> Matrix:
    """Return profiles × lines: which lines belong to each profile, with the weights of their fields."""
    fields = [
        settings.field_weight(passage.field)
        for document in documents
        for passage in document.passages()
    ]
    return sparse.csr_array(
        (np.array(fields, dtype=np.float64), np.arange(len(fields)), firsts),
        shape=(len(documents), len(fields)),
    )


def ordinal(day: date | None) -> int:
    """Return a day as a number, 0 when it is not known."""
    return day.toordinal() if day else 0


def _single(matrix: Matrix) -> Matrix:
    """Return a matrix in single precision with narrow indices: SciPy copies wider ones."""
    narrow = sparse.csr_array(matrix, dtype=np.float32)
    narrow.sort_indices()
    narrow.indices = narrow.indices.astype(np.int32, copy=False)
    narrow.indptr = narrow.indptr.astype(np.int32, copy=False)
    return narrow


def _bounds(profiles: Matrix, lines: Matrix, firsts: Places, share: float) -> Postings:
    """Return profiles × columns: the most that any line can make of each term."""
    most = (1 - share) * profiles.data.astype(np.float64)
    if share:
        # A profile holds the terms of its lines and no others, so that sorted by profile and
        # column the best of each group of entries falls on the entry of the profile.
        owners = np.repeat(np.arange(len(firsts) - 1), np.diff(lines.indptr[firsts]))
        order = np.lexsort((lines.indices, owners))
        columns, owners = lines.indices[order], owners[order]
        starts = np.flatnonzero(
            (np.diff(columns, prepend=-1) != 0) | (np.diff(owners, prepend=-1) != 0)
        )
        if len(starts):
            most += share * np.maximum.reduceat(lines.data[order].astype(np.float64), starts)
    upper = np.nextafter(most.astype(np.float32), np.float32(np.inf))
    return Postings.of(
        sparse.csr_array((upper, profiles.indices, profiles.indptr), shape=profiles.shape)
    )


def _entries(matrix: Matrix, row: int, columns: NDArray[np.int32]) -> Floats:
    """Return one row's weights in the given (sorted) columns."""
    start, end = int(matrix.indptr[row]), int(matrix.indptr[row + 1])
    own = matrix.indices[start:end]
    if not len(own):
        return np.zeros(len(columns))
    places = np.minimum(np.searchsorted(own, columns), len(own) - 1)
    return np.where(own[places] == columns, matrix.data[start + places].astype(np.float64), 0.0)
