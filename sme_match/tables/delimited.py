"""The rows of a CSV file, whatever its encoding and delimiter, read as a stream."""

import csv
import io
import re
from collections.abc import Iterator

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.tables.table import Limits, RawRow

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# CP932 gives these for bytes that no Japanese text contains: the file is something else.
NOT_JAPANESE = re.compile("[\x80-\x9f\uf8f0-\uf8f3]")
_DELIMITERS = (",", "\t", ";")
# The mark that `writing` puts before what a spreadsheet would take for a formula.
FORMULA_STARTS = "=+\\-@\t\r\n＝＋－＠"
_GUARDED = re.compile(f"'+[{FORMULA_STARTS}]")

_BINARY = mark_text(
    "表のファイルではないようです。Excelファイル（.xlsx）かCSVファイルを選んでください。"
)
_UNKNOWN_ENCODING = mark_text(
    "文字コードを読み取れません。Excelで開いて「Excel ブック（*.xlsx）」か"
    "「CSV UTF-8（コンマ区切り）」で保存し直してください。"
)
_OPEN_QUOTE = mark_text(
    '%(row)s行目の引用符（"）の使い方が正しくありません。引用符が閉じているか確かめるか、'
    "「Excel ブック（*.xlsx）」で保存し直してください。"
)


def decode_csv(data: bytes) -> tuple[str, str]:
    """Return the text and the encoding it was in: UTF-8, UTF-16 with a mark, or CP932.

    Raises:
        InvalidError: the bytes are no text, or in none of these encodings.
    """
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if marked is None and b"\0" in data:
        raise InvalidError(_BINARY)
    for encoding in (marked,) if marked else ("utf-8", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise InvalidError(_BINARY)
        if encoding == "cp932" and NOT_JAPANESE.search(text):
            break
        # Old programs close a file with Ctrl+Z.
        return text.rstrip("\x1a"), encoding
    raise InvalidError(_UNKNOWN_ENCODING)


def read_csv_rows(text: str, limits: Limits) -> Iterator[RawRow]:
    """Yield the rows that have a value; a quoted line break does not begin a new row.

    Raises:
        InvalidError: a quotation mark stays open, or a cell is outside the limits.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cells):
                yield RawRow(number, tuple(_unguard(cell) for cell in cells))
    except csv.Error as error:
        if "field limit" in str(error):
            raise cell_too_long(number + 1, limits) from error
        raise InvalidError(_OPEN_QUOTE, row=number + 1) from error


def cell_too_long(row: int, limits: Limits) -> InvalidError:
    """Return the refusal of a cell with more characters than the limits allow."""
    return InvalidError(
        mark_text("%(row)s行目に長すぎるセルがあります（上限は%(limit)s文字です）。短くしてください。"),
        row=row,
        limit=f"{limits.cell_characters:,}",
    )


def _find_delimiter(text: str) -> str:
    """Return the delimiter that splits the first row with a value into most cells."""

    def width(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            return len(next((cells for cells in reader if any(cells)), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=width)


def _unguard(cell: str) -> str:
    """Take away the apostrophe that guarded an exported cell against being a formula."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell
