"""Use cases of capabilities. Every change also counts as a fresh statement about the company."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.capabilities.enums import CapacityState, DrawingFormat
from sme_match.capabilities.models import Capability
from sme_match.capabilities.policy import may_edit_capability
from sme_match.capabilities.queries import get_capability
from sme_match.companies.policy import may_edit_company
from sme_match.companies.queries import get_company
from sme_match.companies.services import touch_company
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.reference.processes import get_process

MAX_MATERIALS = 60
MAX_MATERIAL_LENGTH = 60
MAX_MACHINES = 100
MAX_SIZE_MM = MAX_WEIGHT_KG = 1_000_000
MAX_PRECISION = 1000
"""mm of a tolerance and µm of a roughness: more is a slip of the unit."""
MAX_LOT = 100_000_000
MAX_DAYS = 3650
MAX_MINUTES = 100_000
MAX_IT_GRADE = 18
WHOLE_PERCENT = 100
LIMITS: Mapping[str, tuple[int, int]] = {
    "size_min_mm": (0, MAX_SIZE_MM),
    "size_max_mm": (0, MAX_SIZE_MM),
    "weight_max_kg": (0, MAX_WEIGHT_KG),
    "tolerance_mm": (0, MAX_PRECISION),
    "roughness_ra_um": (0, MAX_PRECISION),
    "it_grade": (1, MAX_IT_GRADE),
    "lot_min": (1, MAX_LOT),
    "lot_sweet": (1, MAX_LOT),
    "lot_max": (1, MAX_LOT),
    "lead_time_days": (0, MAX_DAYS),
    "prototype_lead_time_days": (0, MAX_DAYS),
    "part_numbers_per_month": (0, MAX_LOT),
    "average_lot": (0, MAX_LOT),
    "setup_minutes": (0, MAX_MINUTES),
    "repeat_rate_percent": (0, WHOLE_PERCENT),
    "quote_days": (0, MAX_DAYS),
}
"""The least and the greatest value that a number may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityDraft:
    """What a form or a file states about one process of a company; None means not stated."""

    process_code: str
    description: str = ""
    materials: list[str] = field(default_factory=list)
    size_min_mm: Decimal | None = None
    size_max_mm: Decimal | None = None
    weight_max_kg: Decimal | None = None
    lot_min: int | None = None
    lot_max: int | None = None
    lot_sweet: int | None = None
    tolerance_mm: Decimal | None = None
    it_grade: int | None = None
    roughness_ra_um: Decimal | None = None
    machines: list[dict[str, Any]] = field(default_factory=list)
    inspection: str = ""
    lead_time_days: int | None = None
    prototype_lead_time_days: int | None = None
    in_house: bool = True
    part_numbers_per_month: int | None = None
    average_lot: int | None = None
    setup_minutes: int | None = None
    repeat_rate_percent: int | None = None
    drawing_formats: list[str] = field(default_factory=list)
    quote_days: int | None = None
    prototype_to_series: bool | None = None
    capacity: CapacityState | None = None
    capacity_until_on: date | None = None


def draft_of(capability: Capability) -> CapabilityDraft:
    """Return the row as it stands, to change some of it and keep the rest."""
    return CapabilityDraft(
        **{each.name: getattr(capability, each.name) for each in fields(CapabilityDraft)}
    )


def create_capability(
    session: Session, actor: Actor, company_id: int, draft: CapabilityDraft, *, now: datetime
) -> Capability:
    """Add a process to a company's profile.

    Raises:
        NotFoundError: when the actor may not see the company.
        NotAllowedError: when the actor may see but not change it.
        InvalidError: when the draft breaks a rule, naming the field.
    """
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    check_capability(draft)
    capability = Capability(
        company_id=company.id,
        company=company,
        created_at=now,
        updated_at=now,
        capacity_stated_at=now if draft.capacity else None,
        **asdict(draft),
    )
    session.add(capability)
    session.flush()
    changes: dict[str, tuple[object, object]] = {
        name: ("", value) for name, value in asdict(draft).items() if value not in (None, "", [])
    }
    _finish(session, actor, capability, "capability.create", now=now, changes=changes)
    return capability


