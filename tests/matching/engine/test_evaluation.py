"""Figures worked by hand, and files as people save them."""

from math import log2

import pytest

from sme_match.core.errors import InvalidError
from sme_match.matching.engine.documents import BASELINE, Document
from sme_match.matching.engine.evaluation import (
    Evaluation,
    Judgement,
    NeedResult,
    as_csv,
    evaluate,
    evaluate_rankings,
    read_judgements,
    read_needs,
    read_suppliers,
)

SUPPLIERS = [
    Document("1", {"past": "旋盤\n旋盤\n旋盤"}),
    Document("2", {"past": "旋盤と板金"}),
    Document("3", {"past": "鋳造"}),
]


def need(key: str, text: str) -> Document:
    return Document(key, {"text": text})


def test_figures_worked_by_hand() -> None:
    needs = [
        need("a", "旋盤"),
        need("b", "旋盤"),
        need("c", "鋳造"),
        need("d", "溶接"),
        need("e", "旋盤"),
    ]
    judgements = [
        Judgement("a", "1", 1),
        Judgement("b", "2", 1),
        Judgement("c", "3", 2),
        Judgement("c", "2", 1),
        Judgement("d", "1", 1),
        Judgement("e", "9999", 1),
        Judgement("e", "1", 0),
    ]

    result = evaluate(SUPPLIERS, needs, judgements)

    # a: rank 1; b: rank 2; c: rank 1 of two; d: shares nothing; e: no relevant supplier exists.
    second = 1 / log2(3)
    assert result.as_dict() == pytest.approx(
        {
            "n": 4,
            "hit@1": 0.5,
            "hit@10": 0.75,
            "mrr": (1 + 1 / 2 + 1) / 4,
            "ndcg@10": (1 + second + 2 / (2 + second)) / 4,
            "map": (1 + 1 / 2 + 1 / 2) / 4,
            "recall@100": (1 + 1 + 1 / 2) / 4,
        }
    )


def test_each_need_has_its_own_figures() -> None:
    ranking = [*"xy1", *map(str, range(100, 200)), "2"]

    result = evaluate_rankings(
        {"a": ranking, "b": ["x"]}, {"a": {"1": 1, "2": 1, "3": 1}, "b": {"9": 1}}
    )

    found, missed = result.needs
    assert (found.need_id, found.first_rank, found.recall_at_100) == ("a", 3, 1 / 3)
    assert found.ndcg_at_10 == pytest.approx(1 / 2 / (1 + 1 / log2(3) + 1 / 2))
    assert found.average_precision == pytest.approx((1 / 3 + 2 / 104) / 3)
    assert missed == NeedResult("b", None, 0, 0, 0)


def test_figures_of_each_need_as_a_file() -> None:
    result = Evaluation((NeedResult("a", 2, 0.63, 0.5, 1.0), NeedResult('b,"', None, 0, 0, 0)))

    assert as_csv(result).splitlines() == [
        "need_id,first_relevant_rank,reciprocal_rank,ndcg@10,ap,recall@100",
        "a,2,0.5,0.63,0.5,1.0",
        '"b,""",,0.0,0,0,0',
    ]


def test_nothing_to_answer_is_zero() -> None:
    assert evaluate([], [need("a", "旋盤")], []) == Evaluation(())
    assert set(evaluate(SUPPLIERS, [], [], settings=BASELINE).as_dict().values()) == {0}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_files_as_people_save_them(encoding: str) -> None:
    suppliers = (
        'capability_text,corporate_number,memo\n"旋盤\n板金",0123456789012,x\n鋳造,0123456789012,\n'
    )
    needs = "need_id,text,date,buyer,amount_yen\nP1,(輸入)BUSHING ほか,2019-07-01,防衛省,1\nP2,弁,,,\n"
    judgements = "need_id,corporate_number,relevance\nP1,0123456789012,1\nP2,0123456789012,\n"

    assert read_suppliers(suppliers.encode(encoding)) == [
        Document("0123456789012", {"past": "旋盤\n板金\n鋳造"})
    ]
    assert [(found.key, dict(found.fields)) for found in read_needs(needs.encode(encoding))] == [
        ("P1", {"text": "(輸入)BUSHING ほか"}),
        ("P2", {"text": "弁"}),
    ]
    assert read_judgements(judgements.encode(encoding)) == [
        Judgement("P1", "0123456789012", 1),
        Judgement("P2", "0123456789012", 1),
    ]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n"])
def test_an_empty_file_is_named_so(content: bytes) -> None:
    with pytest.raises(InvalidError, match="ファイルが空です"):
        read_needs(content)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidError, match="列「corporate_number、relevance」が見つかりません"):
        read_judgements(b"need_id,x\n1,2\n")


@pytest.mark.parametrize(
    "content",
    ["corporate_number,capability_text\n1,旋盤\n".encode("utf-16"), b"PK\x03\x04\0", b"\xe9\xff\x81\n"],
)
def test_an_unknown_encoding_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidError, match="文字コードを判別できません"):
        read_suppliers(content)


def test_a_relevance_in_words_is_refused_with_its_line() -> None:
    with pytest.raises(InvalidError, match="2行目：relevance は数値で入力してください（高）"):
        read_judgements("need_id,corporate_number,relevance\n1,2,高\n".encode())


def test_short_and_blank_lines_are_no_obstacle() -> None:
    assert read_suppliers(b"corporate_number,capability_text\n\n1\n,lost\n") == [
        Document("1", {"past": ""})
    ]
