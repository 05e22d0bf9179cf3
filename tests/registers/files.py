"""Small register files for tests."""

import csv
import io
from collections.abc import Mapping, Sequence

from sme_match.tables.writing import Sheet, write_xlsx


def csv_file(rows: Sequence[Mapping[str, str]], *, encoding: str = "utf-8-sig") -> bytes:
    """Return a CSV file whose header is the keys of the first row."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode(encoding)


def xlsx_file(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return a workbook whose header is the keys of the first row."""
    return write_xlsx([Sheet("入力", list(rows[0]), [list(row.values()) for row in rows])])
