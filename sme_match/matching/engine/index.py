"""The searchable index: weighted term blocks of all profiles in one sparse matrix."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from sme_match.matching.engine.documents import Document, Key, Passage, Settings
from sme_match.matching.engine.normal import Token
from sme_match.matching.engine.text import (
    cjk_gram_terms,
    cjk_gram_tokens,
    latin_gram_terms,
    latin_gram_tokens,
    word_terms,
    word_tokens,
)
from sme_match.matching.engine.weighting import Floats, Matrix, Weighting, new_weighting

_DEFAULT_SETTINGS: Final = Settings()
# Needs looked up in one product; bounds the memory for needs × passages.
_BATCH: Final = 64


class Hit(NamedTuple):
    """A profile and how much of the need it covers, 0 to 1."""

    key: Key
    similarity: float


class Contribution(NamedTuple):
    """What one term adds to a similarity. `block` is "word", "cjk" or "latin"."""

    block: str
    term: str
    similarity: float


class Analyzer(NamedTuple):
    """One way to cut a text into terms, with and without their places."""

    terms: Callable[[str], Sequence[str]]
    tokens: Callable[[str], Sequence[Token]]


ANALYZERS: Final[Mapping[str, Analyzer]] = {
    "word": Analyzer(word_terms, word_tokens),
    "cjk": Analyzer(cjk_gram_terms, cjk_gram_tokens),
    "latin": Analyzer(latin_gram_terms, latin_gram_tokens),
}


class _Block:
    """One analyzer's columns: its vocabulary and the weights of its terms."""

    def __init__(self, name: str, weight: float, weighting: Weighting) -> None:
        self.name = name
        self.weight = weight
        self._weighting = weighting
        self._vectorizer = CountVectorizer(analyzer=ANALYZERS[name].terms)

    def fit(self, passages: Sequence[str], members: Matrix) -> tuple[Matrix, Matrix]:
        """Learn from all passages; return the weights of profiles and of passages.

        `members` holds, per profile, its passages with the weights of their fields.
        """
        try:
            counts = self._vectorizer.fit_transform(passages).astype(np.float64)
        except ValueError:  # scikit-learn's word for "no passage has a single term".
            self._vectorizer = CountVectorizer(analyzer=ANALYZERS[self.name].terms, vocabulary={"": 0})
            counts = sparse.csr_matrix((len(passages), 1), dtype=np.float64)
        self.terms: NDArray[np.object_] = self._vectorizer.get_feature_names_out()
        self._weighting.fit(members, counts)
        return self._weighting.profiles(members, counts), self._weighting.passages(counts)

    def query(self, query: Document, settings: Settings) -> tuple[Matrix, float]:
        """Return the weights of a need's terms and the mass of the whole need."""
        names = list(query.fields)
        weights = np.array([settings.field_weight(name) for name in names])
        texts = [query.fields[name] for name in names]
        known = self._vectorizer.transform(texts).astype(np.float64)
        total = sum(
            weight * len(ANALYZERS[self.name].terms(text))
            for weight, text in zip(weights, texts, strict=True)
        )
        counts = sparse.csr_matrix(sparse.csr_matrix(weights) @ known)
        unknown = max(total - float(counts.sum()), 0.0)
        vector, mass = self._weighting.query(counts, unknown)
        return vector * self.weight, mass * self.weight


@dataclass(frozen=True, slots=True)
class Similarities:
    """All profiles against one need, in index order."""

    values: Floats
    best_passages: NDArray[np.intp]
    """The number of the best line per profile; -1 where none shares a term."""
    need: Matrix
    """The weights of the need's terms, as one row."""


