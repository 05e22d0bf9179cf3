"""Tables whose columns are years or industries, laid out as one row for each figure. Pure.

Official tables are mostly printed so: prefectures below each other, years or industries beside each
other, titles above and notes below. What a column or row is, is read from what stands in it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.reference.jsic import find_jsic
from sme_match.statistics.imported.columns import COLUMNS
from sme_match.tables.columns import Column, map_header
from sme_match.tables.reading import DEFAULT_LIMITS
from sme_match.tables.table import RawRow, Row, Table

HOW = mark_text(
    "年や産業が横に、都道府県が縦に並ぶ表は、そのまま選べます。値1つを1行に直して確かめるため、"
    "行の番号は直したあとの番号です。"
)
"""What people are told of it where they choose a file and look at it."""
_BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}
_BESIDE = ("year", "industry", "prefecture")
"""What columns may be, in the order in which it is decided between equals."""
_FIRST_HEADINGS = 2
"""A heading of one year may be a title; where there are two, it is the row of headings."""
_UNNAMED = "見出しのない列"
# 09 食料品, E_製造業: tables shorten names, so the code counts where the name begins alike; 65歳以上
# is no industry.
_CODE_AND_NAME = re.compile(r"([A-T]|[0-9]{2})[\s_.:・]*([^\s0-9_.:・]{2}).*")
_SUM = "計"
_INDUSTRY = re.compile("産業|業種|industry", re.IGNORECASE)


def drop_titles(rows: Sequence[RawRow]) -> Sequence[RawRow]:
    """Return the first rows of a file from its headings on, those left empty named.

    Without a row that has the headings of such a table they stay as they are.
    """
    for place, row in enumerate(rows):
        if _names_columns(row.cells):
            return rows[place:]
        # A bare number is a year if it can be one; whether it is a code or a figure, nobody can tell.
        words = [cell for cell in row.cells if not normalize_width(cell).isdigit()]
        found = {key: _count(key, row.cells if key == "year" else words) for key in _BESIDE}
        # A row that is named by one prefecture has figures, though they may look like years.
        if max(found.values()) < _FIRST_HEADINGS or found["prefecture"] == 1:
            continue
        below = rows[place + 1 :]
        cells = [
            f"{_UNNAMED}{number}" if not cell.strip() and _is_used(below, number) else cell
            for number, cell in enumerate(row.cells)
        ]
        return [replace(row, cells=tuple(cells)), *below]
    return rows


def lay_out(table: Table) -> Table:
    """Return one row for each figure of a table; one that has a column of values stays as it is.

    Raises:
        InvalidError: it has more figures than one file may have rows.
    """
    header = map_header(table.header, COLUMNS)
    given = {column.key: title for title, column in header.columns.items()}
    if "value" in given:
        return table
    beside = max(_BESIDE, key=lambda key: (key not in given) * _count(key, header.unknown))
    headings = {title: code for title in header.unknown if (code := _heading(beside, title))}
    if not headings or beside in given:
        return table
    for key in ("prefecture", "year", "industry"):
        taken = {*headings, *given.values()}
        if key != beside and key not in given and (title := _column_of(key, table, taken)):
            given[key] = title
    figures = sum(bool(row.values[title].strip()) for row in table.rows for title in headings)
    if figures > DEFAULT_LIMITS.rows:
        raise InvalidError(
            mark_text(
                "値が%(count)s個あります。一度に取り込めるのは%(limit)s個までです。"
                "年や産業の列を減らし、ファイルを分けて取り込んでください。"
            ),
            count=f"{figures:,}",
            limit=f"{DEFAULT_LIMITS.rows:,}",
        )
    rows = [
        {**{_BY_KEY[key].title: _given(key, row.values[of]) for key, of in given.items()}, **figure}
        for row in table.rows
        for title, code in headings.items()
        if (figure := _figure(row.values[title], beside, code))
    ]
    titles = tuple(column.title for column in COLUMNS if column.key in {*given, beside, "value"})
    # What is left out stands last, so that people are told.
    left = tuple(title for title in table.header if title not in {*headings, *given.values()})
    return replace(
        table,
        header=(*titles, *left),
        rows=tuple(Row(number, values) for number, values in enumerate(rows, 1)),
    )


def _given(key: str, cell: str) -> str:
    """Return a cell that names an industry by code and name as the code; any other as it is."""
    return (_heading(key, cell) or cell) if key == "industry" else cell


def _figure(cell: str, beside: str, code: str) -> dict[str, str]:
    """Return what one cell adds to its row; nothing where it is empty, as below a note."""
    if not cell.strip():
        return {}
    return {_BY_KEY[beside].title: code, _BY_KEY["value"].title: cell}


def _heading(key: str, title: str) -> str:
    """Return what a heading says as the column of long files has it; nothing when it is no such."""
    typed = normalize_width(title)
    tried = [typed]
    if key == "industry":
        found = _CODE_AND_NAME.fullmatch(typed)
        known = find_jsic(found[1]) if found else None
        tried += [typed.removesuffix(_SUM)]
        tried += [known.code] if found and known and known.ja.startswith(found[2]) else []
    return next((each for each in tried if each and _is(key, each)), "")


def _is(key: str, text: str) -> bool:
    try:
        _BY_KEY[key].parse(text)
    except InvalidError:
        return False
    return True


def _names_columns(cells: Sequence[str]) -> bool:
    """Tell whether a row has the headings of a file with one row for each figure."""
    try:
        return len(map_header(cells, COLUMNS).columns) >= _FIRST_HEADINGS
    except InvalidError:
        return True


def _count(key: str, titles: Sequence[str]) -> int:
    return sum(bool(_heading(key, title)) for title in titles)


def _column_of(key: str, table: Table, taken: Collection[str]) -> str:
    """Return the heading of the one column whose cells are mostly years, prefectures or industries.

    Names come before numbers, which may be ranks or shares as well: of several columns with numbers
    that could be such, none is taken. Numbers are industries only under a heading that says so.
    """
    for numbered in (False, True):
        shares = {
            title: sum(
                bool(_heading(key, cell)) for cell in cells if numbered or not cell.strip().isdigit()
            )
            / len(cells)
            for title in table.header
            if title not in taken
            and (not numbered or key != "industry" or _INDUSTRY.search(title))
            and (cells := [row.values[title] for row in table.rows if row.values[title].strip()])
        }
        mostly = [title for title, each in shares.items() if each > 1 / 2]
        if mostly and (len(mostly) == 1 or not numbered):
            return max(mostly, key=lambda title: shares[title])
    return ""


def _is_used(rows: Sequence[RawRow], column: int) -> bool:
    return any(column < len(row.cells) and row.cells[column].strip() for row in rows)