def edit_capability(
    session: Session,
    actor: Actor,
    capability_id: int,
    draft: CapabilityDraft,
    *,
    version: int,
    now: datetime,
) -> Capability:
    """Change what a company states about one process.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: when the draft breaks a rule, naming the field.
    """
    capability = _editable(session, actor, capability_id)
    check_version(capability, version)
    check_capability(draft)
    changes = apply_changes(capability, asdict(draft))
    if {"capacity", "capacity_until_on"} & changes.keys():
        capability.capacity_stated_at = now if draft.capacity else None
    if changes:
        capability.updated_at = now
        session.flush()
        _finish(session, actor, capability, "capability.edit", now=now, changes=changes)
    return capability


def archive_capability(
    session: Session, actor: Actor, capability_id: int, *, now: datetime
) -> Capability:
    """Take a process out of the profile; it is kept and can come back.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
    """
    capability = _editable(session, actor, capability_id)
    if capability.archived_at is None:
        capability.archived_at = capability.updated_at = now
        session.flush()
        _finish(session, actor, capability, "capability.archive", now=now)
    return capability


def restore_capability(
    session: Session, actor: Actor, capability_id: int, *, now: datetime
) -> Capability:
    """Bring a process back into the profile.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
    """
    capability = _editable(session, actor, capability_id)
    if capability.archived_at is not None:
        capability.archived_at, capability.updated_at = None, now
        session.flush()
        _finish(session, actor, capability, "capability.restore", now=now)
    return capability


def check_capability(draft: CapabilityDraft) -> None:
    """Check the rules that hold wherever the row comes from.

    Raises:
        InvalidError: naming the field.
    """
    _check_codes(draft)
    _check_order(draft)
    _check_ranges(draft)


def _check_codes(draft: CapabilityDraft) -> None:
    try:
        get_process(draft.process_code)
    except KeyError:
        raise InvalidError(
            mark_text("加工の種類を一覧から選んでください。"), field="process_code"
        ) from None
    if len(draft.materials) > MAX_MATERIALS:
        raise InvalidError(
            mark_text("材料は%(limit)s種類までです。"), field="materials", limit=MAX_MATERIALS
        )
    for material in draft.materials:
        if len(material) > MAX_MATERIAL_LENGTH:
            raise InvalidError(
                mark_text("「%(text)s…」が長すぎます。材料は読点（、）で区切ってください。"),
                field="materials",
                text=material[:20],
            )
    if len(draft.machines) > MAX_MACHINES:
        raise InvalidError(
            mark_text("設備は%(limit)s行までです。"), field="machines", limit=MAX_MACHINES
        )
    if not set(draft.drawing_formats) <= {each.value for each in DrawingFormat}:
        raise InvalidError(mark_text("図面の形式を一覧から選んでください。"), field="drawing_formats")


def _check_order(draft: CapabilityDraft) -> None:
    if _above(draft.size_min_mm, draft.size_max_mm):
        raise InvalidError(
            mark_text("最大寸法は、最小寸法と同じか、それより大きくしてください。"), field="size_max_mm"
        )
    if _above(draft.lot_min, draft.lot_max):
        raise InvalidError(
            mark_text("最大ロットは、最小ロットと同じか、それより大きくしてください。"), field="lot_max"
        )
    if _above(draft.lot_min, draft.lot_sweet) or _above(draft.lot_sweet, draft.lot_max):
        raise InvalidError(
            mark_text("得意なロットは、最小ロットと最大ロットの間にしてください。"), field="lot_sweet"
        )
    if draft.capacity_until_on is not None and draft.capacity is None:
        raise InvalidError(
            mark_text("受注余力を選んでください。期限だけでは登録できません。"), field="capacity"
        )


def _check_ranges(draft: CapabilityDraft) -> None:
    for name, (low, high) in LIMITS.items():
        value = getattr(draft, name)
        if value is not None and value < low:
            raise InvalidError(mark_text("%(low)s以上の数字を入力してください。"), field=name, low=low)
        if value is not None and value > high:
            raise InvalidError(
                mark_text("%(high)s以下の数字を入力してください。"), field=name, high=high
            )


def _above(low: Decimal | int | None, high: Decimal | int | None) -> bool:
    return low is not None and high is not None and low > high


def _editable(session: Session, actor: Actor, capability_id: int) -> Capability:
    capability = get_capability(session, actor, capability_id)
    if not may_edit_capability(actor, capability):
        raise NotAllowedError
    return capability


def _finish(
    session: Session,
    actor: Actor,
    capability: Capability,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    touch_company(session, capability.company_id, now=now)
    record(
        session,
        actor,
        action=action,
        subject=("capability", capability.id),
        body_id=capability.company.body_id,
        now=now,
        changes=changes,
        note=capability.process_code,
    )