class Index:
    """Immutable; build a new one when profiles change. Safe to read from several threads."""

    def __init__(
        self,
        documents: Sequence[Document],
        settings: Settings,
        passages: Sequence[Passage],
        owners: NDArray[np.intp],
    ) -> None:
        self.documents = documents
        self.settings = settings
        self.keys: tuple[Key, ...] = tuple(document.key for document in documents)
        self._positions = {key: position for position, key in enumerate(self.keys)}
        self._passages = passages
        self._owners = owners
        # Where the passages of each profile that has any begin.
        self._firsts = np.flatnonzero(np.diff(owners, prepend=-1))
        self._blocks: list[_Block] = []
        self._profiles: Matrix = sparse.csr_matrix((0, len(documents)))
        self._lines: Matrix = sparse.csr_matrix((0, len(passages)))
        self._terms: list[tuple[str, str]] = []

    @classmethod
    def build(cls, documents: Iterable[Document], settings: Settings = _DEFAULT_SETTINGS) -> Self:
        """Index the profiles; their order does not matter, results are ordered by key on ties.

        Raises:
            ValueError: Two documents have the same key.
        """
        ordered = sorted(documents, key=lambda document: _order(document.key))
        passages: list[Passage] = []
        owners: list[int] = []
        for position, document in enumerate(ordered):
            for passage in document.passages():
                passages.append(passage)
                owners.append(position)
        index = cls(ordered, settings, passages, np.array(owners, dtype=np.intp))
        if len(index._positions) != len(ordered):
            raise ValueError("two documents have the same key")
        if passages:
            index._fit()
        return index

    def _fit(self) -> None:
        settings = self.settings
        weights = np.array([settings.field_weight(passage.field) for passage in self._passages])
        members = sparse.csr_matrix(
            (weights, (self._owners, np.arange(len(weights)))),
            shape=(len(self.documents), len(weights)),
        )
        texts = [passage.text for passage in self._passages]
        shares = {"word": 1.0, "cjk": settings.cjk_weight, "latin": settings.latin_weight}
        self._blocks = [
            _Block(name, weight, new_weighting(settings)) for name, weight in shares.items() if weight
        ]
        fitted = [block.fit(texts, members) for block in self._blocks]
        self._profiles = _term_major([profiles for profiles, _ in fitted])
        self._lines = _term_major([lines for _, lines in fitted])
        self._terms = [(block.name, term) for block in self._blocks for term in block.terms]

    @property
    def size(self) -> int:
        """Return the number of profiles."""
        return len(self.documents)

    def position(self, key: Key) -> int:
        """Return the place of a profile in index order."""
        return self._positions[key]

    def document(self, key: Key) -> Document:
        """Return the profile as it was indexed."""
        return self.documents[self._positions[key]]

    def passage(self, number: int) -> Passage:
        """Return a line by its number in `Similarities.best_passages`."""
        return self._passages[number]

    def search(
        self, query: Document, *, top_k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Hit]:
        """Return the profiles that share something with the need, best first.

        `mask` in index order leaves out profiles where it is false. Equal similarities are
        ordered by key.
        """
        return self.search_many([query], top_k=top_k, mask=mask)[0]

    def search_many(
        self, queries: Sequence[Document], *, top_k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[list[Hit]]:
        """Return what `search` returns for each need, in fewer and larger products."""
        return [
            self._top(found.values if mask is None else np.where(mask, found.values, 0.0), top_k)
            for found in self.compare_many(queries)
        ]

    def _top(self, values: Floats, top_k: int) -> list[Hit]:
        sharing = np.flatnonzero(values > 0)
        if 0 < top_k < len(sharing):
            # Everything at least as good as the k-th best, so that ties are cut by key.
            least = np.partition(values[sharing], -top_k)[-top_k]
            sharing = sharing[values[sharing] >= least]
        best = sharing[np.argsort(-values[sharing], kind="stable")][: max(top_k, 0)]
        return [Hit(self.keys[place], float(values[place])) for place in best]

    def compare(self, query: Document) -> Similarities:
        """Return the similarity of every profile to the need."""
        return self.compare_many([query])[0]

    def compare_many(self, queries: Sequence[Document]) -> list[Similarities]:
        """Return `compare` for each need."""
        results: list[Similarities] = []
        for start in range(0, len(queries), _BATCH):
            results.extend(self._compare_batch(queries[start : start + _BATCH]))
        return results

    def _compare_batch(self, queries: Sequence[Document]) -> list[Similarities]:
        nowhere = np.full(self.size, -1, dtype=np.intp)
        if not self._blocks:
            nothing: Matrix = sparse.csr_matrix((1, 0))
            return [Similarities(np.zeros(self.size), nowhere, nothing) for _ in queries]
        needs = [self._query(query) for query in queries]
        stacked = sparse.csr_matrix(sparse.vstack(needs))
        share = self.settings.passage_share
        whole = (stacked @ self._profiles).toarray()
        lines = (stacked @ self._lines).toarray()
        holders = self._owners[self._firsts]
        results = []
        for need, profile_values, line_values in zip(needs, whole, lines, strict=True):
            best = nowhere.copy()
            best[holders] = _first_best(line_values, self._firsts)
            best_values = np.where(best >= 0, line_values[best], 0.0)
            values = (1 - share) * profile_values + share * best_values
            best[best_values <= 0] = -1
            results.append(Similarities(np.clip(values, 0.0, 1.0), best, need))
        return results

    def _query(self, query: Document) -> Matrix:
        """Return the need as one row over all columns, divided by the mass of the need."""
        parts = [block.query(query, self.settings) for block in self._blocks]
        mass = sum(mass for _, mass in parts)
        row = sparse.csr_matrix(sparse.hstack([vector for vector, _ in parts]))
        if mass > 0:
            row.data /= mass
        return row

    def contributions(self, found: Similarities, key: Key) -> list[Contribution]:
        """Return what each term adds; the sum is the similarity of the pair in `found`."""
        position = self.position(key)
        best = int(found.best_passages[position])
        share = self.settings.passage_share
        columns = found.need.indices
        if not len(columns):
            return []
        values = (1 - share) * _column(self._profiles, columns, position)
        if best >= 0:
            values += share * _column(self._lines, columns, best)
        values *= found.need.data
        return [
            Contribution(*self._terms[column], float(value))
            for column, value in zip(columns, values, strict=True)
            if value > 0
        ]


def _order(key: Key) -> tuple[int, int, str]:
    """Numbers before words, numbers by size: the order of keys on equal similarity."""
    return (0, key, "") if isinstance(key, int) else (1, 0, key)


def _term_major(blocks: Sequence[Matrix]) -> Matrix:
    """Return terms × texts: a need then touches only the rows of its own terms.

    SciPy copies a matrix whose indices are wider than needed, so they are stored in 32 bits.
    """
    stacked = sparse.csr_matrix(sparse.hstack(blocks).T)
    stacked.indices = stacked.indices.astype(np.int32, copy=False)
    stacked.indptr = stacked.indptr.astype(np.int32, copy=False)
    return stacked


def _column(matrix: Matrix, rows: NDArray[np.int32], column: int) -> Floats:
    """Return one text's weights of the given terms."""
    return np.asarray(matrix[rows, np.full(len(rows), column)], dtype=np.float64).ravel()


def _first_best(values: Floats, firsts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the number of the first largest value in each segment."""
    best = np.maximum.reduceat(values, firsts)
    lengths = np.diff(firsts, append=len(values))
    candidates = np.flatnonzero(values == np.repeat(best, lengths))
    segment = np.searchsorted(firsts, candidates, side="right") - 1
    _, first = np.unique(segment, return_index=True)
    return candidates[first]
