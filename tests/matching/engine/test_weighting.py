"""The BM25 weights against the published formula, worked by hand."""

from math import log

import numpy as np
import pytest
from scipy import sparse

from sme_match.matching.engine.documents import BASELINE, Settings
from sme_match.matching.engine.weighting import BM25Transformer, new_weighting

COUNTS = sparse.csr_matrix(np.array([[2.0, 0.0, 2.0], [0.0, 1.0, 1.0]]))


def test_bm25_saturates_frequency_by_length() -> None:
    weights = BM25Transformer(k1=1.2, b=0.75).fit(COUNTS).transform(COUNTS).toarray()

    # The mean length is 3: the texts are 4 and 2 words long.
    assert weights[0, 0] == pytest.approx(2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 3)))
    assert weights[1, 1] == pytest.approx(1 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3)))
    assert weights[0, 1] == 0


def test_rarity_is_lucenes_and_positive_even_for_words_that_all_use() -> None:
    transformer = BM25Transformer().fit(COUNTS)

    assert transformer.idf_ == pytest.approx(
        [log(1 + 1.5 / 1.5), log(1 + 1.5 / 1.5), log(1 + 0.5 / 2.5)]
    )
    assert transformer.idf_unknown_ == pytest.approx(log(1 + 2.5 / 0.5))


def test_words_that_nobody_uses_stay_uncovered() -> None:
    weighting = new_weighting(Settings())
    weighting.profiles(COUNTS)

    vector, mass = weighting.query(sparse.csr_matrix(np.array([[1.0, 0.0, 0.0]])), unknown=1)

    assert vector.sum() == pytest.approx(log(2))
    assert mass == pytest.approx(log(2) + log(6))


def test_the_baseline_has_rows_of_unit_length() -> None:
    weighting = new_weighting(BASELINE)

    rows = weighting.profiles(COUNTS).toarray()

    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1])


def test_an_empty_need_has_no_mass() -> None:
    for settings in (Settings(), BASELINE):
        weighting = new_weighting(settings)
        weighting.profiles(COUNTS)
        assert weighting.query(sparse.csr_matrix((1, 3)), unknown=0)[1] == 0
