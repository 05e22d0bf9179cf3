"""Reading a register that somebody keeps in a spreadsheet: XLSX or CSV, decided by content."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.tables.delimited import cell_too_long, decode_csv, read_csv_rows
from sme_match.tables.table import Limits, RawRow, Row, Table, TableFormat
from sme_match.tables.xlsx import read_xlsx_rows, too_many_columns

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NEITHER = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)
# Many systems export a web page and call it .xls.
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|meta|head|\?xml)", re.IGNORECASE)

DEFAULT_LIMITS = Limits()
Arrange = Callable[[Sequence[RawRow]], Sequence[RawRow]]
"""Returns the first rows of a file from its headings on."""
_FIRST_ROWS = 30


def read_table(
    data: bytes, filename: str, *, limits: Limits = DEFAULT_LIMITS, arrange: Arrange | None = None
) -> Table:
    """Return the header and rows of a file, with the row numbers that Excel shows.

    The first row with a value is the header, unless `arrange` finds it further down. Empty rows are
    skipped. The name of the file only serves the messages: people rename files.

    Raises:
        InvalidError: the file is no table that can be read in full; the message says what
            to do. Nothing is read in part.
    """
    _refuse_other_files(data, filename, limits)
    if data.startswith(_ZIP):
        return _assemble(read_xlsx_rows(data, limits), limits, TableFormat.XLSX, None, arrange)
    text, encoding = decode_csv(data)
    return _assemble(read_csv_rows(text, limits), limits, TableFormat.CSV, encoding, arrange)


def _refuse_other_files(data: bytes, filename: str, limits: Limits) -> None:
    if not data.strip():
        raise _empty_file()
    if len(data) > limits.file_bytes:
        raise InvalidError(
            mark_text(
                "ファイルが大きすぎます（上限は%(limit)sMBです）。"
                "使わない列やシートを削除するか、ファイルを分けてください。"
            ),
            limit=limits.file_bytes // 1_000_000,
        )
    if data.startswith(_OLE):
        raise InvalidError(
            mark_text(
                "「%(name)s」はパスワード付きか、古い形式（.xls）のため読み取れません。Excelで開き、"
                "パスワードを外して「Excel ブック（*.xlsx）」で保存し直してください。"
            ),
            name=filename,
        )
    if _WEB_PAGE.match(data):
        raise InvalidError(
            mark_text(
                "「%(name)s」の中身はウェブページです。"
                "Excelで開いて「Excel ブック（*.xlsx）」で保存し直してください。"
            ),
            name=filename,
        )
    if data.startswith(_NEITHER):
        raise InvalidError(
            mark_text(
                "「%(name)s」は表のファイルではありません。"
                "Excelファイル（.xlsx）かCSVファイルを選んでください。"
            ),
            name=filename,
        )


def _empty_file() -> InvalidError:
    return InvalidError(mark_text("ファイルが空です。1行目に見出し、2行目からデータを入れてください。"))


def _assemble(
    rows: Iterator[RawRow],
    limits: Limits,
    table_format: TableFormat,
    encoding: str | None,
    arrange: Arrange | None,
) -> Table:
    filled: Iterator[RawRow] = (row for row in rows if any(cell.strip() for cell in row.cells))
    if arrange is not None:
        filled = chain(arrange(list(islice(filled, _FIRST_ROWS))), filled)
    first = next(filled, None)
    if first is None:
        raise _empty_file()
    columns = _read_header(first, limits)
    names = dict(columns)
    read: list[Row] = []
    for row in filled:
        if len(read) >= limits.rows:
            raise _too_many_rows(limits)
        _check_row(row, names, limits)
        read.append(
            Row(
                row.number,
                {
                    name: row.cells[column] if column < len(row.cells) else ""
                    for column, name in columns
                },
            )
        )
    return Table(tuple(names.values()), tuple(read), table_format, encoding)


def _read_header(row: RawRow, limits: Limits) -> list[tuple[int, str]]:
    """Return the columns that have a name, in their order."""
    _check_row(row, None, limits)
    columns = [
        (column, name) for column, cell in enumerate(row.cells) if (name := normalize_width(cell))
    ]
    if not columns:
        raise _empty_file()
    seen: set[str] = set()
    for _, name in columns:
        if name in seen:
            raise InvalidError(
                mark_text(
                    "見出し「%(name)s」が2つ以上あります。見出しの名前を変えるか、"
                    "使わない列を削除してください。"
                ),
                name=name,
            )
        seen.add(name)
    return columns


def _check_row(row: RawRow, names: dict[int, str] | None, limits: Limits) -> None:
    """Refuse a row with a cell too long, too far right or (given the names) under no header."""
    for column, cell in enumerate(row.cells):
        if len(cell) > limits.cell_characters:
            raise cell_too_long(row.number, limits)
        if column >= limits.columns and cell.strip():
            raise too_many_columns(limits)
        if names is not None and column not in names and cell.strip():
            raise InvalidError(
                mark_text(
                    "%(column)s列に見出しがありませんが、%(row)s行目に値があります。"
                    "見出しを付けるか、値を削除してください。"
                ),
                column=_column_letters(column),
                row=row.number,
            )


def _too_many_rows(limits: Limits) -> InvalidError:
    return InvalidError(
        mark_text(
            "データが%(count)s行以上あります。一度に取り込めるのは%(limit)s行までです。"
            "ファイルを分けて取り込んでください。"
        ),
        count=f"{limits.rows + 1:,}",
        limit=f"{limits.rows:,}",
    )


def _column_letters(column: int) -> str:
    """Return the name Excel shows above a column counted from 0: 0 is "A", 26 is "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
