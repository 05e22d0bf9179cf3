"""What an XLSX file stores as a number, as the text that people see: dates, times, zeros."""

import datetime as dt
import re
from decimal import Context, Decimal, InvalidOperation
from enum import Enum

# ECMA-376 part 1, 18.8.30; 27-36 and 50-58 are the date formats of Japanese Excel.
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_BUILT_IN_ELAPSED = 46
# Quoted text, escaped characters, fillers and bracketed conditions say nothing about the kind.
_DECORATION = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhsge]", re.IGNORECASE)
_GENERAL = re.compile(r"G/標準|general", re.IGNORECASE)
_NUMBER_LETTERS = re.compile(r"[0#?]e[+-]", re.IGNORECASE)
_LEADING_ZEROS = re.compile(r"0{2,}")
# Excel itself keeps 15 significant digits.
_SIGNIFICANT = Context(prec=15)
_LARGEST_EXPONENT = 308

_EPOCH_1900 = dt.datetime(1899, 12, 30)  # noqa: DTZ001 -- cells of a sheet have no zone
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001 -- cells of a sheet have no zone
# Lotus 1-2-3 took 1900 for a leap year and Excel kept that: day 60 does not exist.
_PHANTOM_LEAP_DAY = 60
_SECONDS_A_DAY = 86_400
# The last day that a cell can show is 9999-12-31; counted from 1904 it comes earlier.
_DAYS_TO_YEAR_10000 = (dt.date.max - dt.date(1904, 1, 1)).days


class Kind(Enum):
    """What the number format of a cell makes of its number."""

    NUMBER = "number"
    DATE = "date"
    ELAPSED = "elapsed"


NumberFormat = tuple[Kind, int]
"""The kind, and to how many digits whole numbers are filled with zeros."""

PLAIN: NumberFormat = (Kind.NUMBER, 0)


def read_format(identifier: int, code: str | None) -> NumberFormat:
    """Return what a number format means; `code` is None for the built-in ones."""
    if code is None:
        if identifier == _BUILT_IN_ELAPSED:
            return Kind.ELAPSED, 0
        return (Kind.DATE if identifier in _BUILT_IN_DATES else Kind.NUMBER), 0
    section = code.split(";", 1)[0]
    if _ELAPSED.search(section):
        return Kind.ELAPSED, 0
    bare = _GENERAL.sub("", _DECORATION.sub("", section))
    if _LEADING_ZEROS.fullmatch(bare) and bare == section:
        return Kind.NUMBER, len(bare)
    if _DATE_LETTERS.search(bare) and not _NUMBER_LETTERS.search(bare):
        return Kind.DATE, 0
    return PLAIN


def show_number(raw: str, number_format: NumberFormat, *, from_1904: bool) -> str:
    """Return a stored number as text: "123", "0.5", "2026-12-10", "2026-12-10 13:30".

    A number that cannot be what its format says stays as it is stored.
    """
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        return raw
    kind, zeros = number_format
    if kind is Kind.NUMBER or number < 0:
        return _show_plain(number).zfill(zeros)
    if kind is Kind.ELAPSED:
        minutes = round(number * _SECONDS_A_DAY) // 60
        return f"{minutes // 60}:{minutes % 60:02}"
    return _show_date(number, from_1904=from_1904) or _show_plain(number)


def show_iso(raw: str) -> str:
    """Return a date stored as ISO 8601 the way `show_number` does."""
    try:
        return _show_moment(dt.datetime.fromisoformat(raw))
    except ValueError:
        return raw


def _show_plain(number: Decimal) -> str:
    rounded = _SIGNIFICANT.plus(number)
    if rounded == rounded.to_integral_value():
        return str(int(rounded))
    return format(rounded.normalize(), "f")


def _show_date(number: Decimal, *, from_1904: bool) -> str | None:
    if number >= _DAYS_TO_YEAR_10000:
        return None
    seconds = dt.timedelta(seconds=round(number * _SECONDS_A_DAY))
    if number < 1:
        return _show_time(_EPOCH_1900 + seconds)
    epoch = _EPOCH_1904 if from_1904 else _EPOCH_1900
    if not from_1904 and number < _PHANTOM_LEAP_DAY:
        epoch += dt.timedelta(days=1)
    return _show_moment(epoch + seconds)


def _show_moment(moment: dt.datetime) -> str:
    day = moment.date().isoformat()
    return day if moment.time() == dt.time.min else f"{day} {_show_time(moment)}"


def _show_time(moment: dt.datetime) -> str:
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
