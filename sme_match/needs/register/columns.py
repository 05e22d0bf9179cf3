"""The columns of the register of needs in files, and how each value is written."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sme_match.companies.enums import MeetingMode
from sme_match.companies.register.columns import MEETING_MODE_CODES
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.needs.conditions import (
    ConditionDraft,
    find_materials,
    parse_conditions,
    write_conditions,
    write_material,
)
from sme_match.needs.enums import (
    ConditionKind,
    ConditionLevel,
    DrawingRelease,
    NeedKind,
    NeedState,
)
from sme_match.needs.models import Need
from sme_match.needs.services import MOST_SMES_WANTED, as_drafts
from sme_match.reference.corporate_number import parse_corporate_number
from sme_match.reference.processes import find_process, get_process
from sme_match.registers.description import OWNER_COLUMN
from sme_match.tables import dates, parsers
from sme_match.tables.columns import Column
from sme_match.tables.writing import Value

NUMBER_LIMIT = 20
DESCRIPTION_LIMIT = 10_000
TITLE_LIMIT = 150
MOST_PIECES = 2_000_000_000
MOST_DAYS = 365

STATES: Mapping[str, str] = MappingProxyType(
    {"下書き": "draft", "募集中": "open", "公開": "open", "締め切り": "closed", "終了": "closed"}
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "試作": "prototype",
        "量産": "series",
        "試作から量産": "prototype_to_series",
        "修理・補修": "repair",
        "修理": "repair",
    }
)
DRAWINGS: Mapping[str, str] = MappingProxyType(
    {
        "いま見せられる": "now",
        "商談のときに見せる": "at_meeting",
        "秘密保持契約のあと": "after_nda",
        "NDA後": "after_nda",
    }
)
LEVEL_WORDS: Mapping[ConditionLevel, str] = MappingProxyType(
    {ConditionLevel.MUST: "必須", ConditionLevel.WISH: "希望"}
)
# Title of the column behind its level, and an example.
CONDITION_COLUMNS: Mapping[ConditionKind, tuple[str, str]] = MappingProxyType(
    {
        ConditionKind.PROCESS: ("加工・工程", "フライス加工"),
        ConditionKind.MATERIAL: ("材質", "SUS304"),
        ConditionKind.SIZE_MM: ("大きさ(mm)", "300"),
        ConditionKind.WEIGHT_KG: ("重さ(kg)", "5"),
        ConditionKind.LOT: ("ロット(個)", "50"),
        ConditionKind.TOLERANCE_MM: ("公差(±mm)", "0.02"),
        ConditionKind.ROUGHNESS_RA_UM: ("表面粗さRa(μm)", "0.8"),
        ConditionKind.CERTIFICATE: ("認証", "ISO 9001"),
        ConditionKind.LEAD_TIME_DAYS: ("納期(日)", "21"),
        ConditionKind.PROTOTYPE_LEAD_TIME_DAYS: ("試作の納期(日)", "10"),
        ConditionKind.CAPACITY: ("受注余力", "余力あり"),
        ConditionKind.PREFECTURE: ("都道府県", "岩手県"),
        ConditionKind.REGION: ("地方", "東北"),
        ConditionKind.DISTANCE_KM: ("距離(km)", "50"),
        ConditionKind.DRAWING_FORMAT: ("図面の形式", "PDF"),
        ConditionKind.MEETING_MODE: ("商談の方法", "Web"),
    }
)
# The example row shows a few conditions; a need that demands everything would mislead.
_SHOWN_AS_EXAMPLE = frozenset(
    {
        (ConditionLevel.MUST, ConditionKind.TOLERANCE_MM),
        (ConditionLevel.MUST, ConditionKind.MATERIAL),
        (ConditionLevel.WISH, ConditionKind.CERTIFICATE),
    }
)


def condition_key(level: ConditionLevel, kind: ConditionKind) -> str:
    """Return the key of the column for conditions of a kind."""
    return f"{level.value}_{kind.value}"


def parse_process(cell: str) -> str:
    """Return the process of a code, a name or a synonym.

    Raises:
        InvalidError: there is no such process.
    """
    found = find_process(cell)
    if found is None:
        raise InvalidError(
            mark_text(
                "この加工は一覧にありません。「フライス加工」「板金」のような名前で入力してください。"
            )
        )
    return found.code


def _chosen(codes: Mapping[str, str], make: Callable[[str], object]) -> Callable[[str], object]:
    choose = parsers.choice(codes)
    return lambda cell: make(choose(cell))


def _condition(level: ConditionLevel, kind: ConditionKind) -> Column:
    title, example = CONDITION_COLUMNS[kind]
    shown = (level, kind) in _SHOWN_AS_EXAMPLE
    return Column(
        condition_key(level, kind),
        f"{LEVEL_WORDS[level]}：{title}",
        f"{level.value.title()}: {kind.value}",
        lambda cell: parse_conditions(kind, level, cell),
        example if shown else "",
        mark_text("この条件に合わない企業は候補から外れます。")
        if level is ConditionLevel.MUST
        else mark_text("この条件に合うと点数が上がります。"),
        blank=(),
    )


def _quantity(key: str, title: str, title_en: str, example: str, *aliases: str) -> Column:
    return Column(
        key, title, title_en, parsers.integer(1, MOST_PIECES, unit="個"), example, aliases=aliases
    )


COLUMNS: tuple[Column, ...] = (
    Column(
        "number",
        "案件番号",
        "Need number",
        parsers.text(NUMBER_LIMIT),
        "",
        mark_text("書き出したファイルの番号はそのまま残してください。新しい案件は空欄にします。"),
        aliases=("番号",),
    ),
    Column(
        "state",
        "状態",
        "State",
        _chosen(STATES, NeedState),
        "募集中",
        mark_text("下書き、募集中、締め切り。空欄は下書きになります。"),
    ),
    Column(
        "title",
        "件名",
        "Title",
        parsers.text(TITLE_LIMIT),
        "ステンレス製ブラケットの切削",
        mark_text("何を作るかが分かるように。"),
        aliases=("案件名",),
        required=True,
    ),
    Column(
        "buyer_number",
        "発注企業の法人番号",
        "Buyer's corporate number",
        parse_corporate_number,
        "7000012050002",
        mark_text("どの発注企業かを、まずこの番号で見分けます。"),
        aliases=("法人番号",),
    ),
    Column(
        "buyer_name",
        "発注企業",
        "Buyer",
        parsers.text(100),
        "サンプル産業株式会社",
        mark_text("まだ登録のない企業は、委託側の企業として一緒に登録します。"),
        aliases=("発注企業名", "発注者"),
        required=True,
    ),
    Column(
        "buyer_anonymous",
        "企業名を伏せる",
        "Anonymous",
        parsers.yes_no,
        "×",
        mark_text("○か×。受託側には、双方が商談に合意するまで企業名を見せません。"),
    ),
    Column(
        "description",
        "内容",
        "Description",
        parsers.text(DESCRIPTION_LIMIT, multiline=True),
        "SUS304の小物部品です。面取りとバリ取りまでお願いします。",
        mark_text("この文章の言葉で企業を探します。"),
    ),
    Column("outsourcing_reason", "外に出す理由", "Why outsourced", parsers.text(300), "社内の能力不足"),
    Column(
        "process_code",
        "主な加工・工程",
        "Process",
        parse_process,
        "フライス加工",
        aliases=("加工・工程", "工程"),
    ),
    Column(
        "materials",
        "材質",
        "Materials",
        lambda cell: list(find_materials(cell)),
        "SUS304",
        mark_text("読点（、）で区切ります。"),
        aliases=("材料",),
    ),
    Column(
        "kind",
        "種類",
        "Kind",
        _chosen(KINDS, NeedKind),
        "量産",
        mark_text("試作、量産、試作から量産、修理・補修。"),
    ),
    _quantity("lot_quantity", "1回の数量(個)", "Lot", "50", "ロット"),
    _quantity("monthly_quantity", "月の数量(個)", "A month", "100"),
    _quantity("yearly_quantity", "年の数量(個)", "A year", "1200"),
    Column(
        "treatment", "処理・仕上げ", "Treatment", parsers.text(200), "バレル研磨", aliases=("表面処理",)
    ),
    Column("due_on", "希望納期", "Due", dates.date, "2027/03/31", aliases=("納期",)),
    Column("delivery_place", "納入場所", "Delivery place", parsers.text(100), "岩手県北上市"),
    Column("price_band", "希望価格", "Price", parsers.text(100), "1個 3,000円まで"),
    Column("drawings", "図面", "Drawings", _chosen(DRAWINGS, DrawingRelease), "秘密保持契約のあと"),
    Column(
        "payment_days",
        "支払期日(日)",
        "Payment (days)",
        parsers.integer(1, MOST_DAYS, unit="日"),
        "30",
        mark_text("受領から数えた日数。取適法により60日以内です。"),
    ),
    Column(
        "sme_wanted",
        "商談したい社数(社)",
        "SMEs wanted",
        parsers.integer(1, MOST_SMES_WANTED, unit="社"),
        "3",
    ),
    Column(
        "meeting_mode",
        "商談の方法",
        "Meeting",
        _chosen(MEETING_MODE_CODES, MeetingMode),
        "Web",
        mark_text("Web、対面、Webでも対面でも。"),
    ),
    Column("expires_on", "回答期限", "Proposals until", dates.date, "2027/01/31"),
    *(_condition(level, kind) for level in ConditionLevel for kind in ConditionKind),
    OWNER_COLUMN,
)

TITLES: Mapping[str, str] = MappingProxyType({column.key: column.title for column in COLUMNS})
CONDITION_KEYS: Mapping[str, tuple[ConditionLevel, ConditionKind]] = MappingProxyType(
    {condition_key(level, kind): (level, kind) for level in ConditionLevel for kind in ConditionKind}
)


_BUYER_KEYS = frozenset({"buyer_number", "buyer_name"})


def write_need(need: Need, *, owner: str) -> list[Value]:
    """Return the cells of a need in the order of the columns: what the import reads back.

    `owner` names the body of a shared need, which does not tell who its anonymous buyers are.
    """
    conditions: dict[str, list[ConditionDraft]] = {}
    for condition in as_drafts(need.conditions):
        conditions.setdefault(condition_key(condition.level, condition.kind), []).append(condition)
    cells: list[Value] = []
    for column in COLUMNS:
        if column is OWNER_COLUMN:
            cells.append(owner)
        elif column.key in _BUYER_KEYS and owner and need.buyer_anonymous:
            cells.append("")
        elif column.key in CONDITION_KEYS:
            cells.append(write_conditions(conditions.get(column.key, ())))
        else:
            cells.append(_cell(need, column.key))
    return cells


def _cell(need: Need, key: str) -> Value:
    if key == "buyer_number":
        return need.buyer.corporate_number
    if key == "buyer_name":
        return need.buyer.name
    value: Any = getattr(need, key)
    if key in _SPELLINGS:
        codes = _SPELLINGS[key]
        return next((name for name, code in codes.items() if value is not None and code == value), "")
    if key == "materials":
        return "、".join(write_material(code) for code in value)
    if key == "process_code":
        return _process_name(value)
    plain: Value = value
    return plain


def _process_name(code: str) -> str:
    try:
        return get_process(code).ja if code else ""
    except KeyError:
        return code


_SPELLINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"state": STATES, "kind": KINDS, "drawings": DRAWINGS, "meeting_mode": MEETING_MODE_CODES}
)
