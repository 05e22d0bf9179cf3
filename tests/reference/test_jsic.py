import pytest

from sme_match.reference.jsic import (
    JSICLevel,
    find_jsic,
    get_jsic,
    jsic_path,
    list_jsic,
    list_major_groups,
)


def test_all_divisions_and_major_groups_and_manufacturing_in_detail() -> None:
    assert [len(list_jsic(level)) for level in JSICLevel] == [20, 99, 177, 598]
    assert len(list_major_groups("E")) == 24
    assert {jsic_path(each.code)[0].code for each in list_jsic(JSICLevel.DETAIL)} == {"E"}


def test_the_way_down_to_a_detailed_class() -> None:
    assert [(each.code, each.ja) for each in jsic_path("2446")] == [
        ("E", "製造業"),
        ("24", "金属製品製造業"),
        ("244", "建設用・建築用金属製品製造業（製缶板金業を含む）"),
        ("2446", "製缶板金業"),
    ]


def test_classes_within_a_group() -> None:
    assert [each.code for each in list_jsic(JSICLevel.DETAIL, "246")] == [
        "2461",
        "2462",
        "2463",
        "2464",
        "2465",
        "2469",
    ]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("24", "24"),
        ("E24", "24"),
        ("e24", "24"),
        ("２４", "24"),
        ("9", "09"),
        ("E", "E"),
        ("金属製品製造業", "24"),
        ("金属製品", "24"),
        ("製造業", "E"),
        ("製缶板金業", "2446"),
        ("電気めっき業（表面処理鋼材製造業を除く）", "2464"),
        ("Manufacture of fabricated metal products", "24"),
    ],
)
def test_a_class_is_found_by_code_or_name(typed: str, code: str) -> None:
    assert find_jsic(typed) is get_jsic(code)


@pytest.mark.parametrize("typed", ["", "100000", "Z", "何か", "主として管理事務を行う本社等"])
def test_what_is_no_class_finds_nothing(typed: str) -> None:
    assert find_jsic(typed) is None


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError, match="9999"):
        get_jsic("9999")
    with pytest.raises(KeyError, match="ZZ"):
        list_jsic(JSICLevel.GROUP, "ZZ")


def test_names_follow_the_locale() -> None:
    assert get_jsic("24").name("en") == "Manufacture of fabricated metal products"
