"""Writing tables for spreadsheets (XLSX, CSV), and the names of files that are sent.

Text is data, never a formula. An XLSX cell says that it holds text, so there the text stays as
it is. CSV cannot say so: what a spreadsheet would take for a formula gets an apostrophe before
it, which `reading` takes away again.
"""

import csv
import datetime as dt
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeGuard
from urllib.parse import quote

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.tables.delimited import FORMULA_STARTS, NOT_JAPANESE

Value = str | int | float | Decimal | bool | dt.date | dt.datetime | None

YES, NO = "○", "×"
GETA = "〓"
"""The mark that Japanese printers set where a character is missing."""

_FORMULA = re.compile(f"'*[{FORMULA_STARTS}]")
_NEGATIVE_NUMBER = re.compile(r"-[0-9][0-9,]*(?:\.[0-9]+)?")
# Unicode has two characters where CP932 has one; these are the ones its tables leave out.
_CP932_TWINS = str.maketrans(
    {"−": "－", "〜": "～", "—": "―", "‖": "∥", "¥": "￥", "¢": "￠", "£": "￡", "¬": "￢", "\xa0": " "}
)
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_EXCEL_CELL = 32_767
_EXCEL_ROWS = 1_048_576
# Excel keeps 15 digits of a number; a longer one is only true as text.
_EXCEL_DIGITS = 10**15
# Excel takes 1900 for a leap year, so its dates are only right from here on.
_FIRST_EXCEL_DAY = dt.date(1900, 3, 1)
_NARROWEST, _WIDEST = 8, 50
_ROWS_MEASURED = 200
_FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_SHEET_NAME = 31
_FORBIDDEN_IN_FILE_NAME = re.compile(r'[\\/:*?"<>|;%]')
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class SheetChart:
    """A chart of the program's own beside the table: columns of values over the first column."""

    kind: Literal["column", "bar", "line"]
    title: str
    values: Sequence[int]
    """The columns that are drawn, counted from 0."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: titles, rows of values in the same order, widths in characters if not fitted.

    `is_table` makes the rows a table of the program's own, which sorts, filters and has a name;
    its titles must differ from each other.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[float] = ()
    is_table: bool = False
    chart: SheetChart | None = None


@dataclass(frozen=True, slots=True)
class CSVFile:
    """The bytes of a CSV file, and how many characters its encoding lacks (written as 〓)."""

    data: bytes
    replaced: int


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook: text as text (leading zeros stay), numbers and dates as such.

    Truth values become ○ and ×. A datetime is written as the wall clock of its own zone: the
    caller converts. Days before March 1900 and numbers of more than 15 digits become text,
    because Excel would falsify them. NaN and infinity are missing values and stay empty.

    Raises:
        InvalidError: a text or the table is larger than a sheet can hold.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as workbook:
        formats = {
            "header": workbook.add_format(
                {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1}
            ),
            "text": workbook.add_format({"valign": "top", "text_wrap": True}),
            "day": workbook.add_format({"valign": "top", "num_format": "yyyy/mm/dd"}),
            "moment": workbook.add_format({"valign": "top", "num_format": "yyyy/mm/dd hh:mm"}),
        }
        taken: set[str] = set()
        for sheet in sheets:
            worksheet = workbook.add_worksheet(_sheet_name(sheet.name, taken))
            last = _fill(worksheet, sheet, formats)
            if sheet.chart and last:
                _draw(workbook, worksheet, sheet, sheet.chart, last)
    return buffer.getvalue()


def write_csv(
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    encoding: Literal["utf-8-sig", "cp932"] = "utf-8-sig",
) -> CSVFile:
    """Return a CSV file with CRLF line ends and every cell in quotes.

    Excel opens UTF-8 rightly only with its mark, hence the default. Characters that CP932
    lacks become 〓 and are counted, so that the page can say so.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([_csv_text(title, encoding) for title in columns])
    writer.writerows([_csv_text(value, encoding) for value in row] for row in rows)
    text = buffer.getvalue()
    replaced = 0
    if encoding == "cp932":
        missing = {character for character in set(text) if not _is_in_cp932(character)}
        replaced = sum(text.count(character) for character in missing)
        text = text.translate({ord(character): GETA for character in missing})
    return CSVFile(text.encode(encoding, "replace"), replaced)


def attachment_name(title: str, day: dt.date, suffix: str) -> str:
    """Return the name of a file that is sent.

    >>> attachment_name("登録企業一覧", dt.date(2026, 11, 22), "xlsx")
    '登録企業一覧_20261122.xlsx'
    """
    visible = "".join(
        character for character in title if not unicodedata.category(character).startswith("C")
    )
    safe = _FORBIDDEN_IN_FILE_NAME.sub("_", visible).strip(" .")[:_LONGEST_TITLE]
    return f"{safe or 'file'}_{day:%Y%m%d}.{suffix.lstrip('.')}"


