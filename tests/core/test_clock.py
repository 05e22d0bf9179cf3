from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.clock import (
    JST,
    from_jst,
    jst_date,
    jst_midnight,
    parse_date,
    parse_time,
    to_jst,
    to_utc,
    utc_now,
)
from sme_match.core.errors import InvalidError


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)


def test_japan_is_nine_hours_ahead() -> None:
    shown = to_jst(datetime(2026, 12, 9, 15, 30, tzinfo=UTC))
    assert (shown.replace(tzinfo=None), shown.tzinfo) == (
        datetime(2026, 12, 10, 0, 30),  # noqa: DTZ001 -- the wall clock alone is compared
        JST,
    )


def test_any_zone_becomes_utc() -> None:
    there = datetime(2026, 12, 10, 1, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert to_utc(there).isoformat() == "2026-12-10T06:00:00+00:00"


@pytest.mark.parametrize("convert", [to_jst, to_utc, jst_date])
def test_an_instant_without_zone_is_refused(convert: object) -> None:
    assert callable(convert)
    with pytest.raises(ValueError, match="2026"):
        convert(datetime(2026, 12, 10))  # noqa: DTZ001 -- the refused case


def test_a_day_begins_at_three_in_the_afternoon_before_in_utc() -> None:
    assert jst_midnight(date(2026, 4, 1)) == datetime(2026, 3, 31, 15, 0, tzinfo=UTC)


@given(st.dates(date(1955, 1, 1), date(2200, 1, 1)), st.times())
def test_local_day_and_time_survive_the_way_to_utc_and_back(day: date, at: time) -> None:
    instant = from_jst(day, at)
    assert (jst_date(instant), to_jst(instant).time()) == (day, at)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-10",
        "2026/12/10",
        "２０２６／１２／１０",
        "2026.12.10",
        "20261210",
        "2026年12月10日",
        "2026年 12月 10日（木）",
        "2026/12/10(木)",
        "令和8年12月10日",
        "令和８年１２月１０日",
        "R8.12.10",
        "r8/12/10",
        " 2026-12-10 ",
    ],
)
def test_dates_are_read_as_people_write_them(typed: str) -> None:
    assert parse_date(typed) == date(2026, 12, 10)


def test_the_first_year_of_an_era_has_its_own_word() -> None:
    assert parse_date("令和元年5月1日") == date(2019, 5, 1)


@pytest.mark.parametrize("typed", ["明日", "12/10", "26/12/10", "元年5月1日", "2026-12", "9" * 10_000])
def test_what_is_no_full_date_gets_an_example(typed: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_date(typed, field="held_on")
    assert (str(refusal.value), refusal.value.field) == (
        "日付は「2026/12/10」のように入力してください。",
        "held_on",
    )


def test_a_day_that_the_calendar_lacks_is_named() -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_date("2026/2/30")
    assert str(refusal.value) == "2026年2月30日という日付はありません。"


def test_an_empty_date_is_asked_for() -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_date("　")
    assert str(refusal.value) == "日付を入力してください。"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("13:30", time(13, 30)),
        ("１３：３０", time(13, 30)),
        ("1330", time(13, 30)),
        ("13時30分", time(13, 30)),
        ("13時半", time(13, 30)),
        ("午後1時30分", time(13, 30)),
        ("1:30 pm", time(13, 30)),
        ("午前9時", time(9, 0)),
        ("9時", time(9, 0)),
        ("9", time(9, 0)),
        ("午後0時", time(12, 0)),
        ("12:15 am", time(0, 15)),
        ("0:00", time(0, 0)),
    ],
)
def test_times_are_read_as_people_write_them(typed: str, expected: time) -> None:
    assert parse_time(typed) == expected


@pytest.mark.parametrize("typed", ["24:00", "13:60", "午後13時", "午前9時 pm", "昼", "9:5:1", "-1:00"])
def test_what_is_no_time_gets_an_example(typed: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_time(typed)
    assert str(refusal.value) == "時刻は「13:30」のように入力してください。"


def test_an_empty_time_is_asked_for() -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_time("", field="starts_at")
    assert (str(refusal.value), refusal.value.field) == ("時刻を入力してください。", "starts_at")


def test_the_error_names_the_field_that_is_wrong() -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_time("25:00", field="at")
    assert refusal.value.field == "at"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_date, parse_time):
        try:
            parse(text)
        except InvalidError as refusal:
            assert refusal.message  # noqa: PT017 -- either outcome is right, a crash is not
