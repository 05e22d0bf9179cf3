"""Tables as ministries print them: years or industries beside each other, prefectures below."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.errors import InvalidError
from sme_match.db.session import Database
from sme_match.statistics.imported.columns import COLUMNS
from sme_match.statistics.imported.layout import drop_titles, lay_out
from sme_match.tables.columns import map_header, parse_row
from sme_match.tables.reading import read_table
from sme_match.tables.writing import Sheet, write_xlsx
from tests.client import Client
from tests.statistics.test_imported import describe, figures, lead_id, upload
from tests.statistics.test_views import text_of

__all__ = ["lead_id"]
PUBLISHED = """表1　製造品出荷額等の推移
,,,,（単位：百万円）
コード,,平成27年,2016年,2017年度
00,全国,1100,1200,x
3,岩手県,100,120,130
13000,東京都,"1,000",1080,-
,東北計,100,120,130
注）従業者4人以上の事業所。,,,,
"""


def laid_out(text: str) -> list[tuple[object, ...]]:
    """The figures of a file as year, prefecture, industry and value; None where it cannot be read."""
    table = lay_out(read_table(text.encode(), "表.csv", arrange=drop_titles))
    header = map_header(table.header, COLUMNS)
    rows = [parse_row(row, header).values for row in table.rows]
    return [
        (
            row.get("year"),
            row.get("prefecture"),
            row.get("industry"),
            None if row.get("value") is None else int(str(row["value"])),
        )
        for row in rows
    ]


def test_years_beside_each_other_below_a_title_and_above_a_note() -> None:
    found = laid_out(PUBLISHED)
    assert found[:6] == [
        (2015, "00", None, 1100),
        (2016, "00", None, 1200),
        (2017, "00", None, None),
        (2015, "03", None, 100),
        (2016, "03", None, 120),
        (2017, "03", None, 130),
    ]
    assert [row[1] for row in found[6:]] == ["13"] * 3 + [None] * 3, "東北 is no prefecture"
    assert len(found) == 12, "the note is no row"


def test_industries_beside_each_other_by_code_and_name() -> None:
    found = laid_out(
        "年,都道府県,E_製造業,09 食料品,金属製品製造業計,備考\n"
        "2020,岩手,10,4,6,速報\n2020,宮城,30,14,16,\n"
    )
    assert found == [
        (2020, "03", "E", 10),
        (2020, "03", "09", 4),
        (2020, "03", "24", 6),
        (2020, "04", "E", 30),
        (2020, "04", "09", 14),
        (2020, "04", "24", 16),
    ]


def test_prefectures_may_stand_beside_each_other_too() -> None:
    found = laid_out("調査の年,岩手県,宮城県\n2020,1,2\n2021,3,4\n")
    assert found == [
        (2020, "03", None, 1),
        (2020, "04", None, 2),
        (2021, "03", None, 3),
        (2021, "04", None, 4),
    ]


def test_industries_in_rows_are_kept_with_their_figures() -> None:
    found = laid_out("地域,業種,2020,2021\n岩手県,製造業,1,2\n岩手県,建設業,3,4\n")
    assert [(row[0], row[2], row[3]) for row in found] == [
        (2020, "E", 1),
        (2021, "E", 2),
        (2020, "D", 3),
        (2021, "D", 4),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "年,都道府県コード,産業分類コード,値\n2004,03,09,100000\n",
        "年齢,15歳未満,65歳以上\n2020,1,2\n",
        "年,値\n2020,2021\n",
    ],
    ids=["long", "ages", "few"],
)
def test_what_is_no_such_table_stays_as_it_is(text: str) -> None:
    table = read_table(text.encode(), "表.csv")
    assert lay_out(read_table(text.encode(), "表.csv", arrange=drop_titles)) == table


@given(
    st.lists(st.integers(1990, 2030), min_size=2, max_size=6, unique=True),
    st.lists(st.integers(1, 47), min_size=1, max_size=47, unique=True),
)
def test_each_figure_of_a_table_comes_once_with_its_year_and_prefecture(
    years: list[int], codes: list[int]
) -> None:
    lines = [",".join(["", *map(str, years)])]
    lines += [
        ",".join([f"{code:02d}", *(str(code * 10_000 + year) for year in years)]) for code in codes
    ]
    found = laid_out("\n".join(lines))
    assert found == [
        (year, f"{code:02d}", None, code * 10_000 + year) for code in codes for year in years
    ]


def test_a_rank_beside_the_names_is_no_prefecture() -> None:
    lines = ["順位,都道府県名,2019,2020", "1,愛知県,50,60", "2,東京都,30,40"]
    assert [row[:2] for row in laid_out("\n".join(lines))] == [
        (2019, "23"), (2020, "23"), (2019, "13"), (2020, "13"),
    ]  # fmt: skip
    ranks = [line.replace("愛知県", "6").replace("東京都", "7") for line in lines]
    assert {row[1] for row in laid_out("\n".join(ranks))} == {None}, "which of the two, nobody can tell"


@pytest.mark.parametrize("named", ["業種コード,09", "業種,09 食料品", "分類,E 製造業"])
def test_an_industry_beside_the_years_is_not_all_industries(named: str) -> None:
    title, industry = named.split(",")
    lines = [f"都道府県,{title},2020,2021", f"岩手県,{industry},1,2"]
    assert [row[2] for row in laid_out("\n".join(lines))] == [industry[:2].strip()] * 2


def test_what_is_left_out_is_told() -> None:
    lines = ["地域,平成27年,28年,2017年,備考", "岩手県,1,2,3,x", "宮城県,1,2,3,"]
    table = lay_out(read_table("\n".join(lines).encode(), "表.csv"))
    assert map_header(table.header, COLUMNS).unknown == ("28年", "備考")


def test_figures_that_look_like_years_are_no_headings() -> None:
    lines = ["都道府県,事業所,従業者,出荷額", "岩手県,2015,2010,1999", "宮城県,2001,2011,1950"]
    table = read_table("\n".join(lines).encode(), "表.csv", arrange=drop_titles)
    assert table.header == ("都道府県", "事業所", "従業者", "出荷額")


def test_more_figures_than_one_file_may_have_are_refused_in_words() -> None:
    lines = ["地域," + ",".join(map(str, range(1900, 2050)))]
    lines += ["岩手県" + ",1" * 150] * 140
    with pytest.raises(InvalidError, match="値が"):
        lay_out(read_table("\n".join(lines).encode(), "表.csv"))


def test_such_a_table_is_looked_at_checked_and_brought_in_like_any_other(
    client: Client, database: Database, lead_id: int, app: Flask
) -> None:
    register = describe(client, breaks="")
    assert "そのまま選べます" in client.get(f"/registers/{register}/import").text
    rows = [line.split(",") for line in PUBLISHED.replace('"1,000"', "9000").splitlines()]
    sheet = Sheet("表", ["", "", "平成27年", "2016年", "2017年度"], rows[3:7])
    location = upload(client, register, write_xlsx([sheet]), "表.xlsx").location
    preview = text_of(client.get(location).text)
    assert "東京都 2016" in preview
    assert "2015年は、都道府県の合計" in preview
    assert "0か公表なしか分かりません" in preview
    assert preview.count("01から47のコードで入力") == 3, "東北 is none"
    client.post(f"{location}/apply")
    assert (2016, "03", 120) in figures(database)
