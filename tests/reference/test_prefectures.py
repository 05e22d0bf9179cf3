import pytest

from sme_match.reference.prefectures import find_prefecture, get_prefecture, list_prefectures


def test_there_are_47_in_the_order_of_their_codes() -> None:
    assert [p.code for p in list_prefectures()] == [f"{n:02}" for n in range(1, 48)]


@pytest.mark.parametrize(
    "typed",
    [
        "岩手",
        "岩手県",
        " 岩手県　",
        "Iwate",
        "iwate-ken",
        "Iwate Prefecture",
        "ＩＷＡＴＥ",
        "03",
        "3",
        "３",
        "JP-03",
        "いわて",
        "ｲﾜﾃｹﾝ",
    ],
)
def test_a_prefecture_is_found_however_it_is_written(typed: str) -> None:
    assert find_prefecture(typed) is get_prefecture("03")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("北海道", "01"),
        ("ほっかいどう", "01"),
        ("東京", "13"),
        ("とうきょう", "13"),
        ("京都", "26"),
        ("きょうと", "26"),
        ("大阪府", "27"),
        ("Osaka-fu", "27"),
    ],
)
def test_the_four_that_are_no_ken(typed: str, code: str) -> None:
    assert find_prefecture(typed) is get_prefecture(code)


@pytest.mark.parametrize("typed", ["", "48", "0", "岩", "海外", "東京県"])
def test_what_is_no_prefecture_finds_nothing(typed: str) -> None:
    assert find_prefecture(typed) is None


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError, match="48"):
        get_prefecture("48")


def test_names_region_and_capital() -> None:
    iwate = get_prefecture("03")
    assert (iwate.name(), iwate.name("en"), iwate.short_ja) == ("岩手県", "Iwate", "岩手")
    assert (iwate.region(), iwate.region("en"), iwate.capital_ja) == ("東北", "Tohoku", "盛岡市")
    assert (round(iwate.capital_lat, 1), round(iwate.capital_lon, 1)) == (39.7, 141.2)


def test_every_name_of_every_prefecture_leads_back_to_it() -> None:
    for prefecture in list_prefectures():
        names = (prefecture.ja, prefecture.short_ja, prefecture.kana, prefecture.en)
        assert [find_prefecture(name) for name in names] == [prefecture] * 4
