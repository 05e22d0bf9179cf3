"""Dates as they are typed in Japanese offices: 2026/12/10, 令和8年12月10日, R8.12.10."""

import datetime as dt
import re
from types import MappingProxyType

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width

# The year before the first year of each era, so that year 1 (元年) is one more.
ERA_OFFSETS = MappingProxyType(
    {
        **dict.fromkeys(("令和", "令", "R"), 2018),
        **dict.fromkeys(("平成", "平", "H"), 1988),
        **dict.fromkeys(("昭和", "昭", "S"), 1925),
        **dict.fromkeys(("大正", "大", "T"), 1911),
        **dict.fromkeys(("明治", "明", "M"), 1867),
    }
)
_ERA = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|[令平昭大明RHSTM])\.?\s?(?P<year>元|[0-9]{1,2})"
    r"\s?[年./-]\s?(?P<month>[0-9]{1,2})\s?[月./-]\s?(?P<day>[0-9]{1,2})\s?日?",
    re.IGNORECASE,
)
_WESTERN = re.compile(
    r"(?P<year>[0-9]{4})\s?[年./-]\s?(?P<month>[0-9]{1,2})\s?[月./-]\s?(?P<day>[0-9]{1,2})\s?日?"
)
_COMPACT = re.compile(r"(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
# A weekday or midnight may follow; they add nothing.
_TAIL = re.compile(r"\s?\([月火水木金土日](?:曜日?)?\)$|[ T]0?0:00(?::00)?$")
_WITHOUT_YEAR = re.compile(r"[0-9]{1,2}\s?[月/.-]\s?[0-9]{1,2}\s?日?")
_DASHES = re.compile(r"[‐‑‒–—−]")
_FIRST_YEAR, _LAST_YEAR = 1800, 2200


def date(cell: str) -> dt.date:
    """Parse a date of the western or Japanese calendar.

    Raises:
        InvalidError: it has no year, does not exist, or is in another form.
    """
    typed = _TAIL.sub("", _DASHES.sub("-", normalize_width(cell)))
    match = _ERA.fullmatch(typed) or _WESTERN.fullmatch(typed) or _COMPACT.fullmatch(typed)
    if match is None:
        if _WITHOUT_YEAR.fullmatch(typed):
            raise InvalidError(mark_text("年も入力してください（例：2026/12/10）。"))
        raise InvalidError(
            mark_text("日付は「2026/12/10」か「令和8年12月10日」の形で入力してください。")
        )
    parts = match.groupdict()
    try:
        value = dt.date(_western_year(parts), int(parts["month"]), int(parts["day"]))
    except ValueError as error:
        raise _no_such_day(typed) from error
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise _no_such_day(typed)
    return value


def _western_year(parts: dict[str, str]) -> int:
    year = 1 if parts["year"] == "元" else int(parts["year"])
    era = parts.get("era")
    if era is None:
        return year
    if year == 0:
        raise ValueError(year)
    return ERA_OFFSETS[era.upper()] + year


def _no_such_day(typed: str) -> InvalidError:
    return InvalidError(
        mark_text("「%(typed)s」という日付はありません。正しい日付を入力してください。"),
        typed=typed,
    )
