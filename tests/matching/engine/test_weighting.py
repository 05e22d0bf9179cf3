"""The BM25 weights against the published formula, worked by hand."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sme_match.matching.engine.documents import BASELINE, Settings
from sme_match.matching.engine.weighting import (
    LONGEST,
    MOST_BLOCKS,
    BM25Transformer,
    Statistics,
    Weighting,
    new_weighting,
)

COUNTS = sparse.csr_array(np.array([[2.0, 1.0, 2.0], [0.0, 0.0, 1.0]]))
BLOCKS = np.zeros(3, dtype=np.int8)
ALONE = sparse.csr_array(np.eye(2))
TOGETHER = sparse.csr_array(np.array([[1.0, 1.0]]))


def test_bm25_saturates_frequency_by_length() -> None:
    weights = BM25Transformer(k1=1.2, b=0.75).fit(COUNTS).transform(COUNTS).toarray()

    # Words count once: the texts are 3 and 1 words long, 2 in the mean.
    assert weights[0, 0] == pytest.approx(2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2)))
    assert weights[1, 2] == pytest.approx(1 / (1 + 1.2 * (0.25 + 0.75 * 1 / 2)))
    assert weights[1, 1] == 0


def test_a_text_is_as_long_as_its_words_are_rare() -> None:
    rarity = np.array([3.0, 1.0, 1.0])

    weights = BM25Transformer(k1=1.2, b=0.75, rarity=rarity).fit(COUNTS).transform(COUNTS).toarray()

    # The lengths are 5 and 1, 3 in the mean.
    assert weights[0, 1] == pytest.approx(1 / (1 + 1.2 * (0.25 + 0.75 * 5 / 3)))
    assert weights[1, 2] == pytest.approx(1 / (1 + 1.2 * (0.25 + 0.75 * 1 / 3)))


def test_each_block_has_a_length_of_its_own() -> None:
    blocks = np.array([0, 0, 1], dtype=np.int8)

    weights = BM25Transformer(k1=1.2, b=0.75, blocks=blocks).fit(COUNTS).transform(COUNTS).toarray()

    # Mean lengths are 1 in both blocks; the first text has 2 words in the first.
    assert weights[0, 0] == pytest.approx(2 / (2 + 1.2 * (0.25 + 0.75 * 2)))
    assert weights[1, 2] == pytest.approx(1 / (1 + 1.2))


def test_beyond_some_length_a_text_is_not_evened_out_further() -> None:
    texts = sparse.csr_array(np.vstack([np.ones(100), np.eye(100)]))

    weights = BM25Transformer(k1=0.5, b=0.75).fit(texts).transform(texts)

    assert weights[0, 0] == pytest.approx(1 / (1 + 0.5 * LONGEST))


def learned(settings: Settings) -> tuple[Weighting, Statistics]:
    weighting = new_weighting(settings, np.ones(MOST_BLOCKS))
    return weighting, weighting.learn(ALONE, COUNTS, BLOCKS)


def test_a_profile_of_one_line_is_weighed_like_that_line() -> None:
    weighting, known = learned(Settings())

    profiles = weighting.profiles(ALONE, COUNTS, BLOCKS, known)

    assert profiles.toarray() == pytest.approx(weighting.lines(COUNTS, BLOCKS, known).toarray())


def test_the_lines_of_a_profile_are_evened_out_then_added_then_saturated() -> None:
    weighting, known = learned(Settings())

    weights = weighting.profiles(TOGETHER, COUNTS, BLOCKS, known).toarray()

    lengths = np.array([known.idf.sum(), known.idf[2]])
    longer, shorter = 0.4 + 0.6 * lengths / lengths.mean()
    both = 2 / longer + 1 / shorter
    assert weights[0, 2] == pytest.approx(both / (both + Settings().saturation))


lines = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=6)


@given(lines=lines, added=st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_a_further_line_never_lowers_a_term_of_a_profile(
    lines: list[list[int]], added: list[int]
) -> None:
    weighting, known = learned(Settings())

    before, after = (
        weighting.profiles(
            sparse.csr_array(np.ones((1, len(rows)))),
            sparse.csr_array(np.array(rows, dtype=float)),
            BLOCKS,
            known,
        ).toarray()
        for rows in (lines, [*lines, added])
    )

    assert (after >= before).all()


@given(
    lines=st.lists(st.lists(st.integers(0, 9), min_size=8, max_size=8), min_size=1, max_size=5),
    data=st.data(),
)
def test_a_further_term_of_a_need_never_lowers_a_profile_or_its_best_line(
    lines: list[list[int]], data: st.DataObject
) -> None:
    """At fixed rarities, with a need that names each of its terms once."""
    term, line = data.draw(st.integers(0, 7)), data.draw(st.integers(0, len(lines) - 1))
    asked = data.draw(st.lists(st.booleans(), min_size=8, max_size=8))
    asked[term] = True
    for row in lines:
        row[term] = 0
    further = [list(row) for row in lines]
    further[line][term] = 1
    # The more others use a term, the less it says.
    others = data.draw(st.integers(0, 30)) * [[int(place == term) for place in range(8)]]
    region = [*lines, *others, [1] * 8]
    learned_from = sparse.csr_array(np.array(region, dtype=float))
    blocks = np.zeros(8, dtype=np.int8)
    settings = Settings(length_penalty=data.draw(st.floats(0, 1)))
    weighting = new_weighting(settings, np.ones(MOST_BLOCKS))
    known = weighting.learn(sparse.csr_array(np.eye(len(region))), learned_from, blocks)
    need = np.array(asked) * known.idf

    def similarities(rows: list[list[int]]) -> tuple[float, float]:
        counts = sparse.csr_array(np.array(rows, dtype=float))
        members = sparse.csr_array(np.ones((1, len(rows))))
        whole = weighting.profiles(members, counts, blocks, known) @ need
        return float(whole[0]), float((weighting.lines(counts, blocks, known) @ need).max())

    for before, after in zip(similarities(lines), similarities(further), strict=True):
        assert after >= before - 1e-12


def test_rarity_is_lucenes_and_positive_even_for_words_that_all_use() -> None:
    _, known = learned(Settings())

    assert known.idf == pytest.approx([log(1 + 1.5 / 1.5), log(1 + 1.5 / 1.5), log(1 + 0.5 / 2.5)])
    assert known.unseen == pytest.approx(log(1 + 2.5 / 0.5))


def test_a_later_word_counts_as_used_by_one_profile() -> None:
    _, known = learned(Settings())

    assert known.widened(4).idf[3] == pytest.approx(log(1 + 1.5 / 1.5))


def test_words_that_nobody_uses_stay_uncovered() -> None:
    weighting, known = learned(Settings())
    need = sparse.csr_array(np.array([[1.0, 0.0, 0.0]]))

    vector, mass = weighting.query(need, np.eye(MOST_BLOCKS)[0], BLOCKS, known)

    assert vector.sum() == pytest.approx(log(2))
    assert mass == pytest.approx(log(2) + log(6))


def test_the_baseline_has_rows_of_unit_length() -> None:
    weighting, known = learned(BASELINE)

    rows = weighting.profiles(ALONE, COUNTS, BLOCKS, known).toarray()

    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1])


def test_an_empty_need_has_no_mass() -> None:
    nothing = sparse.csr_array((1, 3))
    for settings in (Settings(), BASELINE):
        weighting, known = learned(settings)
        assert weighting.query(nothing, np.zeros(MOST_BLOCKS), BLOCKS, known)[1] == 0
