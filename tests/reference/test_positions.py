import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.reference.municipalities import list_municipalities
from sme_match.reference.positions import Position, distance_km, find_position
from sme_match.reference.prefectures import list_prefectures

MORIOKA, KITAKAMI = "03201", "03206"
positions = st.builds(
    Position, st.just("03"), st.floats(-90, 90, width=32), st.floats(-180, 180, width=32)
)


def test_a_municipality_stands_at_its_own_point() -> None:
    position = find_position("03", KITAKAMI)
    assert position is not None
    assert (position.code, position.is_office) == (KITAKAMI, False)
    assert position.latitude == pytest.approx(39.28, abs=0.02)


def test_a_ward_stands_where_its_city_stands() -> None:
    assert find_position("04", "04101") == find_position("04", "04100")


def test_without_a_known_municipality_the_prefectural_office_stands_in() -> None:
    for code in ("", "99999", "03303"):
        position = find_position("03", code)
        assert position is not None
        assert (position.code, position.is_office) == ("03", True)
    assert find_position("", "") is None
    assert find_position("48", "") is None


def test_every_place_of_the_lists_has_a_position_within_its_country() -> None:
    for place in list_municipalities():
        position = find_position(place.prefecture_code, place.code)
        assert position is not None
        assert 24 < position.latitude < 46
        assert 122 < position.longitude < 149


def test_the_distance_is_that_of_the_great_circle() -> None:
    offices = {each.code: find_position(each.code) for each in list_prefectures()}
    tokyo, osaka, sapporo = offices["13"], offices["27"], offices["01"]
    assert tokyo is not None
    assert osaka is not None
    assert sapporo is not None
    # 東京都庁 – 大阪府庁 397 km, 東京都庁 – 北海道庁 831 km: distances published by GSI.
    assert distance_km(tokyo, osaka) == pytest.approx(397, abs=3)
    assert distance_km(tokyo, sapporo) == pytest.approx(831, abs=3)


@given(positions, positions, positions)
def test_distances_behave_as_distances(one: Position, other: Position, third: Position) -> None:
    there, back = distance_km(one, other), distance_km(other, one)
    assert 0 <= there <= 20_016
    assert there == pytest.approx(back, abs=1e-6)
    assert there <= distance_km(one, third) + distance_km(third, other) + 1e-3
    assert distance_km(one, one) == 0
