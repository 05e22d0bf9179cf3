"""An index that changed answers like one built afresh, and the old one stays as it was."""

import random
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.matching.engine.conditions import CompanyFacts
from sme_match.matching.engine.documents import BASELINE, Document, Key, Settings
from sme_match.matching.engine.index import DRIFT, Index
from sme_match.matching.engine.segment import key_order
from sme_match.matching.engine.text import word_tokens
from tests.matching.engine.shops import SHOPS, needs

WORDS = [
    "旋盤",
    "溶接",
    "めっき",
    "SUS304",
    "板金",
    "プレス",
    "研削",
    "航空機",
    "ゲルマニウム",
    "turning",
    "1個から",
    "試作",
    "量産",
]
REGION = Index.build(SHOPS)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
documents = st.builds(
    lambda key, lines: Document(key, {"text": "\n".join(lines)}),
    st.integers(1, 8),
    st.lists(texts, max_size=3),
)
steps = st.lists(st.one_of(documents, st.integers(1, 8)), max_size=12)


def need(text: str) -> Document:
    return Document("need", {"text": text})


def walk(index: Index, changes: list[Document | int]) -> tuple[Index, dict[Key, Document]]:
    """Apply changes one by one (a number takes a profile away); return also what should be there."""
    there: dict[Key, Document] = {document.key: document for document in SHOPS}
    for change in changes:
        if isinstance(change, Document):
            index, there[change.key] = index.changed([change]), change
        else:
            index = index.changed(removed=[change])
            there.pop(change, None)
    return index, there


@given(changes=steps, query=needs)
@settings(max_examples=40)
def test_changes_and_compaction_equal_a_fresh_index(
    changes: list[Document | int], query: Document
) -> None:
    index, there = walk(Index.build(SHOPS), changes)
    fresh = Index.build(there.values())

    compacted = index.compacted()

    assert set(index.keys) == set(there)
    assert compacted.search(query, top_k=20) == fresh.search(query, top_k=20)
    assert compacted.lexicon.vocabulary == fresh.lexicon.vocabulary


@given(changes=steps, query=needs, top_k=st.integers(1, 9))
@settings(max_examples=40)
def test_a_changed_index_finds_what_looking_at_every_profile_finds(
    changes: list[Document | int], query: Document, top_k: int
) -> None:
    index, _ = walk(Index.build(SHOPS), changes)

    every = [(key, index.similarity(query, key)) for key in index.keys]
    expected = sorted((pair for pair in every if pair[1] > 0), key=lambda pair: (-pair[1], pair[0]))
    assert [tuple(hit) for hit in index.search(query, top_k=top_k)] == expected[:top_k]


def test_a_saved_profile_is_found_at_once_even_by_a_word_that_nobody_used_before() -> None:
    index = Index.build(SHOPS)

    changed = index.changed([Document(77, {"text": "ゲルマニウムレンズ研磨"})])

    assert [hit.key for hit in changed.search(need("ゲルマニウム"), top_k=1)] == [77]
    assert 77 not in {hit.key for hit in index.search(need("ゲルマニウム"), top_k=9)}
    assert 77 not in index


def test_a_replaced_profile_is_no_longer_found_by_what_it_said() -> None:
    index = Index.build(SHOPS).changed([Document(1, {"text": "塗装"})])

    assert 1 not in {hit.key for hit in index.search(need("SUS304の旋盤"), top_k=9)}
    assert [hit.key for hit in index.search(need("塗装"), top_k=1)] == [1]
    assert index.size == len(SHOPS)


def test_a_removed_profile_is_gone_and_keeps_its_facts_nowhere() -> None:
    facts: Mapping[Key, CompanyFacts] = {1: CompanyFacts(1, prefecture="03")}
    index = Index.build(SHOPS, facts=facts).changed(removed=[1, 4711])

    assert 1 not in index
    assert index.size == len(SHOPS) - 1
    with pytest.raises(KeyError):
        index.entry(1)


def test_drift_is_bounded() -> None:
    index = Index.build(Document(key, {"text": "旋盤"}) for key in range(100))
    few = index.changed([Document(key, {"text": "溶接"}) for key in range(round(100 * DRIFT))])
    more = few.changed(removed=[50])

    assert not index.has_drifted
    assert not few.has_drifted
    assert more.has_drifted
    assert not more.compacted().has_drifted


def test_segments_stay_few_however_many_changes_come() -> None:
    index = Index.build(Document(key, {"text": "旋盤"}) for key in range(40))

    for key in range(200, 264):
        index = index.changed([Document(key, {"text": f"溶接 部品{key}"})])

    assert index.size == 104
    assert len(index.segments) < 9


def shuffled(count: int, seed: int) -> list[Document]:
    rng = random.Random(seed)
    return [
        Document(
            key,
            {"text": "\n".join(" ".join(rng.choices(WORDS, k=4)) for _ in range(rng.randint(1, 4)))},
        )
        for key in range(count)
    ]


@pytest.mark.parametrize("chosen", [Settings(), BASELINE], ids=["default", "baseline"])
def test_the_short_cut_through_bounds_is_exact(chosen: Settings) -> None:
    index = Index.build(shuffled(600, seed=7), chosen)

    for word in WORDS:
        query = need(f"{word} 試作 めっき")
        values, _ = index.segments[0].similarities(index.query(query), np.arange(index.size))
        order = sorted(range(index.size), key=lambda place: (-values[place], place))
        assert [hit.key for hit in index.search(query, top_k=7)] == order[:7]


def test_one_profile_is_compared_with_many_needs_as_each_need_with_it() -> None:
    index = Index.build(SHOPS)
    asked = [need(word) for word in WORDS]

    for key in index.keys:
        assert index.against(index.queries(asked), key).tolist() == [
            index.similarity(each, key) for each in asked
        ]


@given(query=needs, shop=st.sampled_from(SHOPS), data=st.data())
def test_a_further_line_in_words_of_the_need_never_lowers_a_profile(
    query: Document, shop: Document, data: st.DataObject
) -> None:
    words = [word.term for text in query.fields.values() for word in word_tokens(text)]
    added = data.draw(st.sampled_from(words or ["旋盤"]))
    text = f"{shop.fields.get('text', '')}\n{added}"
    longer = REGION.changed([replace(shop, fields={**shop.fields, "text": text})])

    before, after = (
        {hit.key: hit.similarity for hit in each.search(query, top_k=9)}.get(shop.key, 0.0)
        for each in (REGION, longer)
    )

    assert after >= before - 1e-12


def test_profiles_stand_in_the_order_of_their_keys_however_changes_came() -> None:
    index = Index.build(SHOPS)

    for key in (90, 20, 70, 10, "b", "a", 80):
        index = index.changed([Document(key, {"text": "溶接"})])

    assert len(index.segments) < 7
    for segment in (*index.segments, index.compacted().segments[0]):
        assert list(segment.keys) == sorted(segment.keys, key=key_order)
