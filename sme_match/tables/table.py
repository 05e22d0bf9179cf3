"""A table that was read from a file, and how large it may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class TableFormat(StrEnum):
    """The two formats that are read, decided by the content of the file."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be. The defaults fit a register of a whole prefecture.

    The limits on the package protect the server: a small .xlsx file may claim gigabytes.
    """

    file_bytes: int = 10_000_000
    rows: int = 20_000
    columns: int = 200
    cell_characters: int = 10_000
    package_entries: int = 1_000
    package_bytes: int = 100_000_000
    package_ratio: int = 200


@dataclass(frozen=True, slots=True)
class RawRow:
    """The cells of one row from the first column on; `number` is what Excel shows beside it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header: the text of each column, "" where the cell is empty."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows; `encoding` is None for XLSX."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    format: TableFormat
    encoding: str | None = None
