"""Amounts of yen as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.outcomes.amounts import spell_out_yen


@pytest.mark.parametrize(
    ("typed", "yen"),
    [
        ("300000", "300000"),
        ("３００，０００円", "300000"),
        ("30万円", "300000"),
        ("約30万", "300000"),
        ("1.5万円", "15000"),
        ("1億2,000万円", "120000000"),
        ("1億", "100000000"),
        ("2万5000円", "25000"),
        ("¥1,000", "1000"),
        ("", ""),
        ("たくさん", "たくさん"),
        ("1..5万円", "1..5万円"),
        ("円", "円"),
    ],
)
def test_amounts(typed: str, yen: str) -> None:
    assert spell_out_yen(typed) == yen


@given(st.text(max_size=30))
def test_any_text_gives_an_answer(text: str) -> None:
    assert isinstance(spell_out_yen(text), str)


@given(st.integers(0, 10**9))
def test_plain_digits_stay_what_they_are(amount: int) -> None:
    assert spell_out_yen(str(amount)) == str(amount)
    assert spell_out_yen(f"{amount:,}円") == str(amount)
