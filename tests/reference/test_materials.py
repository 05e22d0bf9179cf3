import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.reference.materials import (
    family_of,
    find_material,
    get_family,
    get_material,
    list_families,
    list_materials,
)


def test_every_material_belongs_to_a_family() -> None:
    by_family = [m for family in list_families() for m in list_materials(family.code)]
    assert sorted(m.code for m in by_family) == sorted(m.code for m in list_materials())


def test_every_name_leads_to_its_own_material_and_family() -> None:
    for material in list_materials():
        for name in (material.designation, *material.synonyms):
            assert (name, find_material(name)) == (name, material)
            assert (name, family_of(name)) == (name, material.family)


def test_every_name_of_a_family_leads_to_it() -> None:
    for family in list_families():
        for name in (family.code, family.ja, family.en, *family.synonyms):
            assert (name, family_of(name)) == (name, family)


@pytest.mark.parametrize(
    ("typed", "designation"),
    [
        ("SUS304", "SUS304"),
        ("ｓｕｓ３０４", "SUS304"),
        ("SUS 304", "SUS304"),
        ("SUS304-2B", "SUS304"),
        ("SUS304TP", "SUS304"),
        ("SUS304L", "SUS304L"),
        ("A5052P-H34", "A5052"),
        ("Ａ６０６３Ｓ－Ｔ５", "A6063"),
        ("C3604BD", "C3604"),
        ("S45C", "S45C"),
        ("SKH9", "SKH51"),
        ("快削黄銅", "C3604"),
        ("ジュラコン", "POM"),
        ("Inconel 718", "NCF718"),
        ("64", None),
        ("機械構造用炭素鋼", None),
        ("", None),
    ],
)
def test_a_material_is_found_by_designation_or_name(typed: str, designation: str | None) -> None:
    expected = None if designation is None else get_material(designation)
    assert find_material(typed) == expected


@pytest.mark.parametrize(
    ("typed", "family"),
    [
        ("SUS304", "stainless"),
        ("ステンレス", "stainless"),
        ("ｽﾃﾝﾚｽ鋼", "stainless"),
        ("SUS347", "stainless"),
        ("S45C", "steel"),
        ("S48C", "steel"),
        ("SCM435H", "steel"),
        ("FCD700", "steel"),
        ("SCS14", "stainless"),
        ("機械構造用炭素鋼", "steel"),
        ("アルミニウム合金", "aluminium"),
        ("aluminum", "aluminium"),
        ("A2014", "aluminium"),
        ("AC4CH", "aluminium"),
        ("真鍮", "copper"),
        ("C2700", "copper"),
        ("TB550", "titanium"),
        ("ハステロイC22", "nickel"),
        ("MCナイロン", "plastic"),
        ("ゴム材", "rubber"),
        ("アルミ板", "aluminium"),
        ("ステンレスパイプ", "stainless"),
        ("鉄丸棒", "steel"),
        ("アルミ鋳物", "aluminium"),
        ("ステンレス（SUS304）", "stainless"),
        ("SUS304 t2.0", "stainless"),
        ("6061-T6", "aluminium"),
        ("C1100P-1/4H", "copper"),
        ("SUS304、SUS316", "stainless"),
        ("SS400/S45C", "steel"),
    ],
)
def test_the_family_of_a_material(typed: str, family: str) -> None:
    assert family_of(typed) is get_family(family)


@pytest.mark.parametrize("typed", ["", "SUS304、A5052", "何か", "A", "304", "x" * 10_000])
def test_what_has_no_single_family_finds_nothing(typed: str) -> None:
    assert family_of(typed) is None


def test_an_unknown_code_is_an_error() -> None:
    for look_up in (get_family, get_material, list_materials):
        with pytest.raises(KeyError, match="mithril"):
            look_up("mithril")


def test_names_and_standards() -> None:
    sus304 = get_material("SUS304")
    assert sus304.standards == ("JIS G 4303", "JIS G 4304", "JIS G 4305")
    assert [sus304.family.name(lang) for lang in ("ja", "en")] == ["ステンレス", "stainless steel"]


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert family_of(text) in {None, *list_families()}
