"""Which steps of a process chain a need names, and in which order they are done."""

import pytest

from sme_match.matching.steps import need_steps
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.models import Need, NeedCondition


def need(process: str = "", treatment: str = "", *musts: str) -> Need:
    conditions = [
        NeedCondition(kind=ConditionKind.PROCESS, level=ConditionLevel.MUST, text=code)
        for code in musts
    ]
    return Need(process_code=process, treatment=treatment, conditions=conditions)


def steps(process: str = "", treatment: str = "", *musts: str) -> list[str]:
    return [step.process for step in need_steps(need(process, treatment, *musts))]


def test_a_part_is_cut_then_hardened_then_ground_then_plated() -> None:
    musts = ("electroplating", "cylindrical_grinding", "heat_treatment")
    found = need_steps(need("turning", "", *musts))

    assert [step.process for step in found] == [
        "turning",
        "heat_treatment",
        "cylindrical_grinding",
        "electroplating",
    ]
    assert [step.process for step in found if step.is_main] == ["turning"]


@pytest.mark.parametrize(
    ("treatment", "found"),
    [
        ("硬質クロムめっき", ["electroplating"]),
        ("無電解ニッケルめっき、焼入れ焼戻し", ["heat_treatment", "electroless_plating"]),
        ("白アルマイト", ["anodizing"]),
        ("ﾒｯｷ", ["electroplating"]),
        ("カチオン電着塗装（黒）", ["painting"]),
        ("heat treatment and zinc plating", ["heat_treatment", "electroplating"]),
        ("亜鉛めっき 3価クロメート", ["electroplating"]),
        ("熱処理済み", []),
        ("めっき不要", []),
        ("バリ取り、精密洗浄、刻印", []),
        ("", []),
    ],
)
def test_the_words_of_a_treatment_name_the_steps_that_go_out_to_others(
    treatment: str, found: list[str]
) -> None:
    assert steps("turning", treatment) == ["turning", *found]


def test_how_a_treatment_is_to_be_done_is_kept_for_the_question() -> None:
    [_, hardening, plating] = need_steps(need("turning", "高周波焼入れ後、硬質クロムめっき"))
    assert (hardening.named, plating.named) == ("高周波焼入れ", "硬質クロムめっき")
    [_, plating] = need_steps(need("turning", "硬質クロムめっき 20μm"))
    assert plating.named == "硬質クロムめっき 20μm"


def test_a_general_word_is_met_by_each_of_its_kinds_and_a_must_by_itself_alone() -> None:
    [cutting, plating] = need_steps(need("machining", "めっき"))
    assert {"turning", "milling"} <= cutting.accepts
    assert plating.accepts >= {"electroplating", "electroless_plating", "hot_dip"}
    [_, hardening] = need_steps(need("turning", "高周波焼入れ"))
    assert hardening.accepts == frozenset()
    assert need_steps(need("machining", "", "machining"))[0].accepts == frozenset()


def test_a_must_says_more_strictly_what_the_main_process_says() -> None:
    assert steps("mill_turn", "", "turning") == ["turning"]
    assert steps("turning", "", "mill_turn") == ["mill_turn"]
    assert steps("", "", "machining", "five_axis") == ["five_axis"]


def test_a_treatment_of_the_kind_of_the_main_process_is_no_further_step() -> None:
    assert steps("heat_treatment", "浸炭焼入れ") == ["heat_treatment"]
    assert steps("painting", "下塗り塗装、粉体塗装") == ["painting"]


def test_without_a_main_process_the_first_must_leads_and_a_treatment_alone_is_no_chain() -> None:
    [first, second] = need_steps(need("", "", "electroplating", "turning"))
    assert (first.process, first.is_main, second.is_main) == ("turning", True, False)
    assert steps("", "めっき") == []


def test_a_process_that_no_list_knows_is_a_step_all_the_same() -> None:
    assert steps("hand_carving", "めっき") == ["hand_carving", "electroplating"]
