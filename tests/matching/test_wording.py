"""What is lacking and what is to be asked, in both languages."""

import pytest
from flask import Flask
from flask_babel import force_locale

from sme_match.matching.engine.conditions import NUMBER_KINDS, PlainValue, Verdict
from sme_match.matching.explanations import ConditionExplanation, Explanation
from sme_match.matching.questions import OpenQuestion, open_questions
from sme_match.matching.wording import gap_words, question_words, word_condition
from sme_match.needs.enums import ConditionKind as Kind
from sme_match.needs.enums import ConditionLevel

DISTANCE: PlainValue = {"km": 162, "from": "03206", "to": "04"}


@pytest.mark.parametrize(
    ("kind", "required", "offered", "words"),
    [
        (Kind.TOLERANCE_MM, 0.01, 0.02, "±0.02mmまで（要求 ±0.01mm）"),
        (Kind.LEAD_TIME_DAYS, 14, 19, "+5日"),
        (Kind.WEIGHT_KG, 50, 20, "20kgまで（要求 50kg）"),
        (Kind.LOT, 10, {"min": 50, "max": None}, "50個から（要求 10個）"),
        (Kind.SIZE_MM, 500, {"min": 1, "max": 300}, "300mmまで（要求 500mm）"),
        (Kind.DISTANCE_KM, 150, DISTANCE, "+12km"),
        (Kind.PREFECTURE, "03", "04", ""),
        (Kind.CAPACITY, "free", {"state": "full", "until": None}, ""),
    ],
)
def test_the_gap_of_a_failed_figure_is_said(
    app: Flask, kind: Kind, required: PlainValue, offered: PlainValue, words: str
) -> None:
    with app.test_request_context():
        assert gap_words(kind, required, offered) == words


def test_a_distance_names_the_two_points_between_which_it_was_measured(app: Flask) -> None:
    condition = ConditionExplanation(
        kind="distance_km", level="must", verdict="fail", required=150, offered=DISTANCE
    )
    with app.test_request_context():
        words = word_condition(condition)
        assert (words.title, words.points) == ("距離 150km以内", 0)
        assert words.offered == "直線で162km（北上市 から 宮城県庁）"
        with force_locale("en"):
            assert "162 km as the crow flies" in word_condition(condition).offered


def explanation(*conditions: ConditionExplanation) -> Explanation:
    return Explanation(
        parts={}, terms=[], conditions=list(conditions), excerpt={"text": "", "marks": []}
    )


def test_what_is_unknown_is_asked_the_musts_first() -> None:
    def condition(kind: Kind, level: ConditionLevel, verdict: Verdict) -> ConditionExplanation:
        return ConditionExplanation(
            kind=kind, level=level, verdict=verdict, required="x", offered=None, points=0
        )

    questions = open_questions(
        explanation(
            condition(Kind.CERTIFICATE, ConditionLevel.WISH, Verdict.UNKNOWN),
            condition(Kind.MATERIAL, ConditionLevel.MUST, Verdict.PASS),
            condition(Kind.CAPACITY, ConditionLevel.MUST, Verdict.UNKNOWN),
            condition(Kind.REGION, ConditionLevel.MUST, Verdict.FAIL),
        )
    )
    assert [each.kind for each in questions] == [Kind.CAPACITY, Kind.CERTIFICATE]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_can_be_asked_about_in_both_languages(app: Flask, kind: Kind) -> None:
    question = OpenQuestion(kind, ConditionLevel.MUST, 5.0 if kind in NUMBER_KINDS else "X", None)
    with app.test_request_context():
        assert question_words(question).endswith("。")
        with force_locale("en"):
            assert question_words(question).endswith("?")
