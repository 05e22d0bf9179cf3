"""The list of words that ships: complete, bilingual and free of contradictions."""

import re
from collections import defaultdict

import pytest

from sme_match.matching.engine.thesaurus import Concept, Thesaurus
from sme_match.reference.tables import read_rows
from sme_match.reference.thesaurus import KINDS, list_concepts

BY_CODE = {concept.code: concept for concept in list_concepts()}
JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")


@pytest.fixture(scope="module")
def thesaurus() -> Thesaurus:
    return Thesaurus(
        Concept(each.code, each.kind, each.labels, each.broader) for each in list_concepts()
    )


def test_the_list_is_large_enough_for_the_trade() -> None:
    assert len(list_concepts()) >= 900
    assert sum(bool(row["ja"]) for row in read_rows("thesaurus.csv")) >= 600


def test_codes_are_unique_and_kinds_known() -> None:
    assert len(BY_CODE) == len(list_concepts())
    assert {concept.kind for concept in list_concepts()} == set(KINDS)


def test_every_concept_has_a_japanese_and_an_english_name() -> None:
    for concept in list_concepts():
        assert concept.ja, concept.code
        assert concept.en, concept.code
        assert not any(JAPANESE.search(name) for name in concept.en), concept.code
        assert all(label == label.strip() for label in concept.labels), concept.code


def test_a_row_names_a_new_concept_in_both_languages_or_adds_to_a_shipped_one() -> None:
    for row in read_rows("thesaurus.csv"):
        assert bool(row["ja"]) == bool(row["en"]), row["code"]
        assert BY_CODE[row["code"]].kind == row["kind"], row["code"]


def test_no_name_belongs_to_two_concepts_in_any_spelling(thesaurus: Thesaurus) -> None:
    shared: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for concept in list_concepts():
        for label in concept.labels:
            owners = thesaurus.owners(label)
            if owners != (concept.code,):
                shared[owners].add(label)

    assert not shared


def test_broader_concepts_exist_and_lead_nowhere_back(thesaurus: Thesaurus) -> None:
    assert thesaurus.broader_of("SUS304") == ("austenitic_stainless", "family_stainless", "metal")
    assert "machining" in thesaurus.broader_of("five_axis_mc")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("挽物", "turning"),
        ("旋削", "turning"),
        ("機械構造用炭素鋼", "carbon_steel_machine"),
        ("クロモリ", "chromoly"),
        ("ジュラルミン", "A2017"),
        ("硬質クロムめっき", "hard_chrome"),
        ("多品種少量", "high_mix"),
        ("相見積", "competitive_quote"),
        ("支給材", "supplied_material"),
    ],
)
def test_words_of_the_trade_have_their_concept(thesaurus: Thesaurus, name: str, code: str) -> None:
    assert thesaurus.owners(name) == (code,)


@pytest.mark.parametrize("text", ["2024", "PC", "W", "金", "木"])
def test_years_computers_watts_money_and_weekdays_are_no_materials(
    thesaurus: Thesaurus, text: str
) -> None:
    assert thesaurus.terms(text) == ()
