"""Term weights built on scikit-learn: BM25 and the TF-IDF baseline behind one interface.

Rows are texts, columns are terms of all blocks (words, pieces of words, concepts) side by side; a
block has a weight and a length norm of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer

from sme_match.matching.engine.documents import Settings
from sme_match.matching.engine.documents import Weighting as WeightingName

Matrix: TypeAlias = Any
"""A sparse array of SciPy with rows first; its type stubs cannot follow products and slices."""
Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Blocks: TypeAlias = NDArray[np.int8]
"""The number of the block of each column."""

MOST_BLOCKS: Final = 8
LONGEST: Final = 6.0
"""The most that a long line is evened out by; up to 3 / k1, so for k1 up to 0.5, no shared term that is
new to a profile can lower it."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What an index learned from its profiles, frozen until it is built again.

    `idf` is the rarity per column, `rare` that of a term which one profile uses, `unseen` that
    of a term which none uses; `line_lengths` are mean lengths of a line per block, in rarity.
    """

    idf: Floats
    rare: float
    unseen: float
    line_lengths: Floats

    def widened(self, columns: int) -> Statistics:
        """Return the statistics with further columns, each of a term that one profile uses."""
        further = columns - len(self.idf)
        return (
            self
            if further <= 0
            else replace(self, idf=np.append(self.idf, np.full(further, self.rare)))
        )


class Weighting(Protocol):
    """Weights of terms; rows are texts, columns are terms.

    `counts` are those of single lines; `members` holds, per profile, its lines with the weights
    of their fields.
    """

    def learn(self, members: Matrix, counts: Matrix, blocks: Blocks) -> Statistics:
        """Return how rare terms and how long lines are; the rest is computed with that."""

    def profiles(self, members: Matrix, counts: Matrix, blocks: Blocks, known: Statistics) -> Matrix:
        """Return the weights of whole profiles."""

    def lines(self, counts: Matrix, blocks: Blocks, known: Statistics) -> Matrix:
        """Return the weights of single lines."""

    def query(
        self, counts: Matrix, unknown: Floats, blocks: Blocks, known: Statistics
    ) -> tuple[Matrix, float]:
        """Return the weights of a need and the mass that a perfect match would cover.

        `unknown` counts, per block, the terms of the need that no profile uses.
        """


class BM25Transformer(BaseEstimator, TransformerMixin):
    """Weigh the terms of lines by x / (x + k1), where x = tf / n, n = 1 - b + b · length / mean length.

    The saturating part of BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance
    Framework", section 3.4) without its constant factor k1 + 1: every weight is in [0, 1).
    The rarity of a term is kept apart, in the form of Lucene, log(1 + (N - df + ½) / (df + ½)),
    which stays positive in small collections.

    The length of a line is not the number of its terms but their rarity added up, each term once,
    within the block that a column belongs to. So a common word dilutes a line as little as it says,
    a word said twice does not dilute it at all, and a term that is shared with a need, and new to a
    profile, never lowers it: with q for rarity, for each q that the new term adds, the other shared
    terms of its line lose at most Σ q · k1 · b / mean / (1 + k1 · n)² ≤ k1 · n / (1 + k1 · n)²
    together, and the new one brings 1 / (1 + k1 · n), which is more. (Terms said more than once can
    lose more than that where k1 · n > 1; up to 3 the sum still holds.) This presumes a need that names
    each of its terms equally often.
    """

    def __init__(
        self,
        k1: float = 1.2,
        b: float = 0.75,
        blocks: Blocks | None = None,
        rarity: Floats | None = None,
    ) -> None:
        self.k1 = k1
        self.b = b
        self.blocks = blocks
        self.rarity = rarity

    def fit(self, counts: Matrix, y: None = None) -> Self:  # noqa: ARG002 -- scikit-learn's signature
        """Learn the mean length of a line in each block."""
        self.mean_lengths_: Floats = self._lengths(counts).sum(axis=0) / max(counts.shape[0], 1)
        return self

    def even(self, counts: Matrix) -> Matrix:
        """Return the frequencies as if every line had the mean length, to the degree of b."""
        means = np.where(self.mean_lengths_ > 0, self.mean_lengths_, 1.0)
        scale = np.minimum(1 - self.b + self.b * self._lengths(counts) / means, LONGEST)
        weights = counts.astype(np.float64)
        rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        weights.data /= scale[rows, self._blocks_of(weights)[weights.indices]]
        return weights

    def saturate(self, frequencies: Matrix) -> Matrix:
        """Return x / (x + k1) of each frequency."""
        weights = frequencies.copy()
        weights.data /= weights.data + self.k1
        return weights

    def transform(self, counts: Matrix) -> Matrix:
        """Return the saturated frequencies of single lines."""
        return self.saturate(self.even(counts))

    def _blocks_of(self, counts: Matrix) -> Blocks:
        return np.zeros(counts.shape[1], dtype=np.int8) if self.blocks is None else self.blocks

    def _lengths(self, counts: Matrix) -> Floats:
        """Return lines × blocks: the rarity of the terms, each counted once."""
        columns = counts.shape[1]
        rarity = np.ones(columns) if self.rarity is None else self.rarity
        member = sparse.csr_array(
            (rarity, self._blocks_of(counts), np.arange(columns + 1)), shape=(columns, MOST_BLOCKS)
        )
        return np.asarray(((counts > 0).astype(np.float64) @ member).toarray())


class BM25Weighting:
    """Saturated frequencies on the side of the profiles, rarity on the side of the need.

    A profile is a set of lines as a document is a set of fields in BM25F (Zaragoza and others
    2004, "Microsoft Cambridge at TREC-13"): each line is evened out by its own length, the sums
    are saturated. Nothing is divided by the length of the whole, so that no further line can
    ever lower a profile.
    """

    def __init__(self, settings: Settings, weights: Floats) -> None:
        """Take the settings and the weight of each block."""
        self._settings = settings
        self._weights = weights

    def learn(self, members: Matrix, counts: Matrix, blocks: Blocks) -> Statistics:
        """Return rarity in Lucene's form, and the mean length of a line in each block."""
        total = members.shape[0]
        profiles = sparse.csr_array(members @ counts)
        holding = np.bincount(profiles.indices, minlength=counts.shape[1])
        idf = _rarity(holding.astype(np.float64), total)
        return Statistics(
            idf=idf,
            rare=float(_rarity(1.0, total)),
            unseen=float(_rarity(0.0, total)),
            line_lengths=BM25Transformer(blocks=blocks, rarity=idf).fit(counts).mean_lengths_,
        )

    def profiles(self, members: Matrix, counts: Matrix, blocks: Blocks, known: Statistics) -> Matrix:
        """Add up the evened lines of each profile, then saturate."""
        transformer = self._transformer(blocks, known)
        return transformer.saturate(sparse.csr_array(members @ transformer.even(counts)))

    def lines(self, counts: Matrix, blocks: Blocks, known: Statistics) -> Matrix:
        """Weigh lines like profiles of one line."""
        return self._transformer(blocks, known).transform(counts)

    def query(
        self, counts: Matrix, unknown: Floats, blocks: Blocks, known: Statistics
    ) -> tuple[Matrix, float]:
        """Weigh the terms of a need by rarity; terms that nobody uses stay uncovered mass."""
        weights = counts.astype(np.float64)
        weights.data *= known.idf[weights.indices] * self._weights[blocks[weights.indices]]
        return weights, float(weights.sum() + known.unseen * (unknown * self._weights).sum())

    def _transformer(self, blocks: Blocks, known: Statistics) -> BM25Transformer:
        transformer = BM25Transformer(
            self._settings.saturation, self._settings.length_penalty, blocks, known.idf
        )
        transformer.mean_lengths_ = known.line_lengths
        return transformer


