"""The ways the trade writes one and the same word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.normal import normalize
from sme_match.matching.engine.spelling import spell


def keys(text: str) -> list[str]:
    return [unit.key for unit in spell(normalize(text).text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("マシニングセンタ", "マシニングセンター"),
        ("ﾏｼﾆﾝｸﾞｾﾝﾀ-", "マシニングセンタ"),
        ("ワイヤーカット", "ワイヤカット"),
        ("センターレス", "センタレス"),
        ("バッテリー", "バッテリ"),
        ("コンベヤ", "コンベア"),
        ("メッキ", "めっき"),
        ("鍍金", "めっき"),
        ("熔接", "溶接"),
        ("鈑金", "板金"),
        ("成型", "成形"),
        ("ダイキャスト", "ダイカスト"),
        ("ばり取り", "バリ取り"),
        ("ﾊﾞﾘ取", "バリ取り"),
        ("穴明け", "穴あけ"),
        ("孔開け", "穴あけ"),
        ("焼き入れ", "焼入"),
        ("引き抜き", "引抜"),
        ("組み立て", "組立"),
        ("半田付け", "はんだ付"),
        ("ロウ付け", "ろう付け"),
        ("バネ", "ばね"),
        ("真ちゅう", "真鍮"),
        ("五軸", "5軸"),
        ("三次元", "3次元"),
        ("five-axis", "5 axis"),
        ("wire-cut", "wire cut"),
        ("mould", "Molds"),
        ("centre", "centers"),
        ("aluminium", "aluminum"),
        ("anodised", "anodizing"),
        ("welded", "welding"),
        ("SUS 304", "sus304"),
        ("S45C", "s-45-c"),
    ],
)
def test_spellings_of_one_word_are_one(one: str, other: str) -> None:
    assert keys(one) == keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("plate", "plating"),
        ("machine", "machining"),
        ("roll", "rolling"),
        ("mould", "moulding"),
        ("コート", "コト"),
        ("軸", "軸\n"),
    ],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert keys(one) != keys(other)


def test_what_one_spelling_leaves_out_belongs_to_the_unit_before() -> None:
    assert [(unit.key, unit.start, unit.end) for unit in spell("焼き入れ")] == [
        ("焼", 0, 2),
        ("入", 2, 4),
    ]


@given(st.text(max_size=80))
def test_units_stand_in_order_inside_any_text(text: str) -> None:
    normal = normalize(text).text
    places = [(unit.start, unit.end) for unit in spell(normal)]

    assert all(0 <= start < end <= len(normal) for start, end in places)
    assert places == sorted(places)
