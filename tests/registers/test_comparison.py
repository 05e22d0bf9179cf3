"""When a file says what is registered already."""

import pytest

from sme_match.registers.comparison import says_the_same


@pytest.mark.parametrize(
    ("stored", "stated"),
    [
        ("加工（切削）", "加工(切削)"),
        ("80㎜", "80mm"),
        ("1〜10本", "1~10本"),
        ("一行目\n二行目 ", "一行目\r\n二行目"),
        ("髙橋—鉄工", "〓橋―鉄工"),
        ("50㎏の箱①", "50〓の箱1"),
        (["ステンレス", "Ａ５０５２"], ("ステンレス", "A5052")),
        ([{"type": "旋盤", "maker": None}], [{"type": "旋盤", "maker": ""}]),
        (None, None),
    ],
)
def test_width_twins_and_lost_characters_are_no_change(stored: object, stated: object) -> None:
    assert says_the_same(stored, stated)


@pytest.mark.parametrize(
    ("stored", "stated"),
    [
        ("切削", "研削"),
        ("髙橋鉄工所", "〓山鉄工所"),
        ("一行目\n二行目", "一行目 二行目"),
        (["A"], ["A", "B"]),
        ([{"count": 1}], [{"count": 2}]),
        (5, 6),
        (None, "A"),
    ],
)
def test_everything_else_is_a_change(stored: object, stated: object) -> None:
    assert not says_the_same(stored, stated)
