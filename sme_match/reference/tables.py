"""The data files of this package, read as rows of text."""

import csv
from collections.abc import Iterator
from importlib.resources import files
from io import StringIO

LIST_SEPARATOR = ";"


def read_text(filename: str) -> str:
    """Return the content of one data file."""
    return files("sme_match.reference").joinpath("data", filename).read_text(encoding="utf-8")


def read_rows(filename: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one CSV file, keyed by its header."""
    yield from csv.DictReader(StringIO(read_text(filename)))


def split_list(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds a list; an empty cell is an empty list."""
    return tuple(part for part in cell.split(LIST_SEPARATOR) if part)
