from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.reference.municipalities import (
    find_municipality,
    get_municipality,
    list_municipalities,
    split_address,
)
from sme_match.reference.prefectures import get_prefecture


def test_the_list_holds_every_municipality_and_ward() -> None:
    everything = list_municipalities()
    kinds = Counter(place.ja[-1] for place in everything if not place.is_ward)
    # 189 villages are 183 and the 6 of the Northern Territories; 23 special wards of Tokyo.
    assert kinds == {"市": 792, "町": 743, "村": 189, "区": 23}
    assert sum(place.is_ward for place in everything) == 171
    assert len({place.city_code for place in everything if place.is_ward}) == 20


def test_a_prefecture_offers_its_own_in_the_order_of_the_codes() -> None:
    iwate = list_municipalities("03")
    assert len(iwate) == 33
    assert [place.ja for place in iwate[:3]] == ["盛岡市", "宮古市", "大船渡市"]
    assert [place.code for place in iwate] == sorted(place.code for place in iwate)


def test_wards_follow_their_city() -> None:
    names = [place.ja for place in list_municipalities("04")][:3]
    assert names == ["仙台市", "仙台市青葉区", "仙台市宮城野区"]


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError, match="99999"):
        get_municipality("99999")
    with pytest.raises(KeyError, match="48"):
        list_municipalities("48")


def test_a_municipality_knows_its_names_and_codes() -> None:
    place = get_municipality("03206")
    assert (place.ja, place.kana, place.en) == ("北上市", "きたかみし", "Kitakami-shi")
    assert (place.prefecture_code, place.official_code) == ("03", "032069")


@pytest.mark.parametrize(
    "typed",
    [
        "北上市",
        "北上",
        "きたかみし",
        "ｷﾀｶﾐｼ",
        "Kitakami-shi",
        "kitakami",
        "03206",
        "032069",
        "岩手県北上市",
        "岩手県　北上市",
    ],
)
def test_a_municipality_is_found_however_it_is_written(typed: str) -> None:
    assert find_municipality(typed, "03") is get_municipality("03206")


@pytest.mark.parametrize(
    ("typed", "prefecture_code", "code"),
    [
        ("青葉区", "04", "04101"),
        ("仙台市青葉区", None, "04101"),
        ("横浜市 青葉区", None, "14117"),
        ("胆沢郡金ケ崎町", None, "03381"),
        ("金ヶ崎町", None, "03381"),
        ("塩釜市", None, "04203"),
        ("塩竈市", None, "04203"),
        ("古宇郡泊村", "01", "01403"),
        ("浜名区", "22", "22139"),
        ("千代田区", None, "13101"),
        ("広島県府中市", None, "34208"),
    ],
)
def test_wards_counties_and_variants(typed: str, prefecture_code: str | None, code: str) -> None:
    assert find_municipality(typed, prefecture_code) is get_municipality(code)


@pytest.mark.parametrize("typed", ["", "府中市", "青葉区", "泊村", "無い町", "市"])
def test_what_is_unknown_or_several_finds_nothing(typed: str) -> None:
    assert find_municipality(typed) is None


def test_a_name_of_another_prefecture_is_not_taken() -> None:
    assert find_municipality("北上市", "04") is None
    assert find_municipality("岩手県北上市", "04") is None


@pytest.mark.parametrize(
    ("typed", "code", "rest"),
    [
        ("岩手県北上市相去町山田2-18", "03206", "相去町山田2-18"),
        ("岩手県　北上市　相去町", "03206", "相去町"),
        ("宮城県仙台市青葉区国分町３丁目", "04101", "国分町3丁目"),
        ("岩手県胆沢郡金ヶ崎町西根", "03381", "西根"),
        ("静岡県浜松市中区元城町", "22130", "中区元城町"),
        ("東京都大田区羽田1-1", "13111", "羽田1-1"),
        ("北上市相去町", "03206", "相去町"),
    ],
)
def test_an_address_is_taken_apart(typed: str, code: str, rest: str) -> None:
    address = split_address(typed)
    assert (address.municipality, address.rest) == (get_municipality(code), rest)
    assert address.prefecture is get_prefecture(code[:2])


def test_what_is_not_recognised_stays_in_the_rest() -> None:
    address = split_address("岩手県どこか町1-2")
    assert (address.prefecture, address.municipality) == (get_prefecture("03"), None)
    assert address.rest == "どこか町1-2"


def test_the_prefecture_can_be_known_beforehand() -> None:
    assert split_address("府中市本町", "34").municipality is get_municipality("34208")
    assert split_address("府中市本町").municipality is None


def test_every_full_name_leads_back_to_its_place() -> None:
    for place in list_municipalities():
        full = f"{get_prefecture(place.prefecture_code).ja}{place.county_ja}{place.ja}"
        assert find_municipality(full) is place
        assert split_address(f"{full}1-2-3").municipality is place


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    assert split_address(text).municipality in {None, *list_municipalities()}
    assert find_municipality(text) in {None, *list_municipalities()}
