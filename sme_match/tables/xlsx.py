"""The rows of the first visible sheet of an XLSX file, read as a stream.

The ready-made readers build the whole rectangle of a sheet in memory before one row can be
counted: a 2 KB file with one cell in A1 and one in XFD1048576 aborts the process, and one long
shared text used by many cells is copied for each. This reader holds one row at a time, shares
texts, refuses document types (entities), and stops when its caller has seen enough.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cache
from xml.parsers import expat

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.tables.number_formats import (
    PLAIN,
    NumberFormat,
    read_format,
    show_iso,
    show_number,
)
from sme_match.tables.package import WORKBOOK, Package, broken_file
from sme_match.tables.table import Limits, RawRow

_REFERENCE = re.compile(r"([A-Za-z]{1,3})[0-9]{1,7}")
# Excel writes characters that XML forbids as _x000D_; halves of pairs are left as they are.
_ESCAPED = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")
_TRUE = {"1", "true"}
_NOT_CALCULATED = mark_text(
    "%(row)s行目に計算されていない式があります。Excelで開いて保存し直してください。"
)

Attributes = dict[str, str]


def read_xlsx_rows(data: bytes, limits: Limits) -> Iterator[RawRow]:
    """Yield the rows that have a value, with the row numbers that Excel shows.

    Formulas give their stored values, error values their code ("#N/A"), truth values TRUE or
    FALSE; readings (furigana) inside a text are left out.

    Raises:
        InvalidError: the file is broken, has no sheet, or has a cell outside the limits.
    """
    with Package(data, limits) as package:
        workbook = _read_workbook(package)
        sheet = _SheetReader(
            texts=_SharedTexts(package, workbook.path_of("/sharedStrings")),
            formats=_read_formats(package, workbook.path_of("/styles")),
            from_1904=workbook.from_1904,
            limits=limits,
        )
        for piece in package.chunks(workbook.first_sheet()):
            sheet.feed(piece)
            yield from sheet.take_rows()
        sheet.feed(b"", final=True)
        yield from sheet.take_rows()


class _Parser:
    """Names without the prefix of their document, no document types, one kind of error.

    Most writers use no prefix; then expat calls the handlers directly, which counts with
    millions of cells.
    """

    def __init__(
        self,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._start = start
        self._end = end
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = end
        self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        try:
            self._parser.Parse(piece, final)
        except (expat.ExpatError, ValueError) as error:
            raise broken_file() from error

    def feed_all(self, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            self.feed(piece)
        self.feed(b"", final=True)

    def _begin(self, name: str, attributes: Attributes) -> None:
        """Take the prefix that the first element has away from all of them."""
        prefix, colon, bare = name.rpartition(":")
        start, end = self._start, self._end
        if colon:
            prefix += colon
            self._parser.StartElementHandler = lambda name, attributes: start(
                name.removeprefix(prefix), attributes
            )
            if end is not None:
                self._parser.EndElementHandler = lambda name: end(name.removeprefix(prefix))
        else:
            self._parser.StartElementHandler = start
        start(bare, attributes)


def _refuse_doctype(*_: object) -> None:
    """Entities are declared in document types only; Excel writes none."""
    raise broken_file()


class _Workbook:
    """The sheets and parts that the workbook names."""

    def __init__(self) -> None:
        self.sheet_ids: list[str] = []
        self.from_1904 = False
        self.parts: dict[str, tuple[str, str]] = {}

    def path_of(self, kind: str) -> str | None:
        return next((path for end, path in self.parts.values() if end.endswith(kind)), None)

    def first_sheet(self) -> str:
        for sheet_id in self.sheet_ids:
            kind, path = self.parts.get(sheet_id, ("", ""))
            if kind.endswith("/worksheet"):
                return path
        raise InvalidError(
            mark_text("表示されているシートがありません。データのあるシートを先頭に置いてください。")
        )


def _read_workbook(package: Package) -> _Workbook:
    workbook = _Workbook()

    def on_workbook(name: str, attributes: Attributes) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            workbook.sheet_ids += [value for key, value in attributes.items() if key.endswith(":id")]
        elif name == "workbookPr":
            workbook.from_1904 = attributes.get("date1904") in _TRUE

    def on_relation(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            path = posixpath.join("xl", attributes.get("Target", ""))
            workbook.parts[attributes.get("Id", "")] = attributes.get("Type", ""), path

    _Parser(on_workbook).feed_all(package.chunks(WORKBOOK))
    _Parser(on_relation).feed_all(package.chunks("xl/_rels/workbook.xml.rels"))
    return workbook


def _read_formats(package: Package, path: str | None) -> list[NumberFormat]:
    """Return the number format of every cell style, by the number of the style."""
    formats: list[NumberFormat] = []
    if path is None or path not in package:
        return formats
    codes: dict[int, str] = {}
    inside = ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal inside
        if name in {"cellXfs", "cellStyleXfs", "dxfs"}:
            inside = name
        elif name == "numFmt" and inside != "dxfs":
            codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif name == "xf" and inside == "cellXfs":
            identifier = int(attributes.get("numFmtId", 0))
            formats.append(read_format(identifier, codes.get(identifier)))

    _Parser(start).feed_all(package.chunks(path))
    return formats


class _Runs:
    """The text of a shared or inline string: its runs joined, its readings left out."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._inside_text = False
        self._inside_reading = False

    def start(self, name: str, _attributes: Attributes) -> None:
        if name == "t":
            self._inside_text = not self._inside_reading
        elif name == "rPh":
            self._inside_reading = True

    def end(self, name: str) -> None:
        if name == "t":
            self._inside_text = False
        elif name == "rPh":
            self._inside_reading = False

    def text(self, piece: str) -> None:
        if self._inside_text:
            self._pieces.append(piece)

    def take(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        return _unescape(text)


class _SharedTexts:
    """The texts that cells refer to by number, read only as far as a cell asks.

    Excel numbers them in the order of their first use, so the first rows of an endless
    file need only its first texts.
    """

    def __init__(self, package: Package, path: str | None) -> None:
        self._texts: list[str] = []
        self._runs = _Runs()
        self._parser = _Parser(self._runs.start, self._end, self._runs.text)
        self._pieces = package.chunks(path) if path is not None else iter(())

    def __getitem__(self, index: int) -> str:
        if index < 0:
            raise broken_file()
        while index >= len(self._texts):
            piece = next(self._pieces, None)
            if piece is None:
                raise broken_file()
            self._parser.feed(piece)
        return self._texts[index]

    def _end(self, name: str) -> None:
        if name == "si":
            self._texts.append(self._runs.take())
        else:
            self._runs.end(name)


def _unescape(text: str) -> str:
    """Undo Excel's escapes; no database stores NUL, so its replacement character stands in."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text).replace("\0", "\ufffd")


class _SheetReader:
    """Turns the events of a sheet's XML into rows; checks every cell against the limits."""

    def __init__(
        self,
        *,
        texts: _SharedTexts,
        formats: list[NumberFormat],
        from_1904: bool,
        limits: Limits,
    ) -> None:
        self._texts = texts
        self._formats = formats
        self._from_1904 = from_1904
        self._limits = limits
        self._parser = _Parser(self._start, self._end, self._text)
        self._rows: list[RawRow] = []
        self._row_number = 0
        self._column = -1
        self._cells: dict[int, str] = {}
        self._cell: Attributes = {}
        self._value = ""
        self._inside_value = False
        self._is_formula = False
        self._inline = _Runs()

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        self._parser.feed(piece, final=final)

    def take_rows(self) -> list[RawRow]:
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._cell = attributes
            self._value = ""
            self._is_formula = False
            reference = attributes.get("r")
            self._column = self._column + 1 if reference is None else _column_of(reference)
        elif name == "v":
            self._inside_value = True
        elif name == "row":
            self._row_number = int(attributes.get("r", self._row_number + 1))
            self._column = -1
        elif name == "f":
            self._is_formula = True
        else:
            self._inline.start(name, attributes)

    def _text(self, piece: str) -> None:
        if self._inside_value:
            self._value += piece
        else:
            self._inline.text(piece)

    def _end(self, name: str) -> None:
        if name == "v":
            self._inside_value = False
        elif name == "c":
            self._keep_cell()
        elif name == "row":
            self._keep_row()
        else:
            self._inline.end(name)

    def _keep_cell(self) -> None:
        kind = self._cell.get("t", "n")
        if kind == "inlineStr":
            text = self._inline.take()
        elif self._value:
            text = self._show(kind, self._value)
        elif self._is_formula and kind != "str":
            # Excel stores every result; a program that wrote the formula alone stored none.
            raise InvalidError(_NOT_CALCULATED, row=self._row_number)
        else:
            return
        if not text:
            return
        if self._column >= self._limits.columns:
            raise too_many_columns(self._limits)
        self._cells[self._column] = text

    def _show(self, kind: str, raw: str) -> str:
        if kind == "s":
            return self._texts[int(raw)]
        if kind == "n":
            return show_number(raw, self._format(), from_1904=self._from_1904)
        if kind == "b":
            return "TRUE" if raw in _TRUE else "FALSE"
        if kind == "d":
            return show_iso(raw)
        return _unescape(raw)

    def _format(self) -> NumberFormat:
        style = int(self._cell.get("s", 0))
        return self._formats[style] if 0 <= style < len(self._formats) else PLAIN

    def _keep_row(self) -> None:
        if self._cells:
            width = max(self._cells) + 1
            cells = tuple(self._cells.get(column, "") for column in range(width))
            self._rows.append(RawRow(self._row_number, cells))
            self._cells.clear()


def _column_of(reference: str) -> int:
    """Return the column of a cell reference, from 0: "A1" is 0, "AA1" is 26."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise broken_file()
    return _column_number(match[1].upper())


@cache
def _column_number(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def too_many_columns(limits: Limits) -> InvalidError:
    """Return the refusal of a table with more columns than the limits allow."""
    return InvalidError(
        mark_text("列が多すぎます（上限は%(limit)s列です）。使わない列を削除してください。"),
        limit=f"{limits.columns:,}",
    )
