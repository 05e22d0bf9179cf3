"""Which term is which column, how rare it is, and how texts become rows of counts and weights."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from sme_match.matching.engine.documents import Document, Settings
from sme_match.matching.engine.normal import Token
from sme_match.matching.engine.text import (
    cjk_gram_terms,
    cjk_gram_tokens,
    latin_gram_terms,
    latin_gram_tokens,
    word_terms,
    word_tokens,
)
from sme_match.matching.engine.thesaurus import Thesaurus
from sme_match.matching.engine.weighting import (
    MOST_BLOCKS,
    Blocks,
    Floats,
    Matrix,
    Statistics,
    Weighting,
    new_weighting,
)

BLOCKS: Final = ("word", "cjk", "latin", "concept")
"""The kinds of terms; the number of a block is its place here."""


class Analyzer(NamedTuple):
    """One way to cut a text into terms, with and without their places."""

    terms: Callable[[str], Sequence[str]]
    tokens: Callable[[str], Sequence[Token]]


def analyzers(settings: Settings, thesaurus: Thesaurus) -> dict[str, Analyzer]:
    """Return the analyzers of the blocks that count, in the order of `BLOCKS`."""
    every = {
        "word": Analyzer(word_terms, word_tokens),
        "cjk": Analyzer(cjk_gram_terms, cjk_gram_tokens),
        "latin": Analyzer(latin_gram_terms, latin_gram_tokens),
        "concept": Analyzer(thesaurus.terms, thesaurus.tokens),
    }
    weights = block_weights(settings)
    return {name: every[name] for number, name in enumerate(BLOCKS) if weights[number]}


def block_weights(settings: Settings) -> Floats:
    """Return the weight of each block."""
    weights = np.zeros(MOST_BLOCKS)
    weights[: len(BLOCKS)] = (
        1.0,
        settings.cjk_weight,
        settings.latin_weight,
        settings.concept_weight,
    )
    return weights


class Term(NamedTuple):
    """A column: the block and the term."""

    block: str
    term: str


@dataclass(frozen=True, slots=True)
class Query:
    """A need as the index sees it: its columns and their weights, divided by its whole mass."""

    document: Document
    columns: NDArray[np.int32]
    weights: Floats


class Lexicon:
    """Terms of all blocks with frozen statistics; only new columns may come, at the end.

    A column once given keeps its meaning, so several indexes may share a lexicon while one of
    them grows. A term that came after the statistics were learned counts as used by one profile.
    """

    def __init__(
        self,
        vocabulary: dict[str, int],
        settings: Settings,
        thesaurus: Thesaurus,
        statistics: Statistics | None = None,
    ) -> None:
        """Take the columns, keyed by the number of the block followed by the term."""
        self.settings = settings
        self.thesaurus = thesaurus
        self.vocabulary = vocabulary
        self.weighting: Weighting = new_weighting(settings, block_weights(settings))
        self.analyzers: Mapping[str, Analyzer] = analyzers(settings, thesaurus)
        self._terms = sorted(vocabulary, key=vocabulary.__getitem__)
        self._blocks = _blocks(self._terms)
        self._statistics = statistics
        self._growing = Lock()
        self._vectorizer = CountVectorizer(analyzer=self.analyze)
        self._vectorizer.vocabulary_ = vocabulary

    def __reduce__(self) -> tuple[object, ...]:
        """Send to another process what the lexicon is made of; each process has a lock of its own."""
        parts = (self.vocabulary, self.settings, self.thesaurus, self._statistics)
        return type(self), parts

    def analyze(self, text: str) -> list[str]:
        """Return the terms of all blocks, each behind the number of its block."""
        return [
            f"{BLOCKS.index(name)}{term}"
            for name, analyzer in self.analyzers.items()
            for term in analyzer.terms(text)
        ]

    @property
    def width(self) -> int:
        """Return the number of columns so far."""
        return len(self._blocks)

    @property
    def blocks(self) -> Blocks:
        """Return the number of the block of each column."""
        return self._blocks

    def term(self, column: int) -> Term:
        """Return what a column stands for."""
        entry = self._terms[column]
        return Term(BLOCKS[int(entry[0])], entry[1:])

    def key(self, column: int) -> str:
        """Return the term of a column behind the number of its block."""
        return self._terms[column]

    def add(self, texts: Iterable[str]) -> None:
        """Give a column to each term that has none."""
        with self._growing:
            found = {term for text in texts for term in self.analyze(text)}
            new = sorted(found - self.vocabulary.keys())
            if not new:
                return
            first = len(self._terms)
            self._terms.extend(new)
            self._statistics = self.statistics.widened(len(self._terms))
            self._blocks = np.append(self._blocks, _blocks(new))
            # Last, so that nobody who finds a column meets arrays that lack it.
            self.vocabulary.update({term: first + place for place, term in enumerate(new)})

    def count(self, texts: Sequence[str]) -> Matrix:
        """Return texts × columns: how often each known term stands in each text."""
        if not texts or not self.vocabulary:
            return sparse.csr_array((len(texts), self.width), dtype=np.float64)
        counts = self._vectorizer.transform(texts)
        counts.resize(len(texts), self.width)
        return sparse.csr_array(counts, dtype=np.float64)

    def learn(self, members: Matrix, counts: Matrix) -> None:
        """Freeze rarity and lengths as these lines of these profiles have them."""
        self._statistics = self.weighting.learn(members, counts, self.blocks)

    @property
    def statistics(self) -> Statistics:
        """Return the frozen statistics.

        Raises:
            ValueError: Nothing was learned yet.
        """
        if self._statistics is None:
            raise ValueError("the lexicon has learned no statistics")
        return self._statistics

    def query(self, document: Document) -> Query:
        """Return a need in the columns of this lexicon."""
        known: dict[int, float] = defaultdict(float)
        unknown = np.zeros(MOST_BLOCKS)
        for name, text in document.fields.items():
            weight = self.settings.field_weight(name)
            for term in self.analyze(text):
                column = self.vocabulary.get(term)
                if column is None:
                    unknown[int(term[0])] += weight
                else:
                    known[column] += weight
        columns = np.array(sorted(known), dtype=np.int32)
        counts = np.array([known[column] for column in sorted(known)], dtype=np.float64)
        row = sparse.csr_array((counts, columns, np.array([0, len(columns)])), shape=(1, self.width))
        row, mass = self.weighting.query(row, unknown, self.blocks, self.statistics)
        return Query(document, columns, row.data / mass if mass > 0 else row.data)


def _blocks(terms: Sequence[str]) -> Blocks:
    return np.fromiter((int(term[0]) for term in terms), dtype=np.int8, count=len(terms))


def fit_lexicon(
    texts: Sequence[str], settings: Settings, thesaurus: Thesaurus
) -> tuple[Lexicon, Matrix]:
    """Return a lexicon of all terms in the texts, in sorted order, and the counts of the texts."""
    lexicon = Lexicon({}, settings, thesaurus)
    vectorizer = CountVectorizer(analyzer=lexicon.analyze)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's word for "no text has a single term".
        return lexicon, sparse.csr_array((len(texts), 0), dtype=np.float64)
    return (
        Lexicon(vectorizer.vocabulary_, settings, thesaurus),
        sparse.csr_array(counts, dtype=np.float64),
    )
