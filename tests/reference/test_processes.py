import pytest

from sme_match.reference.jsic import JSICLevel, get_jsic
from sme_match.reference.processes import (
    find_process,
    get_process,
    get_process_group,
    list_process_groups,
    list_processes,
)


def test_every_process_stands_under_a_group_and_every_group_has_some() -> None:
    grouped = [process for group in list_process_groups() for process in list_processes(group.code)]
    assert grouped == list(list_processes())
    assert all(list_processes(group.code) for group in list_process_groups())


def test_every_industry_named_is_a_detailed_class() -> None:
    levels = {get_jsic(code).level for each in list_processes() for code in each.jsic_codes}
    assert levels == {JSICLevel.DETAIL}


def test_every_name_and_synonym_leads_to_its_own_process() -> None:
    for process in list_processes():
        for name in (process.code, process.ja, process.en, *process.synonyms):
            assert (name, find_process(name)) == (name, process)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("旋盤", "turning"),
        ("ＮＣ旋盤加工", "turning"),
        ("旋盤加工一式", "turning"),
        ("CNC Turning", "turning"),
        ("ﾌﾗｲｽ", "milling"),
        ("マシニングセンター", "machining_center"),
        ("ワイヤカット", "wire_edm"),
        ("レーザ加工", "laser_cutting"),
        ("メッキ", "electroplating"),
        ("無電解ニッケルメッキ処理", "electroless_plating"),
        ("アルマイト処理", "anodizing"),
        ("鈑金加工", "sheet_metal"),
        ("3Dプリンタ", "additive"),
        ("injection molding", "injection_molding"),
        ("樹脂成型", "injection_molding"),
        ("焼き入れ", "heat_treatment"),
        ("金型設計製作", "die_mold"),
        ("wire_harness", "wire_harness"),
    ],
)
def test_a_process_is_found_however_it_is_written(typed: str, code: str) -> None:
    assert find_process(typed) is get_process(code)


@pytest.mark.parametrize("typed", ["", "加工", "一式", "営業", "何でも屋", "樹脂", "x" * 10_000])
def test_what_is_no_process_finds_nothing(typed: str) -> None:
    assert find_process(typed) is None


def test_an_unknown_code_is_an_error() -> None:
    for look_up in (get_process, get_process_group, list_processes):
        with pytest.raises(KeyError, match="magic"):
            look_up("magic")


def test_names_follow_the_locale() -> None:
    bending = get_process("bending")
    assert [bending.name(), bending.name("en"), bending.group.name()] == [
        "曲げ",
        "bending",
        "板金・製缶",
    ]
