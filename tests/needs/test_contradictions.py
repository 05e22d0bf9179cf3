"""What a need says that cannot all be true is said in words, and nothing is refused for it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from sme_match.companies.enums import MeetingMode
from sme_match.needs.condition_words import contradiction_words
from sme_match.needs.conditions import NUMBER_KINDS, ConditionDraft
from sme_match.needs.contradictions import Contradiction, ContradictionKind, find_contradictions
from sme_match.needs.enums import ConditionKind as Kind
from sme_match.needs.enums import ConditionLevel as Level
from sme_match.needs.services import NeedDraft

TODAY = date(2026, 11, 20)
PLAIN = NeedDraft(buyer_id=1, title="ブラケットの切削", meeting_mode=MeetingMode.EITHER)


def number(kind: Kind, value: str, level: Level = Level.MUST) -> ConditionDraft:
    return ConditionDraft(level, kind, number=Decimal(value))


def word(kind: Kind, text: str, level: Level = Level.MUST) -> ConditionDraft:
    return ConditionDraft(level, kind, text=text)


def kinds(*conditions: ConditionDraft, need: NeedDraft = PLAIN) -> list[ContradictionKind]:
    return [each.kind for each in find_contradictions(need, conditions, today=TODAY)]


def test_no_company_lies_in_two_prefectures_or_outside_its_region() -> None:
    iwate, miyagi = word(Kind.PREFECTURE, "03"), word(Kind.PREFECTURE, "04")
    assert kinds(iwate, miyagi) == [ContradictionKind.TWO_PLACES]
    assert kinds(word(Kind.REGION, "九州"), iwate) == [ContradictionKind.TWO_PLACES]
    assert kinds(word(Kind.REGION, "東北"), iwate) == []
    assert kinds(iwate, word(Kind.PREFECTURE, "04", Level.WISH)) == []


def test_a_lead_time_that_ends_after_the_due_day_is_named_with_the_days_left() -> None:
    need = replace(PLAIN, due_on=TODAY + timedelta(days=10))
    [found] = find_contradictions(need, [number(Kind.LEAD_TIME_DAYS, "14")], today=TODAY)
    assert (found.kind, found.days) == (ContradictionKind.DUE_TOO_SOON, 10)
    assert kinds(number(Kind.LEAD_TIME_DAYS, "10"), need=need) == []
    past = replace(PLAIN, due_on=TODAY - timedelta(days=10))
    assert kinds(number(Kind.LEAD_TIME_DAYS, "14"), need=past) == []


@pytest.mark.parametrize(
    ("must", "wish", "says_nothing"),
    [
        (number(Kind.TOLERANCE_MM, "0.05"), number(Kind.TOLERANCE_MM, "0.02", Level.WISH), False),
        (number(Kind.TOLERANCE_MM, "0.02"), number(Kind.TOLERANCE_MM, "0.05", Level.WISH), True),
        (number(Kind.WEIGHT_KG, "50"), number(Kind.WEIGHT_KG, "20", Level.WISH), True),
        (number(Kind.WEIGHT_KG, "20"), number(Kind.WEIGHT_KG, "50", Level.WISH), False),
        (number(Kind.LOT, "20"), number(Kind.LOT, "50", Level.WISH), False),
        (word(Kind.MATERIAL, "SUS304"), word(Kind.MATERIAL, "SUS304", Level.WISH), True),
        (word(Kind.MATERIAL, "SUS304"), word(Kind.MATERIAL, "A5052", Level.WISH), False),
    ],
)
def test_a_wish_that_the_must_already_grants_says_nothing(
    *, must: ConditionDraft, wish: ConditionDraft, says_nothing: bool
) -> None:
    assert (kinds(wish, must) == [ContradictionKind.EMPTY_WISH]) is says_nothing


def test_a_figure_of_zero_is_met_by_nobody() -> None:
    assert kinds(number(Kind.TOLERANCE_MM, "0")) == [ContradictionKind.NOT_POSITIVE]


def test_the_way_of_meeting_and_the_figures_of_the_need_are_looked_at_too() -> None:
    web = replace(PLAIN, meeting_mode=MeetingMode.WEB)
    assert kinds(word(Kind.MEETING_MODE, "in_person"), need=web) == [ContradictionKind.OTHER_MODE]
    assert kinds(word(Kind.MEETING_MODE, "web"), need=web) == []
    odd = replace(
        PLAIN,
        due_on=TODAY,
        expires_on=TODAY + timedelta(days=1),
        lot_quantity=20,
        monthly_quantity=11,
        yearly_quantity=10,
    )
    assert kinds(need=odd) == [
        ContradictionKind.ANSWER_AFTER_DUE,
        ContradictionKind.LOT_ABOVE_YEAR,
        ContradictionKind.MONTH_ABOVE_YEAR,
    ]


drafts = st.one_of(
    st.builds(
        ConditionDraft,
        st.sampled_from(Level),
        st.sampled_from(sorted(NUMBER_KINDS)),
        number=st.decimals(allow_nan=False, allow_infinity=False, places=4),
    ),
    st.builds(
        ConditionDraft,
        st.sampled_from(Level),
        st.sampled_from(sorted(set(Kind) - NUMBER_KINDS)),
        text=st.text(max_size=5),
    ),
)


@given(st.lists(drafts, max_size=8), st.dates(), st.one_of(st.none(), st.dates()))
def test_no_conditions_break_the_look(
    conditions: list[ConditionDraft], today: date, due_on: date | None
) -> None:
    for found in find_contradictions(replace(PLAIN, due_on=due_on), conditions, today=today):
        assert set(found.conditions) <= set(conditions)


@pytest.mark.parametrize("kind", ContradictionKind)
def test_each_is_said_in_both_languages(app: Flask, kind: ContradictionKind) -> None:
    conditions = (number(Kind.LEAD_TIME_DAYS, "14"), word(Kind.PREFECTURE, "03"))
    with app.test_request_context():
        words = contradiction_words(Contradiction(kind, conditions, days=3))
        assert words.endswith("。")
        with force_locale("en"):
            assert contradiction_words(Contradiction(kind, conditions, days=3)).endswith(".")
