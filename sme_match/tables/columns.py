"""The columns of a register as data: matching a file's header with them, parsing its rows."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.tables.table import Row

Parse = Callable[[str], object]
Translate = Callable[[str], str]

ERRORS_TITLE = mark_text("直すところ")
"""The column that `error_rows` adds; a corrected file may still carry it."""

_REQUIRED = mark_text("入力してください。")
_EXCEL_ERROR = mark_text(
    "Excelのエラー値（%(error)s）が入っています。計算式を直すか、値を入力し直してください。"
)
_EXCEL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
# People mark required columns and add units or notes: "企業名（必須）", "企業名 *", "※企業名".
_HEADER_MARKS = re.compile(r"[((\[【](?:必須|任意|required|optional)[))\]】]|[*※]")
_HEADER_NOISE = re.compile(r"[\s_\-・]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a register.

    `parse` takes the text of a cell that is not blank and returns the value, or raises
    InvalidError. `example` must be a text that it accepts. `blank` is the value of an empty
    cell of a column that is not required.
    """

    key: str
    title: str
    title_en: str
    parse: Parse
    example: str
    hint: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    blank: object = None


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """Which column of a register each header of a file is.

    `missing` are titles of required columns, `unknown` headers that no column answers to.
    """

    columns: Mapping[str, Column]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one cell: the column's title, the text found, the message about it."""

    title: str
    value: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Translate = mark_text) -> str:
        """Return the message with its values filled in."""
        message = translate(self.message)
        return message % self.values if self.values else message


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """The values of a row by column key, and all that is wrong with it.

    `values` has a key for every column that the file has, except those in error: a column
    that the file lacks changes nothing.
    """

    number: int
    values: Mapping[str, object]
    errors: tuple[CellError, ...] = ()


def map_header(header: Sequence[str], columns: Sequence[Column]) -> HeaderMap:
    """Match headers with columns by title, English title, alias or key.

    Width, spaces, letter case and marks such as "（必須）" make no difference.

    Raises:
        InvalidError: two headers of the file mean the same column.
    """
    by_name = {
        _fold_header(name): column
        for column in columns
        for name in (column.key, *column.aliases, column.title_en, column.title)
    }
    mapped: dict[str, Column] = {}
    unknown: list[str] = []
    titles: dict[str, str] = {}
    for title in header:
        column = by_name.get(_fold_header(title))
        if column is None:
            unknown.append(title)
            continue
        if column.key in titles:
            raise InvalidError(
                mark_text(
                    "見出し「%(first)s」と「%(second)s」はどちらも「%(title)s」の列です。"
                    "どちらか一つにしてください。"
                ),
                first=titles[column.key],
                second=title,
                title=column.title,
            )
        titles[column.key] = title
        mapped[title] = column
    missing = tuple(column.title for column in columns if column.required and column.key not in titles)
    return HeaderMap(mapped, missing, tuple(title for title in unknown if title != ERRORS_TITLE))


def parse_row(row: Row, header: HeaderMap) -> ParsedRow:
    """Return the values of a row and everything that is wrong with it; never raise for input."""
    values: dict[str, object] = {}
    errors: list[CellError] = []
    for title, column in header.columns.items():
        text = row.values.get(title, "")
        try:
            values[column.key] = _parse_cell(text, column)
        except InvalidError as error:
            errors.append(CellError(column.title, text, error.message, error.values))
    return ParsedRow(row.number, values, tuple(errors))


def is_example(row: Row, header: HeaderMap) -> bool:
    """Say whether a row is the example that the template came with, left in by mistake."""
    return bool(header.columns) and all(
        normalize_width(row.values.get(title, "")) == normalize_width(column.example)
        for title, column in header.columns.items()
    )


def _parse_cell(text: str, column: Column) -> object:
    bare = normalize_width(text)
    if not bare:
        if column.required:
            raise InvalidError(_REQUIRED)
        return column.blank
    if bare in _EXCEL_ERRORS:
        raise InvalidError(_EXCEL_ERROR, error=bare)
    return column.parse(text)


def _fold_header(title: str) -> str:
    return _HEADER_NOISE.sub("", _HEADER_MARKS.sub("", normalize_width(title).casefold()))
