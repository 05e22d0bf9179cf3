"""The BM25 weights against the published formula, worked by hand."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sme_match.matching.engine.documents import BASELINE, Settings
from sme_match.matching.engine.weighting import BM25Transformer, new_weighting

COUNTS = sparse.csr_matrix(np.array([[2.0, 0.0, 2.0], [0.0, 1.0, 1.0]]))
ALONE = sparse.csr_matrix(np.eye(2))
TOGETHER = sparse.csr_matrix(np.array([[1.0, 1.0]]))


def test_bm25_saturates_frequency_by_length() -> None:
    weights = BM25Transformer(k1=1.2, b=0.75).fit(COUNTS).transform(COUNTS).toarray()

    # The mean length is 3: the texts are 4 and 2 words long.
    assert weights[0, 0] == pytest.approx(2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 3)))
    assert weights[1, 1] == pytest.approx(1 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3)))
    assert weights[0, 1] == 0


def test_a_profile_of_one_line_is_weighed_like_that_line() -> None:
    weighting = new_weighting(Settings()).fit(ALONE, COUNTS)

    profiles, passages = weighting.profiles(ALONE, COUNTS), weighting.passages(COUNTS)

    assert profiles.toarray() == pytest.approx(passages.toarray())


def test_the_lines_of_a_profile_are_evened_out_then_added_then_saturated() -> None:
    weights = new_weighting(Settings()).fit(TOGETHER, COUNTS).profiles(TOGETHER, COUNTS).toarray()

    longer, shorter = 0.25 + 0.75 * 4 / 3, 0.25 + 0.75 * 2 / 3
    both = 2 / longer + 1 / shorter
    assert weights[0, 2] == pytest.approx(both / (both + 1.2))


def test_rarity_is_lucenes_and_positive_even_for_words_that_all_use() -> None:
    weighting = new_weighting(Settings()).fit(ALONE, COUNTS)

    vector, mass = weighting.query(sparse.csr_matrix(np.ones((1, 3))), unknown=1)

    expected = [log(1 + 1.5 / 1.5), log(1 + 1.5 / 1.5), log(1 + 0.5 / 2.5)]
    assert vector.toarray()[0] == pytest.approx(expected)
    assert mass == pytest.approx(sum(expected) + log(1 + 2.5 / 0.5))


def test_words_that_nobody_uses_stay_uncovered() -> None:
    weighting = new_weighting(Settings()).fit(ALONE, COUNTS)

    vector, mass = weighting.query(sparse.csr_matrix(np.array([[1.0, 0.0, 0.0]])), unknown=1)

    assert vector.sum() == pytest.approx(log(2))
    assert mass == pytest.approx(log(2) + log(6))


lines = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=6)


@given(lines=lines, added=st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_a_further_line_never_lowers_a_term_of_a_profile(
    lines: list[list[int]], added: list[int]
) -> None:
    weighting = new_weighting(Settings()).fit(ALONE, COUNTS)

    before, after = (
        weighting.profiles(
            sparse.csr_matrix(np.ones((1, len(rows)))), sparse.csr_matrix(np.array(rows, dtype=float))
        ).toarray()
        for rows in (lines, [*lines, added])
    )

    assert (after >= before).all()


def test_the_baseline_has_rows_of_unit_length() -> None:
    rows = new_weighting(BASELINE).fit(ALONE, COUNTS).profiles(ALONE, COUNTS).toarray()

    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1])


def test_an_empty_need_has_no_mass() -> None:
    for settings in (Settings(), BASELINE):
        weighting = new_weighting(settings).fit(ALONE, COUNTS)
        assert weighting.query(sparse.csr_matrix((1, 3)), unknown=0)[1] == 0
