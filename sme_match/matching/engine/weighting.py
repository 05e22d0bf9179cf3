"""Term weights built on scikit-learn: BM25 and the TF-IDF baseline behind one interface."""

from __future__ import annotations

from typing import Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer

from sme_match.matching.engine.documents import Settings
from sme_match.matching.engine.documents import Weighting as WeightingName

Matrix: TypeAlias = sparse.csr_matrix[np.float64]
Floats: TypeAlias = NDArray[np.float64]


class Weighting(Protocol):
    """Weights of one block of terms; rows are texts, columns are terms.

    `counts` are those of single lines; `members` holds, per profile, its lines with the weights
    of their fields.
    """

    def fit(self, members: Matrix, counts: Matrix) -> Self:
        """Learn how rare terms and how long lines are; the rest is computed with that."""

    def profiles(self, members: Matrix, counts: Matrix) -> Matrix:
        """Return the weights of whole profiles."""

    def passages(self, counts: Matrix) -> Matrix:
        """Return the weights of single lines."""

    def query(self, counts: Matrix, unknown: float) -> tuple[Matrix, float]:
        """Return the weights of a query and the mass that a perfect match would cover.

        `unknown` counts the terms of the query that no profile uses.
        """


class BM25Transformer(BaseEstimator, TransformerMixin):
    """Weigh the terms of lines by x / (x + k1), where x = tf / (1 - b + b · length / mean length).

    The saturating part of BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance
    Framework", section 3.4) without its constant factor k1 + 1: every weight is in [0, 1).
    The rarity of a term is kept apart, in the form of Lucene, log(1 + (N - df + ½) / (df + ½)),
    which stays positive in small collections.
    """

    def __init__(self, k1: float = 1.2, b: float = 0.75) -> None:
        self.k1 = k1
        self.b = b

    def fit(self, counts: Matrix, y: None = None) -> Self:  # noqa: ARG002 -- scikit-learn's signature
        """Learn the mean length of a line."""
        total = counts.shape[0]
        self.mean_length_ = (float(counts.sum()) / total if total else 0.0) or 1.0
        return self

    def even(self, counts: Matrix) -> Matrix:
        """Return the frequencies as if every line had the mean length, to the degree of b."""
        lengths = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
        scale = 1 - self.b + self.b * lengths / self.mean_length_
        weights = counts.astype(np.float64)
        weights.data /= np.repeat(scale, np.diff(weights.indptr))
        return weights

    def saturate(self, frequencies: Matrix) -> Matrix:
        """Return x / (x + k1) of each frequency."""
        weights = frequencies.copy()
        weights.data /= weights.data + self.k1
        return weights

    def transform(self, counts: Matrix) -> Matrix:
        """Return the saturated frequencies of single lines."""
        return self.saturate(self.even(counts))


class BM25Weighting:
    """Saturated frequencies on the side of the profiles, rarity on the side of the need.

    A profile is a set of lines as a document is a set of fields in BM25F (Zaragoza and others
    2004, "Microsoft Cambridge at TREC-13"): each line is evened out by its own length, the sums
    are saturated. Nothing is divided by the length of the whole, so that no further line can
    ever lower a profile.
    """

    def __init__(self, settings: Settings) -> None:
        self._lines = BM25Transformer(settings.saturation, settings.length_penalty)

    def fit(self, members: Matrix, counts: Matrix) -> Self:
        """Learn the mean length of a line, and in how many profiles each term occurs."""
        self._lines.fit(counts)
        total = members.shape[0]
        holding = np.bincount((members @ counts).tocsr().indices, minlength=counts.shape[1])
        self._rarity: Floats = np.log1p((total - holding + 0.5) / (holding + 0.5))
        self._rarity_unknown = float(np.log1p((total + 0.5) / 0.5))
        return self

    def profiles(self, members: Matrix, counts: Matrix) -> Matrix:
        """Add up the evened lines of each profile, then saturate."""
        return self._lines.saturate(sparse.csr_matrix(members @ self._lines.even(counts)))

    def passages(self, counts: Matrix) -> Matrix:
        """Weigh lines like profiles of one line."""
        weights: Matrix = self._lines.transform(counts)
        return weights

    def query(self, counts: Matrix, unknown: float) -> tuple[Matrix, float]:
        """Weigh the terms of a need by rarity; terms that nobody uses stay uncovered mass."""
        weights = counts.astype(np.float64)
        weights.data *= self._rarity[weights.indices]
        return weights, float(weights.sum()) + unknown * self._rarity_unknown


class TFIDFWeighting:
    """scikit-learn's TF-IDF with sublinear frequency and unit length: cosine similarity."""

    def __init__(self, settings: Settings) -> None:
        del settings  # The baseline has nothing to set.
        self._transformer = TfidfTransformer(sublinear_tf=True)

    def fit(self, members: Matrix, counts: Matrix) -> Self:
        """Learn the rarity of terms in whole profiles."""
        self._transformer.fit(_whole(members @ counts))
        return self

    def profiles(self, members: Matrix, counts: Matrix) -> Matrix:
        """Weigh whole profiles."""
        weights: Matrix = self._transformer.transform(_whole(members @ counts))
        return weights

    def passages(self, counts: Matrix) -> Matrix:
        """Weigh single lines with the rarity of whole profiles."""
        weights: Matrix = self._transformer.transform(_whole(counts))
        return weights

    def query(self, counts: Matrix, unknown: float) -> tuple[Matrix, float]:
        """Weigh a need; a cosine of 1 is what a perfect match would cover."""
        weights: Matrix = self._transformer.transform(_whole(counts))
        return weights, 1.0 if counts.nnz or unknown else 0.0


def _whole(counts: Matrix) -> Matrix:
    """Return counts of at least 1: the sublinear logarithm must not fall below zero."""
    whole = counts.astype(np.float64)
    np.maximum(whole.data, 1.0, out=whole.data)
    return whole


def new_weighting(settings: Settings) -> Weighting:
    """Return the weighting that the settings name, not yet fitted."""
    if settings.weighting is WeightingName.BM25:
        return BM25Weighting(settings)
    return TFIDFWeighting(settings)
