"""Instants and the local time of Japan: stored in UTC, typed and shown in Asia/Tokyo."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sme_match.core.eras import ERAS
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width

JST: Final = ZoneInfo("Asia/Tokyo")
MINUTES_PER_HOUR = 60
_NOON = 12

_ERA_NAMES = {name: era for era in ERAS for name in (era.ja, era.letter)}
_DATE = re.compile(
    rf"(?:(?P<era>{'|'.join(_ERA_NAMES)})\s?)?(?P<year>[0-9]{{1,4}}|元)\s?[-/.年]\s?"
    r"(?P<month>[0-9]{1,2})\s?[-/.月]\s?(?P<day>[0-9]{1,2})\s?日?"
    r"(?:\s?\([月火水木金土日](?:曜日?)?\))?",
    re.IGNORECASE,
)
_COMPACT_DATE = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_TIME = re.compile(
    r"(?P<half>午前|午後|am|pm)?\s?(?P<hour>[0-9]{1,2})\s?"
    r"(?:[:時]\s?(?:(?P<minute>[0-9]{1,2})\s?分?|(?P<half_past>半))?)?\s?(?P<half_after>am|pm)?",
    re.IGNORECASE,
)
_FOUR_DIGITS = 4

_DATE_MISSING = mark_text("日付を入力してください。")
_DATE_FORM = mark_text("日付は「2026/12/10」のように入力してください。")
_DATE_UNKNOWN = mark_text("%(year)s年%(month)s月%(day)s日という日付はありません。")
_TIME_MISSING = mark_text("時刻を入力してください。")
_TIME_FORM = mark_text("時刻は「13:30」のように入力してください。")


def utc_now() -> datetime:
    """Return the present instant. Only the edges call this; everything else is given `now`."""
    return datetime.now(UTC)


def to_utc(instant: datetime) -> datetime:
    """Return the instant in UTC.

    Raises:
        ValueError: The instant has no zone.
    """
    return _aware(instant).astimezone(UTC)


def to_jst(instant: datetime) -> datetime:
    """Return the instant as clocks in Japan show it.

    Raises:
        ValueError: The instant has no zone.
    """
    return _aware(instant).astimezone(JST)


def jst_date(instant: datetime) -> date:
    """Return the day on which the instant falls in Japan.

    Raises:
        ValueError: The instant has no zone.
    """
    return to_jst(instant).date()


def last_jst_date(until: datetime) -> date:
    """Return the last day in Japan before a deadline that falls on midnight: what they call its day."""
    return jst_date(until - timedelta(microseconds=1))


def jst_midnight(day: date) -> datetime:
    """Return the instant, in UTC, at which the day begins in Japan."""
    return from_jst(day, time())


def from_jst(day: date, at: time) -> datetime:
    """Return the instant, in UTC, of a local day and time in Japan."""
    return datetime.combine(day, at, tzinfo=JST).astimezone(UTC)


def parse_date(text: str, *, field: str | None = None) -> date:
    """Return the day meant by a typed date (2026/12/10, 2026年12月10日（木）, R8.12.10).

    Raises:
        InvalidError: The text is empty, not a full date, or no day of the calendar.
    """
    plain = normalize_width(text)
    if not plain:
        raise InvalidError(_DATE_MISSING, field=field)
    match = _COMPACT_DATE.fullmatch(plain) or _DATE.fullmatch(plain)
    if match is None:
        raise InvalidError(_DATE_FORM, field=field)
    parts = match.groupdict()
    year = _year(parts.get("era"), parts["year"])
    if year is None:
        raise InvalidError(_DATE_FORM, field=field)
    month, day = int(parts["month"]), int(parts["day"])
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidError(_DATE_UNKNOWN, field=field, year=year, month=month, day=day) from None


def parse_time(text: str, *, field: str | None = None) -> time:
    """Return the time of day meant by a typed time (13:30, 13時半, 午後1時30分, 1330).

    Raises:
        InvalidError: The text is empty or no time of day.
    """
    plain = normalize_width(text)
    if not plain:
        raise InvalidError(_TIME_MISSING, field=field)
    if re.fullmatch(r"[0-9]{4}", plain):
        plain = f"{plain[:2]}:{plain[2:]}"
    match = _TIME.fullmatch(plain)
    hour = None if match is None else _hour(match)
    if match is None or hour is None:
        raise InvalidError(_TIME_FORM, field=field)
    minute = MINUTES_PER_HOUR // 2 if match["half_past"] else int(match["minute"] or 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise InvalidError(_TIME_FORM, field=field) from None


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(instant)
    return instant


def _year(era_name: str | None, year: str) -> int | None:
    """Return the calendar year; without an era it must be written out in four digits."""
    if era_name is None:
        return int(year) if len(year) == _FOUR_DIGITS and year.isdecimal() else None
    era = _ERA_NAMES[era_name.upper()]
    return era.starts_on.year + (1 if year == "元" else int(year)) - 1


def _hour(match: re.Match[str]) -> int | None:
    """Return the hour on the 24-hour clock; half a day may be named once, before or after."""
    hour = int(match["hour"])
    halves = [half.lower() for half in (match["half"], match["half_after"]) if half]
    if not halves:
        return hour
    if len(halves) > 1 or hour > _NOON:
        return None
    return hour % _NOON + (_NOON if halves[0] in {"午後", "pm"} else 0)
