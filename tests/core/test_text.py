import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.text import (
    digits_only,
    fold_for_search,
    mark_text,
    normalize_hyphens,
    normalize_multiline,
    normalize_width,
)


def test_a_marked_text_is_the_text() -> None:
    assert mark_text("企業名") == "企業名"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ""),
        ("　 \t", ""),
        ("　ＡＢＣ　ｱﾙﾐ ", "ABC アルミ"),
        ("ﾌﾗｲｽ盤", "フライス盤"),
        ("ﾊﾞﾌﾟ", "バプ"),
        ("㈱みやぎ", "(株)みやぎ"),
        ("５㎜", "5mm"),
        ("一行目\n二行目", "一行目 二行目"),
        ("み\u200bや\ufeffぎ", "みやぎ"),
        ("ab\x00c", "abc"),
        ("葛\U000e0100城市", "葛\U000e0100城市"),
    ],
)
def test_width_is_normalized(typed: str, expected: str) -> None:
    assert normalize_width(typed) == expected


@given(st.text())
def test_normalizing_twice_changes_nothing(text: str) -> None:
    once = normalize_width(text)
    assert normalize_width(once) == once


@given(st.text())
def test_no_control_character_remains(text: str) -> None:
    assert [c for c in normalize_width(text) if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0] == []


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028"])
def test_lines_are_kept_whatever_breaks_them(line_break: str) -> None:
    typed = line_break.join(["", "１行目  ", "", "ｶﾀｶﾅ", ""])
    assert normalize_multiline(typed) == "1行目\n\nカタカナ"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("０１９-123－４５６７", "0191234567"), ("(019) 1", "0191"), ("なし", ""), ("٣", "")],
)
def test_digits_of_a_number(typed: str, expected: str) -> None:
    assert digits_only(typed) == expected


@pytest.mark.parametrize("dash", "-‐‑–—―−─ー－ｰ")
def test_every_dash_is_a_hyphen(dash: str) -> None:
    assert normalize_hyphens(f"０２０{dash}0021") == "020-0021"


@pytest.mark.parametrize(
    "typed",
    [
        "㈱みやぎ精密",
        "株式会社　みやぎ精密",
        "みやぎ精密（株）",
        "みやぎ 精密㍿",
        "有限会社みやぎ精密",
        "㈲ みやぎ精密",
    ],
)
def test_company_forms_do_not_tell_names_apart(typed: str) -> None:
    assert fold_for_search(typed) == "みやぎ精密"


@pytest.mark.parametrize(
    "typed",
    [
        "Kitakami Seimitsu Co., Ltd.",
        "KITAKAMI SEIMITSU CO.,LTD",
        "Kitakami Seimitsu, Inc.",
        "Ｋｉｔａｋａｍｉ　Ｓｅｉｍｉｔｓｕ",
    ],
)
def test_english_company_forms_do_not_tell_names_apart(typed: str) -> None:
    assert fold_for_search(typed) == "kitakamiseimitsu"


@pytest.mark.parametrize("name", ["Incline", "Ltdesign", "Corpus"])
def test_words_that_begin_like_a_company_form_are_kept(name: str) -> None:
    assert fold_for_search(name) == name.casefold()


def test_variants_of_a_character_are_one_name() -> None:
    assert fold_for_search("髙﨑製作所") == fold_for_search("高崎製作所")


def test_a_name_that_is_only_a_company_form_is_not_empty() -> None:
    assert fold_for_search("株式会社") == "株式会社"
