"""The workbooks that people fill in: an empty register to begin with, rows to correct."""

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

from sme_match.core.text import mark_text
from sme_match.tables.columns import ERRORS_TITLE, CellError, Column, Translate
from sme_match.tables.table import Table
from sme_match.tables.writing import Sheet, write_xlsx

_DATA_SHEET = mark_text("入力")
_GUIDE_SHEET = mark_text("記入のしかた")
_GUIDE_TITLES = (
    mark_text("列"),
    mark_text("必須"),
    mark_text("書き方"),
    mark_text("例"),
)
_REQUIRED = mark_text("必須")
_WIDTH_PER_CHARACTER = 2.2
_NARROWEST, _WIDEST = 12, 40
_GUIDE_WIDTHS = (24, 8, 60, 30)


def write_template(columns: Sequence[Column], *, translate: Translate = mark_text) -> bytes:
    """Return a workbook with the header, one example row, and a sheet that explains each column.

    All cells are formatted as text, so that Excel keeps the leading zeros that people type.
    The header stays Japanese in every language: it is what a later import looks for first.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        text = workbook.add_format({"num_format": "@", "valign": "top"})
        wrapped = workbook.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        header = workbook.add_format({"bold": True, "num_format": "@", "bottom": 1})
        required = workbook.add_format(
            {"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#FFF2CC"}
        )
        data = workbook.add_worksheet(translate(_DATA_SHEET))
        for number, column in enumerate(columns):
            longest = max(len(column.title), len(column.example))
            width = min(max(longest * _WIDTH_PER_CHARACTER, _NARROWEST), _WIDEST)
            data.set_column(number, number, width, text)
            data.write_string(0, number, column.title, required if column.required else header)
            data.write_string(1, number, column.example, text)
        data.freeze_panes(1, 0)
        data.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        guide = workbook.add_worksheet(translate(_GUIDE_SHEET))
        for number, (title, width) in enumerate(zip(_GUIDE_TITLES, _GUIDE_WIDTHS, strict=True)):
            guide.set_column(number, number, width)
            guide.write_string(0, number, translate(title), header)
        for row, column in enumerate(columns, start=1):
            mark = translate(_REQUIRED) if column.required else ""
            cells = (column.title, mark, translate(column.hint), column.example)
            for number, cell in enumerate(cells):
                guide.write_string(row, number, cell, wrapped)
        guide.freeze_panes(1, 0)
    return buffer.getvalue()


def write_error_rows(
    table: Table,
    errors: Mapping[int, Sequence[CellError]],
    *,
    translate: Translate = mark_text,
) -> bytes:
    """Return a workbook of the rows with errors only, by row number, as they were read.

    The last column says what to correct; a later import passes over it.
    """
    header = tuple(title for title in table.header if title != ERRORS_TITLE)
    rows = [
        [*(row.values.get(title, "") for title in header), _explain(errors[row.number], translate)]
        for row in table.rows
        if errors.get(row.number)
    ]
    return write_xlsx([Sheet(translate(ERRORS_TITLE), [*header, ERRORS_TITLE], rows)])


def _explain(errors: Sequence[CellError], translate: Translate) -> str:
    return "\n".join(f"{error.title}：{error.text(translate)}" for error in errors)
