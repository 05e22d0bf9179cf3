"""Pass, fail or unknown, one rule per kind."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.capabilities.enums import CapacityState
from sme_match.companies.enums import MeetingMode
from sme_match.matching.engine.conditions import (
    COMPANY_OFFERS,
    NUMBER_KINDS,
    ROW_OFFERS,
    CapabilityFacts,
    Circumstances,
    CompanyFacts,
    Condition,
    PlainValue,
    Verdict,
    fold_code,
    judge,
)
from sme_match.needs.enums import ConditionKind as Kind
from sme_match.needs.enums import ConditionLevel
from sme_match.reference.positions import Position
from tests.matching.engine.shops import TODAY

AROUND = Circumstances(
    TODAY,
    material_families={"ステンレス": frozenset({"SUS304", "SUS316L"}), "鋳鉄": frozenset({"FC250"})},
    process_families={"machining": frozenset({"milling", "turning"})},
)
PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def judged(kind: Kind, value: float | str, offered: object) -> tuple[Verdict, PlainValue]:
    return judge(Condition(kind, ConditionLevel.MUST, value), offered, AROUND)


def test_every_kind_is_answered_by_one_fact() -> None:
    assert set(ROW_OFFERS) | set(COMPANY_OFFERS) == set(Kind)
    assert not set(ROW_OFFERS) & set(COMPANY_OFFERS)


@pytest.mark.parametrize("kind", Kind)
def test_a_company_that_states_nothing_is_unknown(kind: Kind) -> None:
    value: float | str = 1.0 if kind in NUMBER_KINDS else CapacityState.FREE.value
    offered = (
        ROW_OFFERS[kind](CapabilityFacts())
        if kind in ROW_OFFERS
        else COMPANY_OFFERS[kind](CompanyFacts(1))
    )

    assert judged(kind, value, offered) == (UNKNOWN, None)


@pytest.mark.parametrize(
    ("kind", "required", "offered", "verdict"),
    [
        (Kind.TOLERANCE_MM, 0.02, 0.02, PASS),
        (Kind.TOLERANCE_MM, 0.02, 0.01, PASS),
        (Kind.TOLERANCE_MM, 0.01, 0.02, FAIL),
        (Kind.ROUGHNESS_RA_UM, 0.8, 1.6, FAIL),
        (Kind.LEAD_TIME_DAYS, 14, 14, PASS),
        (Kind.PROTOTYPE_LEAD_TIME_DAYS, 5, 7, FAIL),
        (Kind.WEIGHT_KG, 50, 50, PASS),
        (Kind.WEIGHT_KG, 50, 20, FAIL),
    ],
)
def test_single_figures(kind: Kind, required: float, offered: float, verdict: Verdict) -> None:
    assert judged(kind, required, offered) == (verdict, offered)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1, 100, PASS),
        (50, 50, PASS),
        (51, None, FAIL),
        (None, 49, FAIL),
        (1, None, PASS),
        (None, 50, PASS),
    ],
)
@pytest.mark.parametrize("kind", [Kind.LOT, Kind.SIZE_MM])
def test_ranges_with_open_ends(
    kind: Kind, low: float | None, high: float | None, verdict: Verdict
) -> None:
    assert judged(kind, 50, (low, high)) == (verdict, {"min": low, "max": high})


@pytest.mark.parametrize(
    ("required", "offered", "verdict"),
    [
        ("SUS304", {"SUS304"}, PASS),
        ("SUS304", {"ｓｕｓ ３０４"}, PASS),
        ("SUS304", {"ステンレス"}, PASS),
        ("ステンレス", {"SUS316L", "S45C"}, PASS),
        ("SUS304", {"SUS316L"}, FAIL),
        ("SUS304", {"鋳鉄"}, FAIL),
        ("SUS304", {"難削材"}, UNKNOWN),
        ("A5052", {"A5052-H34"}, PASS),
        ("FC250", {"FC-250"}, PASS),
    ],
)
def test_material_by_designation_or_family(required: str, offered: set[str], verdict: Verdict) -> None:
    assert judged(Kind.MATERIAL, required, frozenset(offered)) == (verdict, sorted(offered))


def test_a_wide_process_is_met_by_a_narrow_one() -> None:
    assert judged(Kind.PROCESS, "machining", "milling") == (PASS, "milling")
    assert judged(Kind.PROCESS, "milling", "machining") == (FAIL, "machining")


@pytest.mark.parametrize(
    ("last_day", "verdict"),
    [(date(2026, 11, 22), PASS), (date(2026, 11, 21), FAIL), (None, PASS)],
)
def test_a_certificate_holds_through_its_last_day(last_day: date | None, verdict: Verdict) -> None:
    assert judged(Kind.CERTIFICATE, "ISO 9001", (("iso_9001", last_day),)) == (
        verdict,
        {"held": ["iso_9001"], "expires_on": last_day.isoformat() if last_day else None},
    )


def test_another_certificate_fails_and_is_named() -> None:
    assert judged(Kind.CERTIFICATE, "ISO 13485", (("ISO 9001:2015", None),)) == (
        FAIL,
        {"held": ["ISO 9001:2015"], "expires_on": None},
    )
    assert judged(Kind.CERTIFICATE, "AS9100", (("JIS Q 9100", None),))[0] is PASS


@pytest.mark.parametrize(
    ("required", "state", "until", "verdict"),
    [
        ("free", CapacityState.FREE, None, PASS),
        ("free", CapacityState.ADJUSTABLE, None, FAIL),
        ("adjustable", CapacityState.FREE, date(2026, 11, 22), PASS),
        ("adjustable", CapacityState.FULL, None, FAIL),
        ("free", CapacityState.FULL, date(2026, 11, 21), UNKNOWN),
    ],
)
def test_capacity_until_it_is_out_of_date(
    required: str, state: CapacityState, until: date | None, verdict: Verdict
) -> None:
    assert judged(Kind.CAPACITY, required, (state, until)) == (
        verdict,
        {"state": state.value, "until": until.isoformat() if until else None},
    )


def test_places_and_drawings() -> None:
    assert judged(Kind.PREFECTURE, "03", "03") == (PASS, "03")
    assert judged(Kind.REGION, "東北", "中国") == (FAIL, "中国")
    assert judged(Kind.DRAWING_FORMAT, "DXF", frozenset({"pdf", "dxf"})) == (PASS, ["dxf", "pdf"])
    assert judged(Kind.DRAWING_FORMAT, "step", frozenset({"paper"})) == (FAIL, ["paper"])


@given(st.text(st.sampled_from("AaＡ1１-ｰ _./:ステンレス・"), max_size=20))
def test_folding_a_code_twice_changes_nothing(code: str) -> None:
    assert fold_code(fold_code(code)) == fold_code(code)


KITAKAMI = Position("03206", 39.28, 141.12)
SENDAI = Position("04100", 38.27, 140.87)
IWATE, MIYAGI = Position("03", 39.70, 141.15), Position("04", 38.27, 140.87)


def distance_from(
    origin: Position | None, km: float, offered: Position | None
) -> tuple[object, object]:
    condition = Condition(Kind.DISTANCE_KM, ConditionLevel.MUST, km)
    return judge(condition, offered, Circumstances(TODAY, origin=origin))


def test_the_distance_is_judged_in_the_whole_kilometres_that_are_shown() -> None:
    shown = {"km": 114, "from": "03206", "to": "04100"}
    assert distance_from(KITAKAMI, 114, SENDAI) == (PASS, shown)
    assert distance_from(KITAKAMI, 113, SENDAI) == (FAIL, shown)


def test_two_prefectural_offices_stand_in_for_what_is_not_known() -> None:
    verdict, offered = distance_from(IWATE, 200, MIYAGI)
    assert (verdict, offered) == (PASS, {"km": 161, "from": "03", "to": "04"})


def test_no_distance_is_known_without_places_or_within_one_prefecture_without_municipalities() -> None:
    assert distance_from(None, 50, SENDAI) == (UNKNOWN, None)
    assert distance_from(KITAKAMI, 50, None) == (UNKNOWN, None)
    assert distance_from(IWATE, 50, IWATE) == (UNKNOWN, None)
    assert distance_from(KITAKAMI, 50, KITAKAMI)[0] == PASS


def test_a_company_that_meets_either_way_meets_every_demand() -> None:
    assert judged(Kind.MEETING_MODE, "web", MeetingMode.EITHER) == (PASS, "either")
    assert judged(Kind.MEETING_MODE, "in_person", MeetingMode.EITHER)[0] == PASS
    assert judged(Kind.MEETING_MODE, "web", MeetingMode.WEB)[0] == PASS
    assert judged(Kind.MEETING_MODE, "in_person", MeetingMode.WEB) == (FAIL, "web")
