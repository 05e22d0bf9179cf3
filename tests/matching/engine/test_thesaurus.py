"""Concepts found in what companies and buyers write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.matching.engine.normal import normalize
from sme_match.matching.engine.thesaurus import Concept, Thesaurus
from sme_match.reference.thesaurus import list_concepts
from tests.matching.engine.growth import NEARLY_QUADRATIC, growth

CONCEPTS = (
    Concept("metal", "material", ("金属", "metal")),
    Concept("stainless", "material", ("ステンレス", "stainless steel", "SUS"), ("metal",)),
    Concept("SUS304", "material", ("SUS304", "AISI 304"), ("stainless",)),
    Concept("A5052", "material", ("A5052",)),
    Concept("copper", "material", ("銅", "copper")),
    Concept("gold", "material", ("Au", "gold")),
    Concept("machining", "process", ("切削", "machining")),
    Concept("turning", "process", ("旋盤加工", "旋削", "挽物", "turning"), ("machining",)),
    Concept("five_axis", "process", ("5軸", "5-axis machining"), ("machining",)),
    Concept("mc", "machine", ("マシニングセンタ", "machining centre", "MC"), ("machining",)),
    Concept("machining_short", "trade", ("マシニング",)),
    Concept("plating", "process", ("めっき", "plating")),
    Concept("electroless", "process", ("無電解ニッケルめっき", "electroless nickel"), ("plating",)),
    Concept("hardening", "process", ("焼入れ", "hardening")),
    Concept("polish", "process", ("磨き", "polishing")),
    Concept("sheet", "process", ("板金", "sheet metal")),
    Concept("chamfer", "trade", ("面取り", "chamfer")),
    Concept("press", "process", ("プレス", "stamping")),
)
THESAURUS = Thesaurus(CONCEPTS)
SHIPPED = Thesaurus(
    Concept(each.code, each.kind, each.labels, each.broader) for each in list_concepts()
)
LABELS = st.sampled_from(sorted({label for each in list_concepts() for label in each.labels}))


def found(text: str, thesaurus: Thesaurus = THESAURUS) -> list[tuple[str, str]]:
    return [(token.term, text[token.start : token.end]) for token in thesaurus.tokens(text)]


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("挽物", [("turning", "挽物"), ("machining", "挽物")]),
        ("ＴＵＲＮＩＮＧ", [("turning", "ＴＵＲＮＩＮＧ"), ("machining", "ＴＵＲＮＩＮＧ")]),
        ("turned parts", [("turning", "turned"), ("machining", "turned")]),
        (
            "five-axis machining",
            [("five_axis", "five-axis machining"), ("machining", "five-axis machining")],
        ),
        ("五軸", [("five_axis", "五軸"), ("machining", "五軸")]),
        ("ﾏｼﾆﾝｸﾞｾﾝﾀｰ", [("mc", "ﾏｼﾆﾝｸﾞｾﾝﾀｰ"), ("machining", "ﾏｼﾆﾝｸﾞｾﾝﾀｰ")]),
        ("メッキと鍍金", [("plating", "メッキ"), ("plating", "鍍金")]),
        ("焼き入れの", [("hardening", "焼き入れ")]),
        ("磨きます", [("polish", "磨き")]),
        ("切削し、", [("machining", "切削")]),
    ],
)
def test_a_name_in_either_language_and_any_spelling_is_the_concept(
    text: str, concepts: list[tuple[str, str]]
) -> None:
    assert found(text) == concepts


def test_a_grade_brings_its_families_along() -> None:
    assert found("SUS304の薄板") == [
        ("SUS304", "SUS304"),
        ("stainless", "SUS304"),
        ("metal", "SUS304"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SUS304-2B", "SUS304-2B"),
        ("SUS304TP", "SUS304TP"),
        ("SUS304t2.0", "SUS304"),
        ("sus 304", "sus 304"),
    ],
)
def test_form_temper_and_thickness_belong_to_a_grade(text: str, place: str) -> None:
    assert found(text)[0] == ("SUS304", place)


def test_a_grade_that_is_not_listed_is_one_of_its_series() -> None:
    assert found("SUS321") == [("stainless", "SUS321"), ("metal", "SUS321")]


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("マシニングセンタ", ["mc", "machining"]),
        ("マシニング", ["machining_short"]),
        ("無電解ニッケルめっき", ["electroless", "plating"]),
        ("ニッケルめっき", ["plating"]),
    ],
)
def test_the_longest_name_counts(text: str, concepts: list[str]) -> None:
    assert list(THESAURUS.terms(text)) == concepts


@pytest.mark.parametrize(
    "text",
    [
        "LM-MC-01",
        "MC-500",
        "MC500",
        "SMC",
        "500-MC",
        "mc",
        "au",
        "steel plate",
        "machine",
        "青銅",
        "鉄板金具",
        "図面取扱",
        "エクスプレス",
        "XA5052",
        "A50521",
        "ステン\nレス",
    ],
)
def test_no_concept_inside_another_word_or_number(text: str) -> None:
    assert found(text) == []


def test_a_name_shared_by_two_concepts_is_both() -> None:
    thesaurus = Thesaurus(
        [Concept("b", "trade", ("ゲージ", "gauge")), Concept("a", "trade", ("ゲージ", "gage"))]
    )

    assert thesaurus.terms("ゲージ") == ("a", "b")
    assert thesaurus.owners("ｹﾞｰｼﾞ") == ("a", "b")


def test_owners_of_a_name_are_found_in_any_spelling() -> None:
    assert THESAURUS.owners("メッキ") == ("plating",)
    assert THESAURUS.owners("Machining Center") == ("mc",)
    assert THESAURUS.owners("無電解") == ()
    assert THESAURUS.owners("") == ()


def test_labels_and_broader_concepts_can_be_asked() -> None:
    assert THESAURUS.labels_of("copper") == ("銅", "copper")
    assert THESAURUS.broader_of("SUS304") == ("stainless", "metal")
    with pytest.raises(KeyError):
        THESAURUS.labels_of("unknown")


@pytest.mark.parametrize(
    ("concepts", "message"),
    [
        ([Concept("a", "trade", ("x1",)), Concept("a", "trade", ("x2",))], "same code"),
        ([Concept("a", "trade", ("x1",), ("b",))], "does not exist"),
        ([Concept("a", "trade", ("x1",), ("a",))], "under itself"),
        (
            [Concept("a", "trade", ("x1",), ("b",)), Concept("b", "trade", ("x2",), ("a",))],
            "under itself",
        ),
        ([Concept("a", "trade", ("・",))], "nothing to look for"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused(concepts: list[Concept], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Thesaurus(concepts)


@given(st.permutations(CONCEPTS))
def test_the_order_of_the_concepts_does_not_matter(concepts: list[Concept]) -> None:
    other = Thesaurus(concepts)
    text = "SUS304の5軸加工、無電解ニッケルめっき、turning"

    assert other.digest == THESAURUS.digest
    assert other.tokens(text) == THESAURUS.tokens(text)


def test_the_digest_tells_one_content_from_another() -> None:
    assert Thesaurus(CONCEPTS[:-1]).digest != THESAURUS.digest


@given(st.text() | st.lists(LABELS | st.text(max_size=3), max_size=8).map("".join))
def test_any_text_can_be_read_and_places_stand_inside_it(text: str) -> None:
    tokens = SHIPPED.tokens(text)

    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
    assert SHIPPED.terms(text) == tuple(token.term for token in tokens)


@given(LABELS)
def test_every_shipped_name_alone_is_its_concept_and_covered_by_its_place(label: str) -> None:
    (owner,) = SHIPPED.owners(label)
    token = next(token for token in SHIPPED.tokens(label) if token.term == owner)

    assert (token.start, token.end) == (0, len(label))
    assert normalize(label[token.start : token.end]).text == normalize(label).text


@given(st.lists(LABELS | st.text(max_size=5), max_size=6).map("".join), st.lists(LABELS, max_size=3))
def test_two_texts_under_each_other_lose_no_concept(above: str, labels: list[str]) -> None:
    below = "、".join(labels)
    offset = len(above) + 1
    expected = [
        *SHIPPED.tokens(above),
        *(
            token._replace(start=token.start + offset, end=token.end + offset)
            for token in SHIPPED.tokens(below)
        ),
    ]

    assert list(SHIPPED.tokens(f"{above}\n{below}")) == expected


@pytest.mark.parametrize(
    ("japanese", "english"),
    [
        ("旋盤で挽物を", "turned parts on a lathe"),
        ("マシニングで加工", "work on a machining centre"),
        ("SUS304を", "stainless steel"),
        ("放電加工", "EDM"),
        ("板金", "sheet metal fabrication"),
        ("黒染め", "black oxide"),
        ("多品種少量", "high-mix low-volume"),
        ("相見積り", "competitive quotation"),
        ("支給材", "customer-supplied material"),
        ("三次元測定機", "CMM"),
        ("JIS Q 9100", "AS9100 certified"),
        ("ロストワックス", "investment casting"),
    ],
)
def test_a_japanese_and_an_english_text_meet_in_a_concept(japanese: str, english: str) -> None:
    assert set(SHIPPED.terms(japanese)) & set(SHIPPED.terms(english))


def test_a_hundred_kilobytes_are_read_in_linear_time() -> None:
    line = "SUS304の精密板金とTIG溶接、5軸加工、無電解ニッケルめっき。We machine Inconel 718. "
    text = line * (10_000 // len(line.encode()))
    assert growth(SHIPPED.tokens, text) < NEARLY_QUADRATIC
