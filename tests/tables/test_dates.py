"""Dates of both calendars, and those that do not exist."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.errors import InvalidError
from sme_match.tables.dates import date

DAY = dt.date(2026, 12, 10)


@pytest.mark.parametrize(
    "cell",
    [
        "2026/12/10",
        "2026-12-10",
        "２０２６．１２．１０",
        "2026年12月10日",
        "2026年12月10日（木）",
        "2026-12-10 00:00:00",
        "20261210",
        "令和8年12月10日",
        "令和 8 年 12 月 10 日",
        "R8.12.10",
        "r8/12/10",
        "Ｒ８−１２−１０",
        "㋿8年12月10日",
    ],
)
def test_every_way_to_write_a_day(cell: str) -> None:
    assert date(cell) == DAY


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("令和元年5月1日", dt.date(2019, 5, 1)),
        ("H31.4.30", dt.date(2019, 4, 30)),
        ("昭和64年1月7日", dt.date(1989, 1, 7)),
        ("大正12年9月1日", dt.date(1923, 9, 1)),
        ("明治22年2月11日", dt.date(1889, 2, 11)),
    ],
)
def test_every_era(cell: str, day: dt.date) -> None:
    assert date(cell) == day


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("12/10", "年も入力してください（例：2026/12/10）。"),
        ("12月10日", "年も入力してください（例：2026/12/10）。"),
        (
            "2026/2/30",
            "「2026/2/30」という日付はありません。正しい日付を入力してください。",
        ),
        ("R0.1.1", "「R0.1.1」という日付はありません。正しい日付を入力してください。"),
        ("0001/1/1", "「0001/1/1」という日付はありません。正しい日付を入力してください。"),
        ("26/12/10", "日付は「2026/12/10」か「令和8年12月10日」の形で入力してください。"),
        ("46366", "日付は「2026/12/10」か「令和8年12月10日」の形で入力してください。"),
        ("来月", "日付は「2026/12/10」か「令和8年12月10日」の形で入力してください。"),
    ],
)
def test_what_is_no_day(cell: str, message: str) -> None:
    with pytest.raises(InvalidError) as caught:
        date(cell)

    assert str(caught.value) == message


@given(st.dates(dt.date(2019, 5, 1), dt.date(2100, 12, 31)))
def test_reiwa_is_read_back(day: dt.date) -> None:
    assert date(f"令和{day.year - 2018}年{day.month}月{day.day}日") == day
    assert date(day.isoformat()) == day
