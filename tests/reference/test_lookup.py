import pytest

from sme_match.reference.lookup import Entry, NameIndex, fold_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ワイヤーカット", "ﾜｲﾔｶｯﾄ"),
        ("めっき", "メッキ"),
        ("ISO 9001", "ｉｓｏ９００１"),
        ("射出・成形", "射出 成形"),
        ("SUS-304", "sus304"),
    ],
)
def test_ways_of_writing_fold_together(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


def test_an_entry_without_english_name_shows_the_japanese_one() -> None:
    assert [Entry("x", "板金", "").name(lang) for lang in ("ja", "en")] == ["板金", "板金"]


def test_the_name_follows_the_locale() -> None:
    entry = Entry("x", "板金", "sheet metal")
    assert [entry.name(lang) for lang in ("ja", "en", "en_US")] == [
        "板金",
        "sheet metal",
        "sheet metal",
    ]


def test_a_shared_name_finds_nothing_and_the_first_tier_wins() -> None:
    a, b = Entry("a", "府中", "f"), Entry("b", "府中", "g")
    index = NameIndex([a, b], lambda e: [e.code], lambda e: [e.ja, e.en])
    assert [index.find(text) for text in ("府中", "g", "A", "")] == [None, b, a, None]
    assert index.find_all("府中") == (a, b)
