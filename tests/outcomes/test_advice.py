"""Advice from refusals: what was missing and how often, never who said it."""

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.outcomes.advice import LEAST_BUYERS, Refusal, advise
from sme_match.outcomes.enums import End, NoDealReason, Reporter
from sme_match.outcomes.models import OutcomeReport
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_company, make_need, make_user
from tests.meetings.scenes import at

PRICE, ACCURACY = NoDealReason.PRICE, NoDealReason.ACCURACY
refusals = st.lists(
    st.builds(
        Refusal,
        st.integers(1, 4),
        st.sampled_from(["", "milling", "turning"]),
        st.frozensets(st.sampled_from(list(NoDealReason)), max_size=3),
    ),
    max_size=12,
)


def test_reasons_stand_by_how_often_they_were_given_and_for_which_work() -> None:
    advice = advise(
        [
            Refusal(1, "milling", frozenset({ACCURACY, PRICE})),
            Refusal(2, "milling", frozenset({ACCURACY})),
            Refusal(3, "turning", frozenset({ACCURACY})),
        ]
    )

    assert advice.refusals == 3
    [line] = advice.lines
    assert (line.reason, line.meetings, line.processes) == (ACCURACY, 3, (("milling", 2),))


def test_nothing_is_said_while_it_would_tell_who_said_it() -> None:
    reasons = frozenset({PRICE})

    assert advise([Refusal(1, "", reasons)] * 5).lines == ()
    assert advise([Refusal(1, "", reasons), Refusal(2, "", reasons)]).lines == ()


@given(refusals)
def test_every_line_and_every_process_rests_on_several_buyers(given_: list[Refusal]) -> None:
    for line in advise(given_).lines:
        behind = [each for each in given_ if line.reason in each.reasons]
        assert line.meetings == len(behind)
        assert len({each.buyer_id for each in behind}) >= LEAST_BUYERS
        for code, count in line.processes:
            of_process = [each for each in behind if each.process_code == code]
            assert count == len(of_process)
            assert len({each.buyer_id for each in of_process}) >= LEAST_BUYERS


def test_the_company_reads_reasons_without_names(app: Flask, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        company = make_company(session, body)
        manager = make_user(session, body, Role.SME, company_id=company.id)
        names = []
        for number in range(3):
            buyer = make_buyer(session, body, name=f"秘密の発注{number}")
            names.append(buyer.name)
            need = make_need(session, buyer)
            meeting = Meeting(
                body_id=body.id, need_id=need.id, company_id=company.id, buyer_id=buyer.id,
                state=MeetingState.HELD, starts_at=at(7, 10 + number), ends_at=at(7, 11 + number),
                calendar_uid=f"{number}@example.jp", created_at=NOW, updated_at=NOW,
            )  # fmt: skip
            session.add(meeting)
            session.flush()
            session.add(
                OutcomeReport(
                    meeting_id=meeting.id,
                    reporter=Reporter.BUYER,
                    reported_at=at(8, 10),
                    stage=1,
                    end=End.NO_DEAL,
                    reasons=["accuracy"],
                )
            )
    page = Client(app).sign_in(manager.id).get(f"/companies/{company.id}/advice")

    assert page.status_code == 200
    assert "精度が合わない" in page.text
    assert "3件" in page.text
    assert not any(name in page.text for name in names)
