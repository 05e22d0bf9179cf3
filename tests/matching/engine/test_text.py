"""Terms of real Japanese and English shop-floor text."""

from concurrent.futures import ThreadPoolExecutor
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.text import (
    SUDACHI_CHARACTERS,
    cjk_gram_terms,
    cjk_gram_tokens,
    latin_gram_terms,
    latin_gram_tokens,
    normalize,
    stem,
    word_terms,
    word_tokens,
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("SUS304", ("sus304",)),
        ("ＳＵＳ３０４", ("sus304",)),
        ("S45C、A5052", ("s45c", "a5052")),
        ("JIS Q 9100", ("jisq9100",)),
        ("JISQ9100", ("jisq9100",)),
        ("ISO 13485:2016", ("iso13485",)),
        ("ISO-9001", ("iso9001",)),
        ("M8", ("m8",)),
        ("φ10mm", ("φ10",)),
        ("Ø 10", ("φ10",)),
        ("±0.01mm", ("±0.01",)),
        ("±10μm", ("±0.01",)),
        ("Ra 0.8", ("ra0.8",)),
        ("五軸", ("5軸",)),
        ("５軸", ("5軸",)),
        ("1個から", ("1個から",)),
        ("LM500-G07型", ("lm500-g07", "lm500", "g07", "型")),
        ("54EA 10", ()),
        ("", ()),
        ("、。()!", ()),
    ],
)
def test_grades_standards_and_dimensions_stay_whole(text: str, terms: tuple[str, ...]) -> None:
    assert word_terms(text) == terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("めっき", "鍍金"),
        ("成形", "成型"),
        ("ﾌﾗｲｽ", "フライス"),
        ("マシニングセンタ", "マシニングセンター"),
        ("モ リブデン", "モリブデン"),
        ("カ ゙ス", "ガス"),
        ("ｶﾞｽ", "ガス"),
        ("コントロ-ル", "コントロール"),
        ("machining", "machines"),
        ("Bearings", "BEARING"),
        ("plating", "plated"),
    ],
)
def test_variants_of_one_word_are_one_term(one: str, other: str) -> None:
    assert word_terms(one) == word_terms(other) != ()


def test_a_real_need_keeps_its_meaning() -> None:
    assert word_terms("(輸入)航空機部品(エンジンO/H用)BUSHING ほか")[:6] == (
        "輸入",
        "航空",
        "機",
        "部品",
        "エンジン",
        "o",
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("assy", "assy"),
        ("spring", "spring"),
        ("tapping", "tap"),
        ("assemblies", "assembly"),
        ("gas", "gas"),
    ],
)
def test_stemming_is_light(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_a_token_points_at_what_the_user_wrote() -> None:
    text = "ﾌﾗｲｽ加工、窒素カ ゙ス、ＳＵＳ３０４"

    surfaces = [(token.term, text[token.start : token.end]) for token in word_tokens(text)]

    assert surfaces == [
        ("フライス", "ﾌﾗｲｽ"),
        ("加工", "加工"),
        ("窒素", "窒素"),
        ("ガス", "カ ゙ス"),
        ("sus304", "ＳＵＳ３０４"),
    ]


def test_grams_leave_out_grammar_and_lone_kana() -> None:
    assert cjk_gram_terms("銅の管バリ") == ["銅", "管", "銅の", "の管", "管バ", "バリ"]
    assert cjk_gram_terms("です") == []
    assert latin_gram_terms("BOLTの") == ["bol", "olt", "bolt"]


def test_text_longer_than_sudachi_takes_is_read_to_the_end() -> None:
    text = "鋳" * (SUDACHI_CHARACTERS * 2) + "溶接"

    assert word_terms(text)[-1] == "溶接"
    assert word_tokens(text)[-1].end == len(text)


@pytest.mark.parametrize("unit", ["a-", "1", "1,000", "カ ", "ﾊﾞ", "± ", "iso", "-/"])
def test_monotonous_text_takes_linear_time(unit: str) -> None:
    text = unit * 20_000

    started = process_time()
    word_tokens(text)

    # Quadratic matching would take minutes.
    assert process_time() - started < 5


def test_every_thread_may_read_text() -> None:
    texts = [f"精密板金とTIG溶接{number}番" for number in range(200)]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(word_tokens, texts))

    assert together == [word_tokens(text) for text in texts]


@given(st.text(max_size=60))
def test_places_lie_inside_any_text(text: str) -> None:
    for token in [*word_tokens(text), *cjk_gram_tokens(text), *latin_gram_tokens(text)]:
        assert 0 <= token.start < token.end <= len(text)
        assert token.term


@given(st.text(max_size=60))
def test_normalised_characters_each_have_a_place(text: str) -> None:
    normal = normalize(text)

    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    assert list(normal.starts) == sorted(normal.starts)


@given(st.text(max_size=60))
def test_terms_and_tokens_agree(text: str) -> None:
    assert list(word_terms(text)) == [token.term for token in word_tokens(text)]
    assert cjk_gram_terms(text) == [token.term for token in cjk_gram_tokens(text)]
    assert latin_gram_terms(text) == [token.term for token in latin_gram_tokens(text)]
