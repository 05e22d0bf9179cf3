"""The searchable index: a large base, small segments of later changes, and what is gone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sme_match.matching.engine.conditions import CompanyFacts
from sme_match.matching.engine.documents import Document, Key, Settings
from sme_match.matching.engine.lexicon import Lexicon, Query, fit_lexicon
from sme_match.matching.engine.segment import Entry, Found, Places, Segment, key_order, members_of
from sme_match.matching.engine.thesaurus import Thesaurus
from sme_match.matching.engine.weighting import Floats, Matrix

NO_THESAURUS: Final = Thesaurus(())
DRIFT: Final = 0.05
"""The share of changed profiles above which an index should be compacted: rarity and lengths are
those of the last compaction, so no document frequency is off by more than this share of N."""

_DEFAULT_SETTINGS: Final = Settings()
_MERGE_RATIO: Final = 2


class Hit(NamedTuple):
    """A profile and how much of the need it covers, 0 to 1."""

    key: Key
    similarity: float


class Place(NamedTuple):
    """Where a profile lies: the number of its segment and its place there."""

    segment: int
    place: int


@dataclass(frozen=True, eq=False)
class Index:
    """A value: `changed` and `compacted` return another index and leave this one as it is.

    A changed profile is dead in its old segment and alive in a new one. Terms keep the rarity
    that they had when the base was built, until the index is compacted.
    """

    lexicon: Lexicon
    segments: tuple[Segment, ...]
    alive: tuple[NDArray[np.bool_], ...]

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        settings: Settings = _DEFAULT_SETTINGS,
        *,
        thesaurus: Thesaurus = NO_THESAURUS,
        facts: Mapping[Key, CompanyFacts] | None = None,
    ) -> Self:
        """Index the profiles; their order does not matter. One without facts states nothing.

        Raises:
            ValueError: Two documents have the same key.
        """
        ordered = sorted(documents, key=lambda each: key_order(each.key))
        entries = [
            Entry(each, (facts or {}).get(each.key) or CompanyFacts(each.key)) for each in ordered
        ]
        if len({each.key for each in ordered}) != len(ordered):
            raise ValueError("two documents have the same key")
        texts = _lines(ordered)
        lexicon, counts = fit_lexicon(texts, settings, thesaurus)
        return cls._of(entries, lexicon, counts)

    @classmethod
    def _of(cls, entries: Sequence[Entry], lexicon: Lexicon, counts: Matrix) -> Self:
        """Learn from the counted profiles and weigh them."""
        documents = [entry.document for entry in entries]
        firsts = np.cumsum([0, *(len(list(each.passages())) for each in documents)])
        lexicon.learn(members_of(documents, lexicon.settings, firsts), counts)
        base = Segment.build(entries, lexicon, counts)
        return cls(lexicon, (base,), (np.ones(base.size, dtype=np.bool_),))

    @property
    def settings(self) -> Settings:
        """Return the settings of the text comparison."""
        return self.lexicon.settings

    @property
    def size(self) -> int:
        """Return the number of profiles."""
        return sum(int(alive.sum()) for alive in self.alive)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return the keys of all profiles, segment by segment."""
        return tuple(
            segment.keys[place]
            for segment, alive in zip(self.segments, self.alive, strict=True)
            for place in np.flatnonzero(alive).tolist()
        )

    def locate(self, key: Key) -> Place:
        """Return where a profile lies.

        Raises:
            KeyError: There is no such profile.
        """
        for number in reversed(range(len(self.segments))):
            place = self.segments[number].positions.get(key)
            if place is not None and self.alive[number][place]:
                return Place(number, place)
        raise KeyError(key)

    def __contains__(self, key: Key) -> bool:
        """Tell whether there is such a profile."""
        try:
            self.locate(key)
        except KeyError:
            return False
        return True

    def entry(self, key: Key) -> Entry:
        """Return a profile as it was indexed.

        Raises:
            KeyError: There is no such profile.
        """
        segment, place = self.locate(key)
        return self.segments[segment].entry(place)

    def only(self, key: Key) -> Self:
        """Return an index of one profile alone, with the terms and weights that it has here.

        Raises:
            KeyError: There is no such profile.
        """
        segment, place = self.locate(key)
        alone = self.segments[segment].only(place)
        return replace(self, segments=(alone,), alive=(np.ones(1, dtype=np.bool_),))

    def query(self, need: Document) -> Query:
        """Return a need in the columns of this index."""
        return self.lexicon.query(need)

    def search(self, need: Document, *, top_k: int) -> list[Hit]:
        """Return the profiles that share something with the need, best first, ties by key."""
        found = self.find(self.query(need), top_k=top_k)
        return [
            Hit(self.segments[place.segment].keys[place.place], each.similarity)
            for place, each in found
        ]

    def find(
        self, query: Query, *, top_k: int, among: Callable[[CompanyFacts], bool] | None = None
    ) -> list[tuple[Place, Found]]:
        """Return what `search` returns, with where each profile lies; only `among` these if given."""
        found: list[tuple[Place, Found]] = []
        for number, (segment, alive) in enumerate(zip(self.segments, self.alive, strict=True)):
            bound = segment.bound(query)
            eligible = alive & (bound > 0)
            if among is not None:
                companies = segment.facts.companies
                for place in np.flatnonzero(eligible).tolist():
                    eligible[place] = among(companies[place])
            best = segment.best(query, bound, eligible, top_k, _no_points)
            found += [(Place(number, each.place), each) for each in best]
        found.sort(key=lambda pair: pair[1].order(self.segments[pair[0].segment].keys[pair[0].place]))
        return found[: max(top_k, 0)]

    def best_lines(self, query: Query, places: Sequence[Place]) -> list[int]:
        """Return the number of the best line of each of these profiles, -1 where none shares a term."""
        lines = np.full(len(places), -1, dtype=np.intp)
        where = np.array(places, dtype=np.intp).reshape(-1, 2)
        for number, segment in enumerate(self.segments):
            own = where[:, 0] == number
            _, lines[own] = segment.similarities(query, where[own, 1])
        return [int(line) for line in lines]

    def search_many(self, needs: Sequence[Document], *, top_k: int) -> list[list[Hit]]:
        """Return what `search` returns for each need."""
        return [self.search(need, top_k=top_k) for need in needs]

    def similarity(self, need: Document, key: Key) -> float:
        """Return the similarity of one profile.

        Raises:
            KeyError: There is no such profile.
        """
        segment, place = self.locate(key)
        values, _ = self.segments[segment].similarities(self.query(need), np.array([place]))
        return float(values[0])

    def queries(self, needs: Sequence[Document]) -> Matrix:
        """Return many needs as one matrix, to compare them all with single profiles."""
        rows = [self.query(need) for need in needs]
        return sparse.csr_array(
            (
                np.concatenate([np.zeros(0), *(row.weights for row in rows)]),
                np.concatenate([np.zeros(0, np.int32), *(row.columns for row in rows)]),
                np.cumsum([0, *(len(row.columns) for row in rows)]),
            ),
            shape=(len(rows), self.lexicon.width),
        )

    def against(self, queries: Matrix, key: Key) -> Floats:
        """Return the similarity of one profile to each need of `queries`.

        Raises:
            KeyError: There is no such profile.
        """
        segment, place = self.locate(key)
        return self.segments[segment].against(queries, place)

    def changed(
        self,
        documents: Sequence[Document] = (),
        *,
        facts: Mapping[Key, CompanyFacts] | None = None,
        removed: Iterable[Key] = (),
    ) -> Self:
        """Return an index in which these profiles are new or replaced, and others are gone."""
        keys = {document.key for document in documents} | set(removed)
        index = replace(self, alive=tuple(self._without(keys)))
        if not documents:
            return index
        ordered = sorted(
            {document.key: document for document in documents}.values(),
            key=lambda each: key_order(each.key),
        )
        texts = _lines(ordered)
        self.lexicon.add(texts)
        entries = [
            Entry(each, (facts or {}).get(each.key) or CompanyFacts(each.key)) for each in ordered
        ]
        segment = Segment.build(entries, self.lexicon, self.lexicon.count(texts))
        index = replace(
            index,
            segments=(*index.segments, segment),
            alive=(*index.alive, np.ones(segment.size, dtype=np.bool_)),
        )
        return index._with_few_segments()  # noqa: SLF001 -- its own class

    def replaced(self, entries: Iterable[Entry]) -> Self:
        """Return an index with those of the profiles replaced that it has."""
        own = [entry for entry in entries if entry.document.key in self]
        documents = [entry.document for entry in own]
        facts = {entry.document.key: entry.facts for entry in own}
        return self.changed(documents, facts=facts)

    def _without(self, keys: set[Key]) -> Iterable[NDArray[np.bool_]]:
        for segment, alive in zip(self.segments, self.alive, strict=True):
            places = [segment.positions[key] for key in keys if key in segment.positions]
            if places:
                alive = alive.copy()  # noqa: PLW2901 -- the index that shares it stays as it is
                alive[places] = False
            yield alive

    def _with_few_segments(self) -> Self:
        """Merge the newest segments while they are of similar size; the base stays apart."""
        segments, alive = list(self.segments), list(self.alive)
        while len(segments) > 2 and alive[-2].sum() <= _MERGE_RATIO * alive[-1].sum():  # noqa: PLR2004 -- the base, and two to merge
            entries, counts = remaining(segments[-2:], alive[-2:], self.lexicon.width)
            merged = Segment.build(entries, self.lexicon, counts)
            segments[-2:] = [merged]
            alive[-2:] = [np.ones(merged.size, dtype=np.bool_)]
        return replace(self, segments=tuple(segments), alive=tuple(alive))

    @property
    def changes(self) -> int:
        """Return how many profiles came, changed or went since the base was built."""
        came = sum(int(alive.sum()) for alive in self.alive[1:])
        return max(came, int((~self.alive[0]).sum()))

    @property
    def has_drifted(self) -> bool:
        """Tell whether so much has changed that the index should be compacted."""
        return self.changes > DRIFT * self.segments[0].size

    def compacted(self) -> Self:
        """Return an index as if built afresh from the same profiles, without reading texts again."""
        entries, counts = remaining(self.segments, self.alive, self.lexicon.width)
        used = np.unique(counts.indices)
        names = sorted((self.lexicon.key(column), column) for column in used.tolist())
        vocabulary = {name: place for place, (name, _) in enumerate(names)}
        lexicon = Lexicon(vocabulary, self.settings, self.lexicon.thesaurus)
        return self._of(entries, lexicon, counts[:, [column for _, column in names]])


def remaining(
    segments: Sequence[Segment], alive: Sequence[NDArray[np.bool_]], width: int
) -> tuple[list[Entry], Matrix]:
    """Return the living profiles of some segments by key, and the counts of their lines."""
    entries: list[Entry] = []
    parts = []
    for segment, living in zip(segments, alive, strict=True):
        places = np.flatnonzero(living)
        entries += [segment.entry(place) for place in places.tolist()]
        counts = segment.counts[np.repeat(living, np.diff(segment.firsts))].astype(np.float64)
        counts.resize(counts.shape[0], width)
        parts.append(counts)
    order = sorted(range(len(entries)), key=lambda place: key_order(entries[place].document.key))
    ends = np.cumsum([len(list(entry.document.passages())) for entry in entries]).tolist()
    starts = [0, *ends[:-1]]
    rows = [row for place in order for row in range(starts[place], ends[place])]
    counts = sparse.csr_array(sparse.vstack(parts, format="csr"))
    return [entries[place] for place in order], counts[rows]


def _lines(documents: Iterable[Document]) -> list[str]:
    return [passage.text for document in documents for passage in document.passages()]


def _no_points(similarities: Floats, places: Places) -> Floats:
    del places
    return np.zeros(len(similarities))
