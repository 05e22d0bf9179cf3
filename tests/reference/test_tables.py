import csv
from importlib.resources import files

import pytest

from sme_match.reference.tables import read_rows, split_list

DATA = files("sme_match.reference").joinpath("data")
CSV_FILES = sorted(each.name for each in DATA.iterdir() if each.name.endswith(".csv"))


@pytest.mark.parametrize("name", CSV_FILES)
def test_rows_are_whole_and_their_first_column_is_a_key(name: str) -> None:
    rows = list(csv.reader(DATA.joinpath(name).read_text(encoding="utf-8").splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len({row[0] for row in rows}) == len(rows)
    assert [cell for row in rows for cell in row if cell != cell.strip()] == []


@pytest.mark.parametrize("name", [*CSV_FILES, "japan_map.json"])
def test_every_file_has_its_source_named(name: str) -> None:
    assert f"`{name}`" in DATA.joinpath("SOURCES.md").read_text(encoding="utf-8")


def test_a_list_in_a_cell() -> None:
    assert [split_list(cell) for cell in ("", "a", "a;b")] == [(), ("a",), ("a", "b")]


def test_rows_are_keyed_by_the_header() -> None:
    assert next(read_rows("agglomeration_types.csv"))["code"] == "castle_town"
