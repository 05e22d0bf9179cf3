"""The columns of the register of companies in files, and how each value is written."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sme_match.companies.enums import AgglomerationType, MeetingMode
from sme_match.companies.models import Company
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.reference.agglomeration import find_agglomeration_type, get_agglomeration_type
from sme_match.reference.corporate_number import parse_corporate_number
from sme_match.reference.jsic import find_jsic, get_jsic, jsic_path
from sme_match.reference.lookup import Entry
from sme_match.reference.municipalities import get_municipality
from sme_match.reference.prefectures import find_prefecture, get_prefecture
from sme_match.registers.description import OWNER_COLUMN
from sme_match.tables import parsers
from sme_match.tables.columns import Column
from sme_match.tables.writing import Value

ID_TITLE = "管理番号"
LARGEST_ID = 2_147_483_647
PR_TEXT_LIMIT = 10_000
_MAJOR_GROUP_DIGITS = 2


def parse_prefecture(cell: str) -> str:
    """Return the code of a prefecture by its code or name.

    Raises:
        InvalidError: there is no such prefecture.
    """
    found = find_prefecture(cell)
    if found is None:
        raise InvalidError(
            mark_text("都道府県名を入力してください（例：岩手県）。コード（03）でもかまいません。")
        )
    return found.code


def parse_industry(cell: str) -> str:
    """Return the major group of an industry; a finer class is lifted to its major group.

    Raises:
        InvalidError: there is no such industry, or a whole division is named.
    """
    found = find_jsic(cell) or find_jsic(normalize_width(cell).partition(" ")[0])
    for step in jsic_path(found.code) if found is not None else ():
        if len(step.code) == _MAJOR_GROUP_DIGITS and step.code.isdigit():
            return step.code
    raise InvalidError(
        mark_text(
            "日本標準産業分類の中分類の番号か名前を入力してください（例：24 か 金属製品製造業）。"
        )
    )


def parse_agglomeration(cell: str) -> AgglomerationType:
    """Return the type of agglomeration by its name.

    Raises:
        InvalidError: there is no such type.
    """
    found = find_agglomeration_type(cell)
    if found is None:
        raise InvalidError(
            mark_text("企業城下町型、産地型、都市型、誘致型複合のどれかを入力してください。")
        )
    return AgglomerationType(found.code)


MEETING_MODE_CODES: Mapping[str, str] = MappingProxyType(
    {"Web": "web", "対面": "in_person", "Webでも対面でも": "either", "どちらでも": "either"}
)


def parse_meeting_mode(cell: str) -> MeetingMode:
    """Return how a company meets.

    Raises:
        InvalidError: for any other word.
    """
    return MeetingMode(parsers.choice(MEETING_MODE_CODES)(cell))


COLUMNS: tuple[Column, ...] = (
    Column(
        "id",
        ID_TITLE,
        "ID",
        parsers.integer(1, LARGEST_ID),
        "",
        mark_text("書き出したファイルの番号はそのまま残してください。新しい企業は空欄にします。"),
    ),
    Column(
        "name",
        "企業名",
        "Company name",
        parsers.text(100),
        "株式会社サンプル製作所",
        mark_text("㈱などの略字もそのまま使えます。"),
        aliases=("会社名", "事業所名", "商号", "名称"),
        required=True,
    ),
    Column(
        "name_kana",
        "フリガナ",
        "Reading",
        parsers.text(150),
        "サンプルセイサクショ",
        mark_text("カタカナで。並べかえと電話のときに使います。"),
        aliases=("カナ", "企業名カナ", "ふりがな"),
        blank="",
    ),
    Column("name_en", "英語名", "English name", parsers.text(200), "Sample Works, Ltd.", blank=""),
    Column(
        "short_name",
        "略称",
        "Short name",
        parsers.text(6),
        "サンプル",
        mark_text("6文字まで。時間割の表に出ます。"),
        blank="",
    ),
    Column(
        "corporate_number",
        "法人番号",
        "Corporate number",
        parse_corporate_number,
        "7000012050002",
        mark_text("13桁の数字。同じ企業かどうかを、まずこの番号で見分けます。"),
    ),
    Column(
        "is_sme",
        "受託側",
        "Takes orders",
        parsers.yes_no,
        "○",
        mark_text("○か×。加工を受ける中小企業なら○。空欄は○とみなします。"),
    ),
    Column(
        "is_buyer",
        "委託側",
        "Places orders",
        parsers.yes_no,
        "×",
        mark_text("○か×。発注する企業なら○。"),
    ),
    Column(
        "postal_code",
        "郵便番号",
        "Postal code",
        parsers.postal_code,
        "020-0023",
        aliases=("〒",),
        blank="",
    ),
    Column(
        "prefecture_code",
        "都道府県",
        "Prefecture",
        parse_prefecture,
        "岩手県",
        mark_text("名前かコード。空欄のときは住所から読み取ります。"),
        blank="",
    ),
    Column(
        "municipality",
        "市区町村",
        "Municipality",
        parsers.text(50),
        "盛岡市",
        mark_text("名前か5桁のコード。"),
        aliases=("市町村",),
        blank="",
    ),
    Column(
        "address",
        "住所",
        "Address",
        parsers.text(200),
        "内丸10-1",
        mark_text("町名・番地。都道府県から書いてもかまいません。"),
        aliases=("所在地", "町名・番地"),
        blank="",
    ),
    Column(
        "phone", "電話番号", "Phone", parsers.phone, "019-000-0000", aliases=("電話", "TEL"), blank=""
    ),
    Column(
        "website",
        "ウェブサイト",
        "Website",
        parsers.url,
        "https://example.co.jp",
        aliases=("URL", "ホームページ", "HP"),
        blank="",
    ),
    Column(
        "jsic_code",
        "業種",
        "Industry (JSIC)",
        parse_industry,
        "24 金属製品製造業",
        mark_text("日本標準産業分類の中分類。番号か名前。"),
        aliases=("産業分類",),
        blank="",
    ),
    Column(
        "capital_man_yen",
        "資本金(万円)",
        "Capital (10,000 yen)",
        parsers.integer(0, 100_000_000, unit="万円"),
        "1000",
        aliases=("資本金",),
    ),
    Column(
        "employees",
        "従業員数(名)",
        "Employees",
        parsers.integer(0, 1_000_000, unit="名"),
        "18",
        aliases=("従業員数", "従業員"),
    ),
    Column(
        "founded_year",
        "設立年(西暦)",
        "Founded",
        parsers.integer(1600, 2100, unit="年"),
        "1984",
        aliases=("設立年", "創業年"),
    ),
    Column(
        "agglomeration",
        "産業集積の型",
        "Agglomeration",
        parse_agglomeration,
        "都市型",
        mark_text("企業城下町型、産地型、都市型、誘致型複合のどれか。わからなければ空欄。"),
    ),
    Column(
        "pr_text",
        "自社の紹介",
        "About the company",
        parsers.text(PR_TEXT_LIMIT, multiline=True),
        "SUS304の精密切削を1個から。試作から小ロット量産まで対応します。",
        mark_text("発注企業は、この文章の言葉でも探します。"),
        aliases=("紹介文", "PR", "加工の内容", "事業内容"),
        blank="",
    ),
    Column("work_style", "働き方", "Work style", parsers.text(500), "テレワークあり", blank=""),
    Column(
        "decarbonisation",
        "脱炭素の取り組み",
        "Decarbonisation",
        parsers.text(500),
        "太陽光発電を利用",
        blank="",
    ),
    Column(
        "meeting_mode",
        "商談の方法",
        "Meeting",
        parse_meeting_mode,
        "Webでも対面でも",
        mark_text("Web、対面、Webでも対面でも。わからなければ空欄。"),
    ),
    OWNER_COLUMN,
)

TITLES: Mapping[str, str] = MappingProxyType({column.key: column.title for column in COLUMNS})


def write_company(company: Company, *, owner: str) -> list[Value]:
    """Return the cells of a company in the order of the columns: what the import reads back."""
    return [owner if column is OWNER_COLUMN else _cell(company, column.key) for column in COLUMNS]


def _cell(company: Company, key: str) -> Value:
    if key == "prefecture_code":
        return _name(get_prefecture, company.prefecture_code)
    if key == "municipality":
        return _name(get_municipality, company.municipality_code)
    if key == "jsic_code" and company.jsic_code:
        return f"{company.jsic_code} {_name(get_jsic, company.jsic_code)}"
    if key == "agglomeration":
        return _name(get_agglomeration_type, company.agglomeration or "")
    if key == "meeting_mode":
        mode = company.meeting_mode
        return next((name for name, code in MEETING_MODE_CODES.items() if code == mode), "")
    value: Value = getattr(company, key)
    return value


def _name(get: Callable[[str], Entry], code: str) -> str:
    """Return the Japanese name of a code; a code that lists no longer carry stays as it is."""
    try:
        return get(code).ja if code else ""
    except KeyError:
        return code
