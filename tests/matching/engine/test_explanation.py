"""The reasons shown add up, and the marks stand on the right words."""

from math import fsum

import numpy as np
import pytest
from hypothesis import given

from sme_match.matching.engine.documents import Document
from sme_match.matching.engine.explanation import (
    Explainer,
    Explanation,
    Relation,
)
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.marks import EXCERPT_CHARACTERS, Mark, merge
from sme_match.matching.engine.thesaurus import Concept, Thesaurus
from tests.matching.engine.shops import SHOPS, needs

INDEX = Index.build(SHOPS)


def explain(query: Document, key: int, index: Index = INDEX) -> Explanation:
    place, asked = index.locate(key), index.query(query)
    _, lines = index.segments[place.segment].similarities(asked, np.array([place.place]))
    return Explainer(index, asked).explain(place, int(lines[0]))


def test_the_reader_meets_words_of_the_need_and_their_counterparts() -> None:
    explanation = explain(Document("need", {"text": "亜鉛鍍金とラーメン"}), 3)

    assert {(term.query_term, term.document_term) for term in explanation.terms} == {
        ("亜鉛", "亜鉛"),
        ("鍍金", "めっき"),
    }


def test_marks_stand_on_the_words_in_both_texts() -> None:
    query = Document("need", {"title": "ｽﾃﾝﾚｽの溶接", "text": "1個から"})

    explanation = explain(query, 2)

    assert explanation.query_marks == (
        Mark("title", 0, 5),
        Mark("title", 6, 8),
        Mark("text", 0, 4),
    )
    fields = SHOPS[1].fields
    assert [fields[name][start:end] for name, start, end in explanation.document_marks] == [
        "ステンレス",
        "溶接",
        "1個から",
    ]


def test_pieces_of_a_word_count_for_that_word() -> None:
    explanation = explain(Document("need", {"text": "溶接棒"}), 2)

    assert [term.query_term for term in explanation.terms] == ["溶接"]


def test_the_excerpt_is_the_best_line_with_its_marks() -> None:
    excerpt = explain(Document("need", {"text": "航空機の軸受 bearings"}), 5).excerpt

    assert excerpt is not None
    assert (excerpt.field, excerpt.start, excerpt.text) == ("past", 6, "航空機部品 BEARING")
    assert [excerpt.text[start:end] for start, end in excerpt.marks] == ["航空機", "BEARING"]


def test_a_long_line_is_cut_around_its_marks() -> None:
    text = "金属加工全般。" * 100 + "放電加工のワイヤカット" + "図面相談。" * 100
    index = Index.build([Document(1, {"text": text})])

    excerpt = explain(Document("need", {"text": "ワイヤカット"}), 1, index).excerpt

    assert excerpt is not None
    assert len(excerpt.text) == EXCERPT_CHARACTERS
    assert text[excerpt.start :].startswith(excerpt.text)
    assert "".join(excerpt.text[start:end] for start, end in excerpt.marks) == "ワイヤカット"


def test_a_very_long_need_and_profile_are_explained() -> None:
    text = "放電加工とワイヤカットの図面相談。" * 2_000
    index = Index.build([Document(1, {"text": text})])

    explanation = explain(Document("need", {"text": text}), 1, index)

    assert explanation.similarity > 0.5
    assert fsum(term.similarity for term in explanation.terms) == pytest.approx(explanation.similarity)


def test_nothing_shared_has_no_reasons() -> None:
    assert explain(Document("need", {"text": "ラーメン"}), 6) == Explanation(0.0, (), (), (), None)


@pytest.mark.parametrize("key", INDEX.keys)
@given(query=needs)
def test_terms_sum_to_the_similarity(key: int, query: Document) -> None:
    explanation = explain(query, key)

    similarity = INDEX.similarity(query, key)
    assert explanation.similarity == pytest.approx(similarity, abs=1e-12)
    assert fsum(term.similarity for term in explanation.terms) == pytest.approx(similarity, abs=1e-12)
    for mark in explanation.query_marks:
        assert 0 <= mark.start < mark.end <= len(query.fields[mark.field])
    for mark in explanation.document_marks:
        assert 0 <= mark.start < mark.end <= len(INDEX.entry(key).document.fields[mark.field])


def test_spans_that_touch_are_one() -> None:
    assert merge([(5, 7), (0, 2), (2, 4), (6, 6)]) == [(0, 4), (5, 7)]


STEELS = Thesaurus(
    [
        Concept("stainless", "material", ("ステンレス", "stainless steel")),
        Concept("sus304", "material", ("SUS304",), ("stainless",)),
        Concept("sus316", "material", ("SUS316",), ("stainless",)),
        Concept("turning", "process", ("旋盤", "旋削", "turning")),
    ]
)


@pytest.mark.parametrize(
    ("need", "profile", "expected"),
    [
        ("旋盤", "turning", ("旋盤", "turning", Relation.ALIKE)),
        ("turning", "旋削", ("turning", "旋削", Relation.ALIKE)),
        ("ステンレス", "SUS304", ("ステンレス", "SUS304", Relation.ALIKE)),
        ("SUS304", "stainless steel", ("SUS304", "stainless steel", Relation.ALIKE)),
        ("SUS304", "SUS316", ("SUS304", "SUS316", Relation.KIN)),
        ("旋盤", "旋盤", ("旋盤", "旋盤", Relation.SAME)),
    ],
)
def test_the_relation_of_the_words_is_named(
    need: str, profile: str, expected: tuple[str, str, Relation]
) -> None:
    index = Index.build([Document(1, {"text": profile})], thesaurus=STEELS)

    terms = explain(Document("need", {"text": need}), 1, index).terms

    strongest = [term for term in terms if term.relation is not Relation.PART]
    assert [(term.query_term, term.document_term, term.relation) for term in strongest] == [expected]
    assert fsum(term.similarity for term in terms) == pytest.approx(
        index.similarity(Document("need", {"text": need}), 1)
    )
