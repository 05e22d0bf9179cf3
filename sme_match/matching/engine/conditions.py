"""Hard conditions of a need against facts of companies: pass, fail or unknown, with both values.

Unknown never excludes: profiles of small companies are sparse, and what is not stated must be
asked, not assumed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from sme_match.capabilities.enums import CapacityState
from sme_match.companies.enums import MeetingMode
from sme_match.core.text import normalize_width
from sme_match.matching.engine.documents import Key
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.reference.positions import Position, distance_km

PlainValue: TypeAlias = str | int | float | list[str] | dict[str, "PlainValue"] | None
"""What can be stored as JSON and worded by any interface. Units are part of the kind."""


class Verdict(StrEnum):
    """The result of one condition."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """What the need demands: a number in the unit of the kind, or a code or word."""

    kind: ConditionKind
    level: ConditionLevel
    value: float | str


@dataclass(frozen=True, slots=True)
class CapabilityFacts:
    """What one capability row states; None and empty mean "not stated"."""

    process: str = ""
    materials: frozenset[str] = frozenset()
    size_min_mm: float | None = None
    size_max_mm: float | None = None
    weight_max_kg: float | None = None
    lot_min: float | None = None
    lot_max: float | None = None
    tolerance_mm: float | None = None
    roughness_ra_um: float | None = None
    lead_time_days: float | None = None
    prototype_lead_time_days: float | None = None
    drawing_formats: frozenset[str] = frozenset()
    capacity: CapacityState | None = None
    capacity_until_on: date | None = None


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What a company states: its capability rows and what holds for the whole company.

    `certificates` maps a standard to its last day of validity, None when that is not stated.
    `place` is the code of the municipality or prefecture whose point, in degrees, was taken.
    `doubts` says on which day a coordinator found a kind of statement not to hold; until the
    company confirms its profile again, what it states there has to be asked.
    """

    key: Key
    rows: tuple[CapabilityFacts, ...] = ()
    certificates: Mapping[str, date | None] = field(default_factory=dict)
    prefecture: str = ""
    region: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    meeting_mode: MeetingMode | None = None
    doubts: Mapping[ConditionKind, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition judged: what is required, what is offered, the verdict, and its points.

    `doubted_on` is the day on which a coordinator found the offered value not to hold.
    """

    kind: ConditionKind
    level: ConditionLevel
    verdict: Verdict
    required: PlainValue
    offered: PlainValue
    points: int = 0
    doubted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a judgement needs beside the two values.

    `material_families` maps a family ("ステンレス", "stainless") to the designations in it
    ("SUS304"); `process_families` a wide process to the narrower ones that count as it.
    Distances count from `origin`.
    """

    today: date
    material_families: Mapping[str, frozenset[str]] = field(default_factory=dict)
    process_families: Mapping[str, frozenset[str]] = field(default_factory=dict)
    origin: Position | None = None


Judgement: TypeAlias = tuple[Verdict, PlainValue]
"""The verdict and the offered value in plain form."""

# A profile and a need may differ by the last digit of a conversion; that is no refusal.
_RELATIVE_SLACK: Final = 1e-9


def _at_most(offered: float | None, limit: float) -> Judgement:
    """Judge figures where the company must not exceed the need: tolerance, lead time."""
    if offered is None:
        return Verdict.UNKNOWN, None
    return _verdict(holds=offered <= limit * (1 + _RELATIVE_SLACK)), offered


def _at_least(offered: float | None, demand: float) -> Judgement:
    """Judge figures that the company must reach: the weight it can handle."""
    if offered is None:
        return Verdict.UNKNOWN, None
    return _verdict(holds=offered * (1 + _RELATIVE_SLACK) >= demand), offered


def _within(offered: tuple[float | None, float | None], demand: float) -> Judgement:
    """Judge a figure against a range; a bound that is not stated is open.

    A company that states one bound has thought about the question; only when neither is
    stated nothing is known.
    """
    low, high = offered
    if low is None and high is None:
        return Verdict.UNKNOWN, None
    holds = (low is None or low <= demand) and (high is None or demand <= high)
    return _verdict(holds=holds), {"min": low, "max": high}


def _verdict(*, holds: bool) -> Verdict:
    return Verdict.PASS if holds else Verdict.FAIL


@lru_cache(maxsize=4096)
def fold_code(code: str) -> str:
    """Return the form under which codes are compared: "JIS Q 9100" = "jis_q_9100", "FC-250" = "FC250".

    A hyphen after a digit separates the temper or finish ("A5052-H34") and stays.
    """
    folded = re.sub(r"[\s_:./・]", "", normalize_width(code).casefold())
    return re.sub(r"(?<=[a-z])-(?=\d)", "", folded)


def _judge_process(offered: str, required: str, around: Circumstances) -> Judgement:
    if not offered:
        return Verdict.UNKNOWN, None
    wanted = {required, *around.process_families.get(required, ())}
    return _verdict(holds=fold_code(offered) in {fold_code(code) for code in wanted}), offered


def _judge_material(offered: frozenset[str], required: str, around: Circumstances) -> Judgement:
    """Judge a designation or family: SUS304 is offered by "SUS304" and by "ステンレス".

    A demanded family is met by each of its members. A demanded member is also met by a
    company that states its family only, as most profiles do. Words that are neither a known
    family nor shaped like a designation ("難削材") leave the question open instead of failing.
    """
    if not offered:
        return Verdict.UNKNOWN, None
    wanted = fold_code(required)
    met, families = {wanted}, set()
    for family, members in around.material_families.items():
        folded = {fold_code(member) for member in members}
        families.add(fold_code(family))
        if fold_code(family) == wanted:
            met |= folded
        elif wanted in folded:
            met.add(fold_code(family))
    stated = {fold_code(material) for material in offered}
    plain: PlainValue = sorted(offered)
    if not met.isdisjoint(stated | {material.split("-")[0] for material in stated}):
        return Verdict.PASS, plain
    readable = all(material in families or material.isascii() for material in stated)
    return (Verdict.FAIL if readable else Verdict.UNKNOWN), plain


def _judge_drawing(offered: frozenset[str], required: str, around: Circumstances) -> Judgement:
    del around
    if not offered:
        return Verdict.UNKNOWN, None
    folded = {fold_code(form) for form in offered}
    return _verdict(holds=fold_code(required) in folded), sorted(offered)


_CAPACITY_ORDER: Final = (CapacityState.FREE, CapacityState.ADJUSTABLE, CapacityState.FULL)


def _judge_capacity(
    offered: tuple[CapacityState | None, date | None], required: str, around: Circumstances
) -> Judgement:
    """Judge free capacity; a statement whose last day has passed is no longer known."""
    state, until = offered
    if state is None:
        return Verdict.UNKNOWN, None
    plain: PlainValue = {"state": state.value, "until": until.isoformat() if until else None}
    if until is not None and until < around.today:
        return Verdict.UNKNOWN, plain
    demanded = CapacityState(required)
    holds = _CAPACITY_ORDER.index(state) <= _CAPACITY_ORDER.index(demanded)
    return _verdict(holds=holds), plain


# Standards that certify the same thing under another name.
_SAME_STANDARD: Final = MappingProxyType(
    {"as9100": "jisq9100", "en9100": "jisq9100", "jisq9001": "iso9001", "jisq14001": "iso14001"}
)


def _standard(name: str) -> str:
    folded = re.sub(r"-", "", fold_code(re.sub(r":\d{4}$", "", normalize_width(name))))
    return _SAME_STANDARD.get(folded, folded)


def _judge_certificate(
    offered: tuple[tuple[str, date | None], ...], required: str, around: Circumstances
) -> Judgement:
    """Judge a certificate; it holds through its last day. No certificates at all: unknown."""
    if not offered:
        return Verdict.UNKNOWN, None
    held = [(name, last) for name, last in offered if _standard(name) == _standard(required)]
    if not held:
        return Verdict.FAIL, {"held": [name for name, _ in offered], "expires_on": None}
    name, last = max(held, key=lambda item: item[1] or date.max)
    plain: PlainValue = {"held": [name], "expires_on": last.isoformat() if last else None}
    return _verdict(holds=last is None or around.today <= last), plain


def _judge_place(offered: str, required: str, around: Circumstances) -> Judgement:
    del around
    if not offered:
        return Verdict.UNKNOWN, None
    return _verdict(holds=fold_code(offered) == fold_code(required)), offered


def _judge_distance(offered: Position | None, limit: float, around: Circumstances) -> Judgement:
    origin, km = around.origin, whole_km(around.origin, offered)
    if origin is None or offered is None or km is None:
        return Verdict.UNKNOWN, None
    return _verdict(holds=km <= limit), {"km": km, "from": origin.code, "to": offered.code}


def whole_km(one: Position | None, other: Position | None) -> int | None:
    """Return a distance in whole km, so that verdicts and sums agree with the figures shown.

    None where it cannot be measured. Two places that stand at the same prefectural office are
    somewhere in one prefecture; 0 km would be no measurement.
    """
    if one is None or other is None or (one.code == other.code and one.is_office):
        return None
    return round(distance_km(one, other))


def _judge_meeting(offered: MeetingMode | None, required: str, around: Circumstances) -> Judgement:
    del around
    if offered is None:
        return Verdict.UNKNOWN, None
    return _verdict(holds=offered in {MeetingMode.EITHER, MeetingMode(required)}), offered.value


def position_of(facts: CompanyFacts) -> Position | None:
    """Return the point of a company."""
    if facts.latitude is None or facts.longitude is None:
        return None
    return Position(facts.place, facts.latitude, facts.longitude)


_Offer: TypeAlias = object
_RowOffer: TypeAlias = Callable[[CapabilityFacts], _Offer]
_CompanyOffer: TypeAlias = Callable[[CompanyFacts], _Offer]

ROW_OFFERS: Final[Mapping[ConditionKind, _RowOffer]] = MappingProxyType(
    {
        ConditionKind.PROCESS: lambda row: row.process,
        ConditionKind.MATERIAL: lambda row: row.materials,
        ConditionKind.SIZE_MM: lambda row: (row.size_min_mm, row.size_max_mm),
        ConditionKind.WEIGHT_KG: lambda row: row.weight_max_kg,
        ConditionKind.LOT: lambda row: (row.lot_min, row.lot_max),
        ConditionKind.TOLERANCE_MM: lambda row: row.tolerance_mm,
        ConditionKind.ROUGHNESS_RA_UM: lambda row: row.roughness_ra_um,
        ConditionKind.LEAD_TIME_DAYS: lambda row: row.lead_time_days,
        ConditionKind.PROTOTYPE_LEAD_TIME_DAYS: lambda row: row.prototype_lead_time_days,
        ConditionKind.CAPACITY: lambda row: (row.capacity, row.capacity_until_on),
        ConditionKind.DRAWING_FORMAT: lambda row: row.drawing_formats,
    }
)
"""The fact of a capability row that answers each kind."""

COMPANY_OFFERS: Final[Mapping[ConditionKind, _CompanyOffer]] = MappingProxyType(
    {
        ConditionKind.CERTIFICATE: lambda facts: tuple(facts.certificates.items()),
        ConditionKind.PREFECTURE: lambda facts: facts.prefecture,
        ConditionKind.REGION: lambda facts: facts.region,
        ConditionKind.DISTANCE_KM: position_of,
        ConditionKind.MEETING_MODE: lambda facts: facts.meeting_mode,
    }
)
"""The fact of the whole company that answers each kind."""

# Each function gets what its kind's offer above returns; the two tables belong together.
_WORD_JUDGES: Final[Mapping[ConditionKind, Callable[..., Judgement]]] = MappingProxyType(
    {
        ConditionKind.PROCESS: _judge_process,
        ConditionKind.MATERIAL: _judge_material,
        ConditionKind.DRAWING_FORMAT: _judge_drawing,
        ConditionKind.CAPACITY: _judge_capacity,
        ConditionKind.CERTIFICATE: _judge_certificate,
        ConditionKind.PREFECTURE: _judge_place,
        ConditionKind.REGION: _judge_place,
        ConditionKind.MEETING_MODE: _judge_meeting,
    }
)
_NUMBER_JUDGES: Final[Mapping[ConditionKind, Callable[..., Judgement]]] = MappingProxyType(
    {
        ConditionKind.SIZE_MM: _within,
        ConditionKind.LOT: _within,
        ConditionKind.WEIGHT_KG: _at_least,
        ConditionKind.TOLERANCE_MM: _at_most,
        ConditionKind.ROUGHNESS_RA_UM: _at_most,
        ConditionKind.LEAD_TIME_DAYS: _at_most,
        ConditionKind.PROTOTYPE_LEAD_TIME_DAYS: _at_most,
    }
)

NUMBER_KINDS: Final = frozenset(_NUMBER_JUDGES) | {ConditionKind.DISTANCE_KM}
"""Kinds that demand a number; all others demand a code or word."""

SUBJECT_KINDS: Final = frozenset({ConditionKind.PROCESS, ConditionKind.MATERIAL})
"""Kinds that say what the work is; the others only say how much, how well, or where."""

RELAXABLE_KINDS: Final = frozenset(ConditionKind) - {
    ConditionKind.CERTIFICATE,
    ConditionKind.PROCESS,
}
"""Kinds on which a buyer may give way. A missing certificate is never a near miss, and a company
that does another kind of work is not near at all."""


def judge(condition: Condition, offered: object, around: Circumstances) -> Judgement:
    """Judge one condition against the fact that answers its kind.

    Raises:
        ValueError: The value of the condition does not fit its kind.
    """
    if condition.kind in _NUMBER_JUDGES:
        return _NUMBER_JUDGES[condition.kind](offered, float(condition.value))
    if condition.kind is ConditionKind.DISTANCE_KM:
        return _judge_distance(cast("Position | None", offered), float(condition.value), around)
    return _WORD_JUDGES[condition.kind](offered, str(condition.value), around)
