"""Amounts as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.quantities import quantities


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("3㎜", [(3, "mm")]),
        ("10ミリ", [(10, "mm")]),
        ("5µm", [(0.005, "mm")]),
        ("5ミクロン", [(0.005, "mm")]),
        ("1/2インチ", [(12.7, "mm")]),
        ("1.5m", [(1500, "mm")]),
        ("5㎡", [(5, "m2")]),
        ("３㎏", [(3, "kg")]),
        ("100トンプレス", [(100_000, "kg")]),
        ("月産5万個", [(50_000, "個")]),
        ("1,200本", [(1200, "個")]),
        ("10 EA", [(10, "個")]),
        ("納期2週間", [(14, "日")]),
        ("0.5～3mm", [(0.5, "mm"), (3, "mm")]),
        ("300×200×15mm", [(300, "mm"), (200, "mm"), (15, "mm")]),
        ("板厚3.2t", [(3.2, "t")]),
        ("±0.01mm", [(0.01, "mm")]),
        ("SUS304、M8、A5052、5軸、2台車、3次元", []),
        ("", []),
    ],
)
def test_amounts_in_their_base_units(text: str, amounts: list[tuple[float, str]]) -> None:
    found = list(quantities(text))

    assert [amount.value for amount in found] == pytest.approx([value for value, _ in amounts])
    assert [amount.unit for amount in found] == [unit for _, unit in amounts]


def test_an_amount_points_at_its_number() -> None:
    text = "長さ１２㎜まで"

    assert [text[found.start : found.end] for found in quantities(text)] == ["１２"]


@given(st.text(st.sampled_from("0123456789.,/x×~- 万mkg個本日㎜ミリトン"), max_size=30))
def test_any_amount_is_a_number_at_a_place(text: str) -> None:
    for found in quantities(text):
        assert found.value >= 0
        assert 0 <= found.start < found.end <= len(text)
