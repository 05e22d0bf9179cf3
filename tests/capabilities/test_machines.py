"""Machines as people write them, one a line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.capabilities.machines import format_machines, parse_machines


def machine(type_: str, maker: str = "", model: str = "", count: int | None = None) -> dict[str, Any]:
    return {"type": type_, "maker": maker, "model": model, "count": count}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("NC旋盤", machine("NC旋盤")),
        ("ＮＣ旋盤　２台", machine("NC旋盤", count=2)),
        ("5軸マシニング / DMG森精機 / DMU50 / 2台", machine("5軸マシニング", "DMG森精機", "DMU50", 2)),
        ("旋盤、オークマ、LB3000、3", machine("旋盤", "オークマ", "LB3000", 3)),
        ("旋盤/オークマ/LB3000 3台", machine("旋盤", "オークマ", "LB3000", 3)),
        ("旋盤/森精機/5000", machine("旋盤", "森精機", "5000")),
        ("旋盤/森精機/A/B/2台", machine("旋盤", "森精機", "A/B", 2)),
        ("ﾌﾗｲｽ盤 ×4", machine("フライス盤", count=4)),
        ("プレス(80t)", machine("プレス(80t)")),
        ("クラス1,000の恒温室,ノルテック", machine("クラス1,000の恒温室", "ノルテック")),
        ("旋盤//LB3000", machine("旋盤", "", "LB3000")),
    ],
)
def test_a_line_is_one_machine(line: str, expected: dict[str, Any]) -> None:
    assert parse_machines(line) == [expected]


def test_lines_that_say_nothing_are_no_machines() -> None:
    assert parse_machines("\n 　\n／／\n、\n") == []
    assert parse_machines("") == []


@given(st.text(max_size=60))
def test_any_text_is_read_and_what_was_read_is_read_again_the_same(text: str) -> None:
    machines = parse_machines(text)
    assert parse_machines(format_machines(machines)) == machines
