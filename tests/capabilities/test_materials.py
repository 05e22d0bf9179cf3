"""Materials as people list them."""

from sme_match.capabilities.materials import parse_materials, unknown_materials


def test_designations_families_and_unknown_words_are_told_apart() -> None:
    found = parse_materials("ＳＵＳ３０４、ステンレス, 鋳鉄;SUS317\n謎の金属／アルミ")
    assert found.values == ("SUS304", "stainless", "鋳鉄", "SUS317", "謎の金属", "aluminium")
    assert found.unknown == ("謎の金属",)


def test_each_material_counts_once() -> None:
    assert parse_materials("SUS304、sus304、ＳＵＳ304").values == ("SUS304",)


def test_nothing_is_nothing() -> None:
    assert parse_materials(" 、,　\n").values == ()


def test_stored_words_that_nobody_knows_can_be_named() -> None:
    assert unknown_materials(["SUS304", "stainless", "謎の金属"]) == ("謎の金属",)
