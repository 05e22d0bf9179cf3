"""Terms of real Japanese and English shop-floor text."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.normal import normalize
from sme_match.matching.engine.text import (
    SUDACHI_CHARACTERS,
    cjk_gram_terms,
    cjk_gram_tokens,
    latin_gram_terms,
    latin_gram_tokens,
    stem,
    word_terms,
    word_tokens,
)
from tests.matching.engine.growth import NEARLY_QUADRATIC, growth


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
        ("Ｒａ０．８", ("ra0.8",)),
        ("±0.01㎜", ("±0.01",)),
        ("±10ミクロン", ("±0.01",)),
        ("±5µ", ("±0.005",)),
        ("M8×1.25", ("m8",)),
        ("A5052-H32", ("a5052-h32", "a5052", "h32")),
        ("LM500-G07型", ("lm500-g07", "lm500", "g07", "型")),
        ("54EA 10", ()),
        ("", ()),
        ("、。()!", ()),
    ],
)
def test_grades_standards_and_dimensions_stay_whole(text: str, terms: tuple[str, ...]) -> None:
    assert word_terms(text) == terms


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3㎜", ()),
        ("10 mm", ()),
        ("0.02ミリ", ()),
        ("5µm", ()),
        ("5ミクロン", ()),
        ("1/2インチ", ()),
        ("5㎡、3㎏、100ｇ", ()),
        ("3,000ton", ()),
        ("25台", ()),
        ("厚さ0.5mm～3mm", ("厚い",)),
        ("300x200x15mm", ()),
        ("鋼,2.1×10mm", ("鋼",)),
        ("月産1000個", ("月産",)),
        ("納期3日", ("納期",)),
        ("100トンプレス", ("プレス",)),
        ("10℃", ()),
        # What only begins like a unit is a word.
        ("2台車", ("台車",)),
        ("3本体", ("本体",)),
        ("2円筒", ("円筒",)),
        ("5トンネル", ("トンネル",)),
        ("10mmtube", ("10mmtube",)),
        # An order's count of kinds is not an amount.
        ("外6品目", ("外", "品目")),
    ],
)
def test_amounts_are_no_words(text: str, words: tuple[str, ...]) -> None:
    assert word_terms(text) == words


def test_amounts_leave_no_pieces() -> None:
    assert latin_gram_terms("200mm、15kg") == []
    assert cjk_gram_terms("鋼10ミリ") == ["鋼"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("廣島の鐵工所", "広島の鉄工所"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("齋藤", "斎藤"),
        ("山﨑", "山崎"),
        ("髙橋", "高橋"),
        ("𠮷田", "吉田"),
        ("鑄造", "鋳造"),
        ("壓延", "圧延"),
        ("熔接", "溶接"),
        ("腐蝕", "腐食"),
        ("鈑金", "板金"),
        ("逆止瓣", "逆止弁"),
        ("アクチュエータ", "アクチュエーター"),
        ("ローラ", "ローラー"),
        ("モータ軸", "モーター軸"),
        ("ｺﾝﾋﾟｭｰﾀ", "コンピューター"),
        ("軸", "軸"),
    ],
)
def test_old_forms_and_final_long_vowels_are_one_spelling(one: str, other: str) -> None:
    assert word_terms(one) == word_terms(other) != ()
    assert cjk_gram_terms(one) == cjk_gram_terms(other) != []


def test_a_short_word_keeps_its_long_vowel() -> None:
    assert word_terms("カバー") != word_terms("カバ")


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


@pytest.mark.parametrize(
    "unit", ["a-", "1", "1,000", "1,", "1×", "1~1", "カ ", "ﾊﾞ", "ー", "± ", "iso", "-/"]
)
def test_monotonous_text_takes_linear_time(unit: str) -> None:
    assert growth(word_tokens, unit * 2_000) < NEARLY_QUADRATIC


@pytest.mark.parametrize(
    "text",
    [
        "", "鋼", "a", "1", "1234567890" * 5, "😀👩\u200d🔧🏭", "정밀 가공", "токарная обработка",
        "قطع معدنية", "ชิ้นส่วนโลหะ", "\0\x1b", "\ud800", "ー", "゛", "\u3099", "²³½", "㍻㌢㌔", "Ⅷ", "ﬁ",
    ],
)  # fmt: skip
def test_any_text_can_be_read(text: str) -> None:
    for token in [*word_tokens(text), *cjk_gram_tokens(text), *latin_gram_tokens(text)]:
        assert 0 <= token.start < token.end <= len(text)


@pytest.mark.parametrize(
    "line", ["精密板金とTIG溶接、SUS304 0.5㎜。廣い範囲", "bolt, machine 10mm ", "漢", "😀"]
)
def test_a_hundred_kilobytes_are_read_in_linear_time(line: str) -> None:
    text = line * (10_000 // len(line.encode()))

    for analyzer in (word_tokens, cjk_gram_tokens, latin_gram_tokens):
        assert growth(analyzer, text) < NEARLY_QUADRATIC


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
