import pytest

from sme_match.reference.agglomeration import (
    find_agglomeration_type,
    get_agglomeration_type,
    list_agglomeration_types,
)


def test_there_are_four_types() -> None:
    assert [each.ja for each in list_agglomeration_types()] == [
        "企業城下町型",
        "産地型",
        "都市型",
        "誘致型複合",
    ]


def test_a_type_is_found_by_code_or_name() -> None:
    assert [find_agglomeration_type(text) for text in ("産地", "産地型", "production_area", "村")] == [
        *[get_agglomeration_type("production_area")] * 3,
        None,
    ]


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError, match="moon"):
        get_agglomeration_type("moon")


def test_each_type_says_what_it_is_in_both_languages() -> None:
    assert all(each.note() and each.note("en") for each in list_agglomeration_types())
