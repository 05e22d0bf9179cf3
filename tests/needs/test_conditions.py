"""What people write as conditions, and what it is written back as."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.capabilities.enums import CapacityState, DrawingFormat
from sme_match.core.errors import InvalidError
from sme_match.matching.engine.conditions import NUMBER_KINDS as ENGINE_NUMBER_KINDS
from sme_match.needs.conditions import (
    CAPACITY_CODES,
    DRAWING_FORMAT_CODES,
    NUMBER_KINDS,
    ConditionDraft,
    find_materials,
    parse_conditions,
    write_conditions,
)
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.labels import CAPACITY_WORDS, DRAWING_FORMAT_WORDS

MUST = ConditionLevel.MUST


def words(kind: ConditionKind, text: str) -> list[str | None]:
    return [condition.text for condition in parse_conditions(kind, MUST, text)]


def number(kind: ConditionKind, text: str) -> Decimal | None:
    (condition,) = parse_conditions(kind, MUST, text)
    return condition.number


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (ConditionKind.TOLERANCE_MM, "±０．０２ｍｍ", "0.02"),
        (ConditionKind.TOLERANCE_MM, "0.02以内", "0.02"),
        (ConditionKind.ROUGHNESS_RA_UM, "Ra0.8", "0.8"),
        (ConditionKind.ROUGHNESS_RA_UM, "0.8µm", "0.8"),
        (ConditionKind.SIZE_MM, "φ1,200 mm", "1200"),
        (ConditionKind.LOT, "50個", "50"),
        (ConditionKind.LEAD_TIME_DAYS, "14日以内", "14"),
        (ConditionKind.WEIGHT_KG, "１０キロ", "10"),
    ],
)
def test_a_number_is_read_in_any_width_with_its_unit(
    kind: ConditionKind, text: str, expected: str
) -> None:
    assert number(kind, text) == Decimal(expected)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (ConditionKind.LOT, "少し", "数字で入力してください。例：0.01"),
        (ConditionKind.LOT, "0", "0より大きい数字を入力してください。"),
        (ConditionKind.LOT, "-5", "0より大きい数字を入力してください。"),
        (ConditionKind.LOT, "1.5", "整数で入力してください。例：100"),
        (ConditionKind.SIZE_MM, "nan", "数字で入力してください。例：0.01"),
        (ConditionKind.SIZE_MM, "9" * 30, "数字が大きすぎます。"),
        (ConditionKind.TOLERANCE_MM, "0.00001", "小数は4けたまでで入力してください。例：0.005"),
        (ConditionKind.PREFECTURE, "月", "「月」という都道府県はありません。例：岩手県"),
        (
            ConditionKind.CAPACITY,
            "多い",
            "次のどれかを入力してください：余力あり、調整できる、余力なし",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(
    kind: ConditionKind, text: str, message: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_conditions(kind, MUST, text)
    assert str(refusal.value) == message


def test_words_become_codes_of_the_reference_lists() -> None:
    assert words(ConditionKind.CERTIFICATE, "ISO9001、ＪＩＳ Ｑ ９１００") == ["iso_9001", "jis_q_9100"]
    assert words(ConditionKind.MATERIAL, "sus304, ステンレス") == ["SUS304", "stainless"]
    assert words(ConditionKind.PREFECTURE, "岩手") == ["03"]
    assert words(ConditionKind.REGION, "東北地方") == ["東北"]
    assert words(ConditionKind.CAPACITY, "余力あり") == ["free"]
    assert words(ConditionKind.DRAWING_FORMAT, "pdf；ＳＴＥＰ") == ["pdf", "step"]
    assert words(ConditionKind.MEETING_MODE, "ｗｅｂ、対面") == ["web", "in_person"]


def test_a_material_and_a_certificate_that_are_not_listed_stay_as_typed() -> None:
    assert words(ConditionKind.MATERIAL, "難削材") == ["難削材"]
    assert words(ConditionKind.CERTIFICATE, "社内認定A") == ["社内認定A"]


def test_an_empty_text_is_no_condition() -> None:
    assert parse_conditions(ConditionKind.LOT, MUST, "　") == ()


def test_the_same_word_twice_is_one_condition() -> None:
    assert words(ConditionKind.MATERIAL, "SUS304、sus304") == ["SUS304"]


def test_what_is_written_is_read_back_as_the_same() -> None:
    for kind, text in {
        ConditionKind.PROCESS: "フライス加工",
        ConditionKind.MATERIAL: "SUS304、アルミ、難削材",
        ConditionKind.CERTIFICATE: "ISO 9001、社内認定A",
        ConditionKind.PREFECTURE: "岩手県",
        ConditionKind.REGION: "九州",
        ConditionKind.CAPACITY: "調整できる",
        ConditionKind.DRAWING_FORMAT: "紙、DXF",
        ConditionKind.MEETING_MODE: "Web、対面",
        ConditionKind.DISTANCE_KM: "50km以内",
        ConditionKind.TOLERANCE_MM: "0.005",
    }.items():
        conditions = parse_conditions(kind, MUST, text)
        assert parse_conditions(kind, MUST, write_conditions(conditions)) == conditions


@given(st.decimals(min_value="0.0001", max_value="9999999", places=4))
def test_any_figure_survives_the_way_through_a_file(value: Decimal) -> None:
    draft = ConditionDraft(MUST, ConditionKind.SIZE_MM, number=value)
    (read,) = parse_conditions(ConditionKind.SIZE_MM, MUST, write_conditions([draft]))
    assert read.number == value


@given(st.sampled_from(ConditionKind), st.text(max_size=60))
def test_no_text_breaks_the_reading(kind: ConditionKind, text: str) -> None:
    try:
        conditions = parse_conditions(kind, MUST, text)
    except InvalidError:
        return  # A refusal is an answer; anything else would be a crash.
    assert all((item.number is None) != (item.text is None) for item in conditions)


def test_materials_of_a_need_are_read_the_same_way() -> None:
    assert find_materials("SUS304、真ちゅう、謎の材") == ("SUS304", "copper", "謎の材")


def test_the_vocabularies_agree_with_those_of_capabilities_and_of_the_engine() -> None:
    assert set(CAPACITY_CODES.values()) == set(CapacityState) == set(CAPACITY_WORDS)
    assert set(DRAWING_FORMAT_CODES.values()) == set(DrawingFormat) == set(DRAWING_FORMAT_WORDS)
    assert NUMBER_KINDS == ENGINE_NUMBER_KINDS
