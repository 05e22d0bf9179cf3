"""Documents and the settings of the comparison."""

from sme_match.matching.engine.documents import BASELINE, Document, Passage, Settings


def test_each_line_with_text_is_a_passage() -> None:
    document = Document(1, {"past": "溶接\n\n  \r\n旋盤\r\n研削", "text": ""})

    assert list(document.passages()) == [
        Passage("past", 0, "溶接"),
        Passage("past", 8, "旋盤"),
        Passage("past", 12, "研削"),
    ]
    assert document.fields["past"][8:10] == "旋盤"


def test_an_unnamed_field_weighs_one() -> None:
    assert Settings(field_weights={"process": 3}).field_weight("process") == 3
    assert Settings().field_weight("remarks") == 1


def test_a_full_match_is_one_mention_of_everything() -> None:
    assert Settings(saturation=1.0).full_similarity == 0.5
    assert BASELINE.full_similarity == 1.0