def _rarity(holding: Floats | float, total: int) -> Floats:
    """Return log(1 + (N - df + ½) / (df + ½)); an index without profiles counts as one."""
    return np.log1p((max(total, 1) - np.asarray(holding) + 0.5) / (np.asarray(holding) + 0.5))


class TFIDFWeighting:
    """scikit-learn's TF-IDF with sublinear frequency and unit length: cosine similarity."""

    def learn(self, members: Matrix, counts: Matrix, blocks: Blocks) -> Statistics:
        """Return the smooth rarity of scikit-learn in whole profiles."""
        del blocks
        total = members.shape[0]
        profiles = sparse.csr_array(members @ counts)
        idf = TfidfTransformer().fit(profiles).idf_ if profiles.nnz else np.zeros(counts.shape[1])
        return Statistics(
            idf=idf,
            rare=float(np.log((1 + total) / 2) + 1),
            unseen=0.0,
            line_lengths=np.zeros(MOST_BLOCKS),
        )

    def profiles(self, members: Matrix, counts: Matrix, blocks: Blocks, known: Statistics) -> Matrix:
        """Weigh whole profiles."""
        return self.lines(sparse.csr_array(members @ counts), blocks, known)

    def lines(self, counts: Matrix, blocks: Blocks, known: Statistics) -> Matrix:
        """Weigh single lines with the rarity of whole profiles."""
        del blocks
        transformer = TfidfTransformer(sublinear_tf=True)
        whole = counts.astype(np.float64)
        if not whole.nnz:
            return whole
        transformer.idf_ = known.idf
        # The sublinear logarithm must not fall below zero.
        np.maximum(whole.data, 1.0, out=whole.data)
        weights: Matrix = sparse.csr_array(transformer.transform(whole))
        return weights

    def query(
        self, counts: Matrix, unknown: Floats, blocks: Blocks, known: Statistics
    ) -> tuple[Matrix, float]:
        """Weigh a need; a cosine of 1 is what a perfect match would cover."""
        return self.lines(counts, blocks, known), 1.0 if counts.nnz or unknown.any() else 0.0


def new_weighting(settings: Settings, weights: Floats) -> Weighting:
    """Return the weighting that the settings name for blocks of these weights."""
    if settings.weighting is WeightingName.BM25:
        return BM25Weighting(settings, weights)
    return TFIDFWeighting()
