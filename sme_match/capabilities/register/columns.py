"""The columns of the register of capabilities in files, and how each value is written."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sme_match.capabilities.enums import CapacityState, DrawingFormat
from sme_match.capabilities.machines import format_machines, parse_machines
from sme_match.capabilities.materials import parse_materials
from sme_match.capabilities.models import Capability
from sme_match.capabilities.services import LIMITS
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.reference.corporate_number import parse_corporate_number
from sme_match.reference.materials import get_family
from sme_match.reference.processes import find_process, get_process
from sme_match.registers.description import OWNER_COLUMN
from sme_match.tables import dates, parsers
from sme_match.tables.columns import Column
from sme_match.tables.writing import Value

LARGEST_ID = 2_147_483_647
DESCRIPTION_LIMIT = 10_000
LIST_LIMIT = 3_000
CAPACITIES: Mapping[str, str] = MappingProxyType(
    {
        "余力あり": CapacityState.FREE.value,
        "あり": CapacityState.FREE.value,
        "調整すれば可能": CapacityState.ADJUSTABLE.value,
        "調整": CapacityState.ADJUSTABLE.value,
        "余力なし": CapacityState.FULL.value,
        "なし": CapacityState.FULL.value,
    }
)
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "紙": DrawingFormat.PAPER.value,
        "PDF": DrawingFormat.PDF.value,
        "DXF・DWG": DrawingFormat.DXF.value,
        "DXF": DrawingFormat.DXF.value,
        "DWG": DrawingFormat.DXF.value,
        "STEP（3D）": DrawingFormat.STEP.value,
        "STEP": DrawingFormat.STEP.value,
    }
)


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


def _materials(cell: str) -> list[str]:
    return list(parse_materials(parsers.text(LIST_LIMIT, multiline=True)(cell)).values)


def _machines(cell: str) -> list[dict[str, Any]]:
    return parse_machines(parsers.text(LIST_LIMIT, multiline=True)(cell))


def _drawing_formats(cell: str) -> list[str]:
    return list(parsers.list_of(parsers.choice(FORMATS))(cell))


def _capacity(cell: str) -> CapacityState:
    return CapacityState(parsers.choice(CAPACITIES)(cell))


def _whole(key: str, unit: str = "") -> Callable[[str], int]:
    return parsers.integer(*LIMITS[key], unit=unit)


def _figure(key: str, unit: str) -> Callable[[str], Decimal]:
    return parsers.decimal(*LIMITS[key], unit=unit)


COLUMNS: tuple[Column, ...] = (
    Column(
        "id",
        "管理番号",
        "ID",
        parsers.integer(1, LARGEST_ID),
        "",
        mark_text("書き出したファイルの番号はそのまま残してください。新しい行は空欄にします。"),
    ),
    Column(
        "corporate_number",
        "法人番号",
        "Corporate number",
        parse_corporate_number,
        "7000012050002",
        mark_text("どの企業の加工かを、まずこの番号で見分けます。"),
    ),
    Column(
        "company_name",
        "企業名",
        "Company name",
        parsers.text(100),
        "株式会社サンプル製作所",
        mark_text("登録済みの企業の名前。"),
        aliases=("会社名", "事業所名"),
        required=True,
    ),
    Column(
        "process_code",
        "加工・工程",
        "Process",
        parse_process,
        "フライス加工",
        mark_text("1行に1つの加工。"),
        aliases=("工程", "加工", "加工の種類"),
        required=True,
    ),
    Column(
        "description",
        "得意なこと",
        "Description",
        parsers.text(DESCRIPTION_LIMIT, multiline=True),
        "SUS304の精密切削を1個から。",
        mark_text("発注企業は、この文章の言葉でも探します。"),
        aliases=("説明", "内容"),
    ),
    Column(
        "materials",
        "材質",
        "Materials",
        _materials,
        "SUS304、A5052",
        mark_text("読点（、）で区切ります。"),
        aliases=("材料",),
    ),
    Column("size_min_mm", "最小寸法(mm)", "Smallest size (mm)", _figure("size_min_mm", "mm"), "5"),
    Column(
        "size_max_mm",
        "最大寸法(mm)",
        "Largest size (mm)",
        _figure("size_max_mm", "mm"),
        "600",
        mark_text("いちばん長い辺。"),
    ),
    Column(
        "weight_max_kg", "最大重量(kg)", "Largest weight (kg)", _figure("weight_max_kg", "kg"), "20"
    ),
    Column("lot_min", "最小ロット(個)", "Smallest lot", _whole("lot_min", "個"), "1"),
    Column("lot_sweet", "得意なロット(個)", "Best lot", _whole("lot_sweet", "個"), "30"),
    Column("lot_max", "最大ロット(個)", "Largest lot", _whole("lot_max", "個"), "500"),
    Column("tolerance_mm", "公差(±mm)", "Tolerance (mm)", _figure("tolerance_mm", "mm"), "0.01"),
    Column("it_grade", "IT等級", "IT grade", _whole("it_grade"), "7"),
    Column(
        "roughness_ra_um",
        "表面粗さRa(μm)",
        "Roughness Ra (um)",
        _figure("roughness_ra_um", "μm"),
        "0.8",
    ),
    Column(
        "machines",
        "設備",
        "Machines",
        _machines,
        "5軸マシニング / DMG森精機 / DMU50 / 2台",
        mark_text("1行に1台種。種類 / メーカー / 型式 / 台数。"),
        aliases=("設備・機械",),
    ),
    Column("inspection", "検査機器", "Inspection equipment", parsers.text(500), "三次元測定機"),
    Column("lead_time_days", "納期(日)", "Lead time (days)", _whole("lead_time_days", "日"), "14"),
    Column(
        "prototype_lead_time_days",
        "試作の納期(日)",
        "Prototype lead time (days)",
        _whole("prototype_lead_time_days", "日"),
        "7",
    ),
    Column(
        "in_house",
        "自社で加工",
        "In house",
        parsers.yes_no,
        "○",
        mark_text("○か×。協力企業がするなら×。"),
    ),
    Column(
        "part_numbers_per_month",
        "月の品番数",
        "Part numbers a month",
        _whole("part_numbers_per_month"),
        "120",
    ),
    Column("average_lot", "平均ロット(個)", "Average lot", _whole("average_lot", "個"), "25"),
    Column("setup_minutes", "段取り時間(分)", "Set-up (minutes)", _whole("setup_minutes", "分"), "40"),
    Column(
        "repeat_rate_percent",
        "リピート率(%)",
        "Repeat rate (%)",
        _whole("repeat_rate_percent", "%"),
        "60",
    ),
    Column(
        "drawing_formats",
        "図面の形式",
        "Drawing formats",
        _drawing_formats,
        "PDF、STEP",
        mark_text("紙、PDF、DXF・DWG、STEP（3D）。"),
    ),
    Column("quote_days", "見積りの日数(日)", "Days to quote", _whole("quote_days", "日"), "3"),
    Column(
        "prototype_to_series",
        "試作から量産",
        "Prototype to series",
        parsers.yes_no,
        "○",
        mark_text("○か×。"),
    ),
    Column(
        "capacity",
        "受注余力",
        "Free capacity",
        _capacity,
        "余力あり",
        mark_text("余力あり、調整すれば可能、余力なし。"),
    ),
    Column("capacity_until_on", "余力の期限", "Capacity until", dates.date, "2027/03/31"),
    OWNER_COLUMN,
)

TITLES: Mapping[str, str] = MappingProxyType({column.key: column.title for column in COLUMNS})


def write_capability(capability: Capability, *, owner: str) -> list[Value]:
    """Return the cells of a capability in the order of the columns: what the import reads back."""
    return [owner if column is OWNER_COLUMN else _cell(capability, column.key) for column in COLUMNS]


def _cell(capability: Capability, key: str) -> Value:
    if key == "corporate_number":
        return capability.company.corporate_number
    if key == "company_name":
        return capability.company.name
    value: Any = getattr(capability, key)
    if key in _WRITERS and value:
        return _WRITERS[key](value)
    if isinstance(value, list):
        return ""
    if isinstance(value, Decimal | date) or value is None:
        return value
    plain: Value = value
    return plain


def _process_name(code: str) -> str:
    try:
        return get_process(code).ja
    except KeyError:
        return code


def _material_names(codes: list[str]) -> str:
    return "、".join(map(_material_name, codes))


def _material_name(code: str) -> str:
    try:
        return get_family(code).ja
    except KeyError:
        return code


def _first_spelling(codes: Mapping[str, str], code: str) -> str:
    return next((name for name, known in codes.items() if known == code), code)


_WRITERS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        "process_code": _process_name,
        "materials": _material_names,
        "machines": format_machines,
        "drawing_formats": lambda codes: "、".join(_first_spelling(FORMATS, code) for code in codes),
        "capacity": lambda state: _first_spelling(CAPACITIES, state.value),
    }
)
