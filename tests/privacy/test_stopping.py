"""Stop of use: whoever asks to be left alone is left alone, until that is taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.accounts.services.users import enable_user
from sme_match.audit.models import AuditEntry
from sme_match.companies.models import Company, CompanyShare, Contact
from sme_match.companies.policy import visible_to_body
from sme_match.companies.queries import get_company, list_matchable_companies
from sme_match.companies.services import restore_company
from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, InvalidError, NotFoundError
from sme_match.db.session import Database
from sme_match.events.queries.apart import kept_apart
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Exclusion, Proposal
from sme_match.matching.policy import visible_to as proposals_visible_to
from sme_match.meetings.messages import main_contact
from sme_match.meetings.queries import find_contact, get_meeting
from sme_match.needs.models import Need, NeedShare
from sme_match.needs.sharing import share_need
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import queue_mail
from sme_match.privacy.services.stopping import (
    lift_company,
    lift_contact,
    lift_user,
    stop_company,
    stop_contact,
    stop_user,
)
from tests.architecture.region import Side
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_contact, make_share
from tests.privacy.scenes import make_side

LATER = NOW + timedelta(days=1)
WISH = "電話で申出"


@pytest.fixture
def side(session: Session) -> Side:
    return make_side(session, "北上")


def contact_of(session: Session, side: Side) -> Contact:
    return session.get_one(Contact, side.ids["contact_id"])


def test_a_stopped_contact_is_neither_written_to_nor_offered_and_comes_back(
    session: Session, side: Side
) -> None:
    lead, coordinator = (side.users[role].as_actor() for role in (Role.LEAD, Role.COORDINATOR))
    contact = contact_of(session, side)
    meeting = get_meeting(session, coordinator, int(side.ids["meeting_id"]))
    meeting.company_contact_id = contact.id
    mail = queue_mail(
        session, key="waiting", to_address=contact.email, to_name=contact.name, subject="お知らせ",
        text="…", body_id=side.body.id, now=NOW,
    )  # fmt: skip
    stop_contact(session, lead, contact.id, reason=WISH, now=NOW)
    session.expire_all()
    company = get_company(session, coordinator, int(side.ids["company_id"]))
    assert company.contacts == []
    assert main_contact(company) is None
    assert find_contact(session, company.id, contact.id) is None
    assert get_meeting(session, coordinator, meeting.id).company_contact is None
    assert session.get_one(OutboxMail, mail.id).void_at == NOW
    lift_contact(session, lead, contact.id, now=LATER)
    session.expire_all()
    assert main_contact(get_company(session, coordinator, company.id)) is contact
    assert get_meeting(session, coordinator, meeting.id).company_contact is contact
    log = session.execute(
        select(AuditEntry.action, AuditEntry.note).where(AuditEntry.action.startswith("contact."))
    )
    assert [tuple(row) for row in log] == [
        ("contact.stop_use", f"{contact.name}：{WISH}"),
        ("contact.lift_stop", contact.name),
    ]


def test_a_stopped_company_leaves_register_matching_proposals_timetables_and_other_bodies(
    session: Session, side: Side
) -> None:
    lead, coordinator = (side.users[role].as_actor() for role in (Role.LEAD, Role.COORDINATOR))
    company_id, proposal_id = int(side.ids["company_id"]), int(side.ids["proposal_id"])
    receiver = session.scalars(
        select(CompanyShare.body_id).where(CompanyShare.company_id == company_id)
    ).one()

    def seen() -> dict[str, bool]:
        own = list_matchable_companies(session, body_id=side.body.id)
        shared = session.scalars(
            select(Company.id).where(Company.id == company_id, visible_to_body(receiver))
        ).all()
        proposals = session.scalars(
            select(Proposal.id).where(Proposal.id == proposal_id, proposals_visible_to(coordinator))
        ).all()
        apart = session.scalars(kept_apart(int(side.ids["event_id"]))).all()
        return {
            "matching": company_id in [each.id for each in own],
            "other bodies": bool(shared),
            "proposals": bool(proposals),
            "timetable": int(side.ids["candidate_id"]) not in apart,
        }

    session.execute(update(Exclusion).values(withdrawn_at=NOW))
    assert all(seen().values())
    stop_company(session, lead, company_id, reason=WISH, now=NOW)
    assert not any(seen().values())
    manager = session.get_one(User, side.users[Role.SME].id)
    assert (manager.active, contact_of(session, side).use_stopped_at) == (False, NOW)
    lift_company(session, lead, company_id, now=LATER)
    assert seen() == {
        "matching": True, "other bodies": False, "proposals": True, "timetable": True,
    }  # fmt: skip
    assert (manager.active, contact_of(session, side).use_stopped_at) == (True, None)


def test_the_needs_of_a_stopped_buyer_are_shared_with_nobody_and_the_log_names_who_saw_them(
    session: Session, side: Side
) -> None:
    lead, coordinator = (side.users[role].as_actor() for role in (Role.LEAD, Role.COORDINATOR))
    need = session.get_one(Need, side.ids["need_id"])
    receiver = make_body(session, name="隣県センター")
    share_need(session, coordinator, need.id, body_id=receiver.id, now=NOW)
    make_share(session, session.get_one(Company, need.buyer_id), receiver)
    logged = len(session.scalars(select(AuditEntry.id)).all())
    stop_company(session, lead, need.buyer_id, reason=WISH, now=LATER)
    living = select(NeedShare.id).where(NeedShare.need_id == need.id, NeedShare.withdrawn_at.is_(None))
    assert session.scalars(living).all() == []
    log = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[logged:]
    assert {(each.action, each.subject_type, each.note) for each in log} >= {
        ("share.withdraw", "company", receiver.name), ("need.unshare", "need", receiver.name),
    }  # fmt: skip
    with pytest.raises(ConflictError):
        share_need(session, coordinator, need.id, body_id=receiver.id, now=LATER)


def test_an_open_proposal_of_a_stopped_buyer_is_gone_as_well(session: Session, side: Side) -> None:
    lead, coordinator = (side.users[role].as_actor() for role in (Role.LEAD, Role.COORDINATOR))
    proposal = session.get_one(Proposal, side.ids["proposal_id"])
    proposal.state = ProposalState.NEW
    session.execute(update(Exclusion).values(withdrawn_at=NOW))
    assert session.scalars(select(Proposal).where(proposals_visible_to(coordinator))).all()
    meeting = get_meeting(session, coordinator, int(side.ids["meeting_id"]))
    stop_company(session, lead, meeting.buyer_id, reason=WISH, now=NOW)
    assert session.scalars(select(Proposal).where(proposals_visible_to(coordinator))).all() == []


def test_a_stop_is_not_got_round_and_who_was_stopped_before_stays_so(
    session: Session, side: Side
) -> None:
    lead, coordinator = (side.users[role].as_actor() for role in (Role.LEAD, Role.COORDINATOR))
    company_id, user_id = int(side.ids["company_id"]), side.users[Role.SME].id
    alone = make_contact(session, session.get_one(Company, company_id))
    stop_contact(session, lead, alone.id, reason=WISH, now=NOW - timedelta(days=3))
    session.get_one(User, user_id).active = False
    stop_company(session, lead, company_id, reason=WISH, now=NOW)
    refused: list[Callable[[], object]] = [
        lambda: restore_company(session, coordinator, company_id, now=LATER),
        lambda: enable_user(session, coordinator, user_id, now=LATER),
        lambda: lift_contact(session, lead, int(side.ids["contact_id"]), now=LATER),
        lambda: lift_user(session, lead, user_id, now=LATER),
    ]
    for way in refused:
        with pytest.raises(ConflictError):
            way()
    lift_company(session, lead, company_id, now=LATER)
    assert alone.use_stopped_at is not None
    assert not session.get_one(User, user_id).active


def test_leads_answer_for_their_body_administrators_for_accounts_and_nobody_stops_himself(
    session: Session, side: Side
) -> None:
    lead, coordinator = (side.users[role].as_actor() for role in (Role.LEAD, Role.COORDINATOR))
    stranger = make_side(session, "隣県").users[Role.LEAD].as_actor()
    contact_id, user_id = int(side.ids["contact_id"]), side.users[Role.COORDINATOR].id
    for actor in (coordinator, stranger):
        with pytest.raises(NotFoundError):
            stop_contact(session, actor, contact_id, reason=WISH, now=NOW)
        with pytest.raises(NotFoundError):
            stop_user(session, actor, user_id, reason=WISH, now=NOW)
    with pytest.raises(ConflictError):
        stop_user(session, lead, side.users[Role.LEAD].id, reason=WISH, now=NOW)
    with pytest.raises(InvalidError):
        stop_user(session, lead, user_id, reason="", now=NOW)
    assert not stop_user(session, lead, user_id, reason=WISH, now=NOW).active
    assert lift_user(session, lead, user_id, now=LATER).active


def test_the_page_of_a_person_stops_lifts_and_gives_a_copy(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        side = make_side(session, "北上")
        make_body(session)
    client.sign_in(side.users[Role.LEAD].id)
    page = f"/personal-data/contacts/{side.ids['contact_id']}"
    assert "北上担当" in client.get("/personal-data/people?q=北上担当").text
    assert client.post(f"{page}/stop", {"reason": ""}).status_code == 422
    assert client.post(f"{page}/stop", {"reason": WISH}).status_code == 302
    assert "利用停止中" in client.get(page).text
    assert "北上担当" in client.get("/personal-data/people").text
    assert "北上担当" not in client.get(f"/companies/{side.ids['company_id']}").text
    copy = client.get(f"{page}/copy.json").json
    assert copy is not None
    [record] = copy["record"]
    assert (record["name"], record["phone"]) == ("北上担当", "019-000-0001")
    assert [each["action"] for each in copy["changes"]] == ["contact.stop_use"]
    assert client.get(f"{page}/copy.xlsx").status_code == 200
    assert client.post(f"{page}/lift").status_code == 302
    company = f"/personal-data/companies/{side.ids['company_id']}"
    assert client.post(f"{company}/stop", {"reason": WISH}).status_code == 302
    assert client.get(company).status_code == 200
    assert client.get(f"/companies/{side.ids['company_id']}/history").status_code == 200
    user = f"/personal-data/users/{side.users[Role.SME].id}"
    assert "password" not in client.get(f"{user}/copy.json").text
    assert client.get(user).status_code == 200


def test_the_page_of_a_person_is_in_words_not_in_codes(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        side = make_side(session, "北上")
    client.sign_in(side.users[Role.LEAD].id)
    page = f"/personal-data/contacts/{side.ids['contact_id']}"
    client.post(f"{page}/stop", {"reason": WISH})
    client.get(page)
    shown = client.get(page).text
    for code, words in (
        ("contact.stop_use", "担当者の利用停止の申出を受け"),
        ("privacy.person", "個人情報の画面"),
    ):
        assert code not in shown
        assert words in shown
