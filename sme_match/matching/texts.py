"""What the engine reads of a company and of a need: texts in named fields, and facts.

One capability row is one line, so that a process, its materials and its machines count together.
Profiles also carry the English names of their processes: an English need finds them by these.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from types import MappingProxyType

from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company
from sme_match.core.clock import jst_date
from sme_match.matching.engine.conditions import CapabilityFacts, CompanyFacts, Condition
from sme_match.matching.engine.documents import Document
from sme_match.matching.engine.match import MatchSettings, NeedValue
from sme_match.matching.engine.scoring import DEFAULT_POINTS, ScoreParts
from sme_match.needs.enums import ConditionKind
from sme_match.needs.models import Need
from sme_match.reference.materials import list_families, list_materials
from sme_match.reference.municipalities import split_address
from sme_match.reference.positions import Position, find_position
from sme_match.reference.prefectures import get_prefecture
from sme_match.reference.processes import get_process

_NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_NO_DOUBTS: Mapping[ConditionKind, date] = MappingProxyType({})
WIN_CHARACTERS = 300
"""How much of a past need a profile remembers: its process, title and material are in front."""


def company_document(
    company: Company, capabilities: Sequence[Capability], further: Mapping[str, str] = _NO_TEXTS
) -> Document:
    """Return the profile of a company as text; `further` are fields from elsewhere."""
    return Document(
        key=company.id,
        fields={
            "capability": "\n".join(_capability_line(row) for row in capabilities),
            "profile": company.pr_text,
            "english": ", ".join(_process_name(row.process_code, "en") for row in capabilities),
            **further,
        },
        updated_on=jst_date(company.confirmed_at) if company.confirmed_at else None,
    )


def need_document(need: Need) -> Document:
    """Return a need as text."""
    return Document(
        key=need.id,
        fields={
            "process": _process_name(need.process_code, "ja"),
            "title": need.title,
            "materials": "、".join(need.materials),
            "description": need.description,
            "treatment": need.treatment,
        },
    )


def need_value(need: Need, *, barred: frozenset[int] = frozenset()) -> NeedValue:
    """Return a need whose buyer and conditions are loaded as the engine sees it.

    `barred` are the companies that exclusions keep apart from it.
    """
    return NeedValue(
        document=need_document(need),
        conditions=need_conditions(need),
        # A company is not proposed to itself.
        excluded=barred | {need.buyer_id},
        place=need_place(need),
    )


def match_settings(points: ScoreParts = DEFAULT_POINTS) -> MatchSettings:
    """Return what all runs of the service have in common, with the points that the body uses."""
    return MatchSettings(points=points, material_families=material_families())


def need_line(need: Need) -> str:
    """Return a need as one line of the profile of a company that was accepted for it."""
    line = "　".join(_one_line(need_document(need).fields.values()))
    return line[:WIN_CHARACTERS]


def company_facts(
    company: Company,
    capabilities: Sequence[Capability],
    doubts: Mapping[ConditionKind, date] = _NO_DOUBTS,
) -> CompanyFacts:
    """Return what a company states that conditions ask about, and what is in doubt of it."""
    position = find_position(company.prefecture_code, company.municipality_code)
    return CompanyFacts(
        key=company.id,
        rows=tuple(_row_facts(row) for row in capabilities),
        certificates={entry.standard: entry.expires_on for entry in company.certificates},
        prefecture=company.prefecture_code,
        region=_region(company.prefecture_code),
        place=position.code if position else "",
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        meeting_mode=company.meeting_mode,
        doubts=dict(doubts),
    )


def need_place(need: Need) -> Position | None:
    """Return where distances count from: the place of delivery, else the buyer's address."""
    address = split_address(need.delivery_place)
    if address.prefecture is None:
        return find_position(need.buyer.prefecture_code, need.buyer.municipality_code)
    municipality = address.municipality
    return find_position(address.prefecture.code, municipality.code if municipality else "")


def need_conditions(need: Need) -> tuple[Condition, ...]:
    """Return the must and wish conditions of a need."""
    return tuple(
        Condition(
            kind=condition.kind,
            level=condition.level,
            value=float(condition.number) if condition.number is not None else condition.text or "",
        )
        for condition in need.conditions
    )


@cache
def material_families() -> dict[str, frozenset[str]]:
    """Return family -> designations, by the code and by both names of each family."""
    families = {}
    for family in list_families():
        names = {family.code, family.ja, family.en}
        members = {material.designation for material in list_materials(family.code)}
        for name in names:
            families[name] = frozenset(members | names)
    return families


def _row_facts(row: Capability) -> CapabilityFacts:
    return CapabilityFacts(
        process=row.process_code,
        materials=frozenset(row.materials),
        size_min_mm=_number(row.size_min_mm),
        size_max_mm=_number(row.size_max_mm),
        weight_max_kg=_number(row.weight_max_kg),
        lot_min=_number(row.lot_min),
        lot_max=_number(row.lot_max),
        tolerance_mm=_number(row.tolerance_mm),
        roughness_ra_um=_number(row.roughness_ra_um),
        lead_time_days=_number(row.lead_time_days),
        prototype_lead_time_days=_number(row.prototype_lead_time_days),
        drawing_formats=frozenset(row.drawing_formats),
        capacity=row.capacity,
        capacity_until_on=row.capacity_until_on,
    )


def _capability_line(row: Capability) -> str:
    parts = (
        _process_name(row.process_code, "ja"),
        row.description,
        "、".join(row.materials),
        "、".join(_machine(machine) for machine in row.machines),
        row.inspection,
    )
    return "　".join(_one_line(parts))


def _machine(machine: dict[str, object]) -> str:
    return " ".join(str(machine[key]) for key in ("type", "maker", "model") if machine.get(key))


def _one_line(parts: Iterable[str]) -> list[str]:
    return [" ".join(part.split()) for part in parts if part.strip()]


def _process_name(code: str, language: str) -> str:
    if not code:
        return ""
    try:
        return get_process(code).name(language)
    except KeyError:
        return code


def _region(prefecture_code: str) -> str:
    try:
        return get_prefecture(prefecture_code).region_ja
    except KeyError:
        return ""


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
