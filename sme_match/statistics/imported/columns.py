"""The columns of a file with an official series, and what people write into them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from sme_match.core.eras import ERAS
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.reference.jsic import find_jsic
from sme_match.reference.prefectures import find_prefecture
from sme_match.tables.columns import Column
from sme_match.tables.parsers import decimal, text

NATIONAL = "00"
"""The code of the whole country, whose figure is compared with the sum of the prefectures."""
WHOLE = ""
"""The code of all industries together."""
FIRST_YEAR = 1868
LAST_YEAR = 2100
_PREFECTURES = 47
_LONGEST_BASIS = 100

_SPREADSHEET_DECIMAL = re.compile(r"\.0+$")
_YEAR = re.compile(r"([0-9]{4})(?:年度?)?")
# The portal of official statistics writes the time of a figure so: 2011100000 is fiscal year 2011.
_TIME_CODE = re.compile(r"([0-9]{4})[01]0{5}")
_ERA_YEAR = re.compile(r"([^0-9元]+)([0-9]{1,2}|元)(?:年度?)?")
_ERA_STARTS: Mapping[str, int] = MappingProxyType(
    {name: era.starts_on.year for era in ERAS for name in (era.ja, era.letter)}
)
_WHOLE_COUNTRY = frozenset({"全国", "全国計", "合計", "計", "総数", "日本", "japan", "total"})
_ALL_INDUSTRIES = frozenset({"0", "00", "全産業", "全産業計", "合計", "計", "総数", "total", "all"})
_NOT_PUBLISHED = frozenset({"x", "χ", "…", "...", "***", "**", "*", "秘匿", "不詳", "n/a", "na"})
_DASHES = frozenset({"-", "－", "―", "–", "—", "ー"})


def year(cell: str) -> int:
    """Parse a year: 2011, 2011年度, 平成23年, H23, or the ten digits of the statistics portal."""
    typed = _bare(cell)
    found = _YEAR.fullmatch(typed) or _TIME_CODE.fullmatch(typed)
    number = int(found[1]) if found else _of_era(typed)
    if number is None:
        raise InvalidError(mark_text("年は西暦4桁で入力してください（例：2011）。"))
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise InvalidError(
            mark_text("%(first)s年から%(last)s年までの年を入力してください。"),
            first=str(FIRST_YEAR),
            last=str(LAST_YEAR),
        )
    return number


def prefecture(cell: str) -> str:
    """Parse a prefecture: 03, 3 without the zero that a spreadsheet ate, 03000, 岩手県; 00 is all."""
    typed = _bare(cell)
    if typed.casefold() in _WHOLE_COUNTRY:
        return NATIONAL
    if not (typed.isascii() and typed.isdigit()):
        found = find_prefecture(typed)
        if found is None:
            raise InvalidError(mark_text("都道府県は01から47のコードで入力してください（例：03）。"))
        return found.code
    code = typed
    if len(typed) > len(NATIONAL) and typed.strip("0"):
        code, municipality = typed[:-3], typed[-3:]
        if municipality != "000" or len(code) > len(NATIONAL):
            raise InvalidError(
                mark_text("市区町村のコードです。都道府県ごとの値だけにしてください（01から47）。")
            )
    number = int(code)
    if number > _PREFECTURES:
        raise InvalidError(mark_text("都道府県は01から47のコードで入力してください（例：03）。"))
    return f"{number:02d}"


def industry(cell: str) -> str:
    """Parse a class of the industrial classification by code or name; empty is all industries."""
    typed = _bare(cell)
    if typed.casefold() in _ALL_INDUSTRIES:
        return WHOLE
    found = find_jsic(typed)
    if found is None:
        raise InvalidError(
            mark_text(
                "日本標準産業分類（第14回改定）のコードにありません。"
                "大分類はE、中分類は24のように入力し、全産業は空欄にしてください。"
            )
        )
    return found.code


def figure(cell: str) -> Decimal | None:
    """Parse a figure; None where it was not published, which official tables mark with X or ….

    A dash may mean zero or nothing known, so it is asked about.
    """
    typed = normalize_width(cell)
    if typed.casefold() in _NOT_PUBLISHED:
        return None
    if typed in _DASHES:
        raise InvalidError(
            mark_text("「-」は0か公表なしか分かりません。0なら0、公表がなければ空欄にしてください。")
        )
    return decimal()(cell)


COLUMNS = (
    Column(
        "year",
        "年",
        "Year",
        year,
        "2011",
        mark_text("西暦4桁。「平成23年」「2011年度」とも書けます。"),
        ("年度", "西暦", "調査年", "時間軸", "時間軸（年次）", "time"),
        required=True,
    ),
    Column(
        "prefecture",
        "都道府県コード",
        "Prefecture code",
        prefecture,
        "03",
        mark_text(
            "01から47。先頭の0が消えた「3」や「03000」、都道府県名でも読み取ります。"
            "全国の行（00）があれば、都道府県の合計と比べます。"
        ),
        ("都道府県", "pref_code", "地域コード", "地域", "area", "area_code"),
        required=True,
    ),
    Column(
        "industry",
        "産業分類コード",
        "Industry code",
        industry,
        "E",
        mark_text("日本標準産業分類（第14回改定）のコード。空欄は全産業です。"),
        ("産業", "産業分類", "産業コード", "jsic", "jsic_code", "industry_code"),
        blank=WHOLE,
    ),
    Column(
        "basis",
        "基準",
        "Basis",
        text(_LONGEST_BASIS),
        "平成27年基準",
        mark_text("基準が途中で変わる系列だけ。基準が違う値は、線でつなぎません。"),
        ("系列の基準",),
        blank="",
    ),
    Column(
        "value",
        "値",
        "Value",
        figure,
        "123456",
        mark_text("数字だけ。公表されていない値は空欄かX。単位は系列の単位にそろえてください。"),
        ("数値", "実数", "公表値", "figure"),
    ),
)


def _bare(cell: str) -> str:
    return _SPREADSHEET_DECIMAL.sub("", normalize_width(cell)).replace(" ", "")


def _of_era(typed: str) -> int | None:
    found = _ERA_YEAR.fullmatch(typed)
    start = _ERA_STARTS.get(found[1].upper()) if found else None
    if found is None or start is None:
        return None
    return start + (1 if found[2] == "元" else int(found[2])) - 1