def content_disposition(filename: str) -> str:
    """Return the header value that makes a browser save a file under its Japanese name.

    RFC 6266 with the encoding of RFC 5987; old programs get the ASCII part.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "", filename).lstrip("._-")
    if "." not in plain:
        plain = f"download.{plain}" if plain else "download"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _fill(worksheet: Worksheet, sheet: Sheet, formats: Mapping[str, Format]) -> int:
    """Write titles and rows; return the number of the last row, the titles being row 0."""
    widths = [_display_width(title) for title in sheet.columns]
    for column, title in enumerate(sheet.columns):
        worksheet.write_string(0, column, title, formats["header"])
    number = 0
    for number, row in enumerate(sheet.rows, start=1):
        if number >= _EXCEL_ROWS:
            raise InvalidError(
                mark_text("行が多すぎてExcelの1枚のシートに入りません。条件で絞り込んでください。")
            )
        for column, value in enumerate(row):
            _write(worksheet, number, column, value, formats)
            if number <= _ROWS_MEASURED and column < len(widths):
                widths[column] = max(widths[column], _display_width(show(value)))
    fitted = [min(max(width + 2, _NARROWEST), _WIDEST) for width in widths]
    for column, width in enumerate(sheet.widths or fitted):
        worksheet.set_column(column, column, width)
    worksheet.freeze_panes(1, 0)
    if sheet.columns:
        last_column = len(sheet.columns) - 1
        if sheet.is_table and number:
            titles = [{"header": title, "header_format": formats["header"]} for title in sheet.columns]
            options = {"columns": titles, "style": "Table Style Light 9"}
            worksheet.add_table(0, 0, number, last_column, options)
        else:
            worksheet.autofilter(0, 0, number, last_column)
        # A postal code is text on purpose; Excel need not warn about it.
        worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    return number


def _draw(
    workbook: xlsxwriter.Workbook, worksheet: Worksheet, sheet: Sheet, chart: SheetChart, last: int
) -> None:
    name = worksheet.get_name()
    drawn = workbook.add_chart({"type": chart.kind})
    for column in chart.values:
        drawn.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, column, last, column],
            }
        )
    drawn.set_title({"name": chart.title})
    if chart.kind == "bar":
        # Excel draws the first row at the bottom.
        drawn.set_y_axis({"reverse": True})
    worksheet.insert_chart(1, len(sheet.columns) + 1, drawn, {"description": chart.title})


def _write(
    worksheet: Worksheet, row: int, column: int, value: Value, formats: Mapping[str, Format]
) -> None:
    if isinstance(value, dt.date) and _as_day(value) >= _FIRST_EXCEL_DAY:
        name = "moment" if isinstance(value, dt.datetime) else "day"
        naive = value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
        worksheet.write_datetime(row, column, naive, formats[name])
    elif _is_number(value):
        worksheet.write_number(row, column, value)
    elif shown := show(value):
        if len(shown.encode("utf-16-le", "replace")) // 2 > _EXCEL_CELL:
            raise InvalidError(
                mark_text("長すぎてExcelのセルに入らない文章があります。CSVで書き出してください。")
            )
        worksheet.write_string(row, column, shown, formats["text"])


def _is_number(value: Value) -> TypeGuard[int | float | Decimal]:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return -_EXCEL_DIGITS < value < _EXCEL_DIGITS


def _as_day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def show(value: Value) -> str:
    """Return a value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return _show_number(value)
    return str(value)


def _show_number(value: float | Decimal) -> str:
    if not math.isfinite(value):
        return ""
    if value == int(value):
        return str(int(value))
    return format(Decimal(str(value)), "f")


def _csv_text(value: Value, encoding: str) -> str:
    shown = show(value).replace("\0", "\ufffd")
    if encoding == "cp932":
        shown = shown.translate(_CP932_TWINS)
    if not isinstance(value, str) or _NEGATIVE_NUMBER.fullmatch(shown):
        return shown
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _is_in_cp932(character: str) -> bool:
    if NOT_JAPANESE.match(character):
        return False
    try:
        return character.encode("cp932").decode("cp932") == character
    except UnicodeEncodeError:
        return False


def _display_width(text: str) -> int:
    """Return the width of the widest line, a Japanese character counting two."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line)
            for line in text.split("\n")
        ),
        default=0,
    )


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that Excel accepts and that no other sheet has yet."""
    safe = _FORBIDDEN_IN_SHEET_NAME.sub("・", name).strip("' ")[:_LONGEST_SHEET_NAME] or "Sheet"
    unique, count = safe, 1
    while unique.casefold() in taken:
        count += 1
        ending = f"_{count}"
        unique = safe[: _LONGEST_SHEET_NAME - len(ending)] + ending
    taken.add(unique.casefold())
    return unique
