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
    """Weights of one block of terms; rows are texts, columns are terms."""

    def profiles(self, counts: Matrix) -> Matrix:
        """Learn from the counts of whole profiles and return their weights."""

    def passages(self, counts: Matrix) -> Matrix:
        """Return the weights of single lines."""

    def query(self, counts: Matrix, unknown: float) -> tuple[Matrix, float]:
        """Return the weights of a query and the mass that a perfect match would cover.

        `unknown` counts the terms of the query that no profile uses.
        """


class BM25Transformer(BaseEstimator, TransformerMixin):
    """Weigh counts by tf / (tf + K), K = k1 · (1 - b + b · length / mean length).

    The saturating part of BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance
    Framework", section 3.4) without its constant factor k1 + 1: every weight is in [0, 1).
    The rarity of a term is kept apart in `idf_`, in the form of Lucene, log(1 + (N - df + ½) /
    (df + ½)), which stays positive in small collections.
    """

    def __init__(self, k1: float = 1.2, b: float = 0.75) -> None:
        self.k1 = k1
        self.b = b

    def fit(self, counts: Matrix, y: None = None) -> Self:  # noqa: ARG002 -- scikit-learn's signature
        """Learn the mean length and the rarity of each term."""
        total = counts.shape[0]
        holding = np.bincount(counts.indices, minlength=counts.shape[1])
        self.mean_length_ = (float(counts.sum()) / total if total else 0.0) or 1.0
        self.idf_: Floats = np.log1p((total - holding + 0.5) / (holding + 0.5))
        self.idf_unknown_ = float(np.log1p((total + 0.5) / 0.5))
        return self

    def transform(self, counts: Matrix) -> Matrix:
        """Return the saturated term frequencies."""
        lengths = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
        scale = self.k1 * (1 - self.b + self.b * lengths / self.mean_length_)
        weights = counts.astype(np.float64)
        weights.data /= weights.data + np.repeat(scale, np.diff(weights.indptr))
        return weights


class BM25Weighting:
    """Saturated frequencies on the side of the profiles, rarity on the side of the need."""

    def __init__(self, settings: Settings) -> None:
        self._profiles = BM25Transformer(settings.saturation, settings.profile_length_penalty)
        self._passages = BM25Transformer(settings.saturation, settings.passage_length_penalty)

    def profiles(self, counts: Matrix) -> Matrix:
        """Learn lengths and rarity, and weigh whole profiles."""
        weights: Matrix = self._profiles.fit(counts).transform(counts)
        return weights

    def passages(self, counts: Matrix) -> Matrix:
        """Weigh lines by their own mean length; rarity stays that of whole profiles."""
        weights: Matrix = self._passages.fit(counts).transform(counts)
        return weights

    def query(self, counts: Matrix, unknown: float) -> tuple[Matrix, float]:
        """Weigh the terms of a need by rarity; terms that nobody uses stay uncovered mass."""
        weights = counts.astype(np.float64)
        weights.data *= self._profiles.idf_[weights.indices]
        return weights, float(weights.sum()) + unknown * self._profiles.idf_unknown_


class TFIDFWeighting:
    """scikit-learn's TF-IDF with sublinear frequency and unit length: cosine similarity."""

    def __init__(self, settings: Settings) -> None:
        del settings  # The baseline has nothing to set.
        self._transformer = TfidfTransformer(sublinear_tf=True)

    def profiles(self, counts: Matrix) -> Matrix:
        """Learn the rarity of terms and weigh whole profiles."""
        weights: Matrix = self._transformer.fit(_whole(counts)).transform(_whole(counts))
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
