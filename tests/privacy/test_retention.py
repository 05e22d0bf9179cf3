"""Retention: what is past its time goes by itself, what must stay stays, and the page says which."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import RecoveryCode, SecondFactor, SignedLink, User
from sme_match.accounts.services.users import enable_user
from sme_match.audit.models import AuditEntry
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.db.session import Database
from sme_match.events.enums import EventState
from sme_match.events.models import Event, EventDay, Participant
from sme_match.meetings.enums import Party, ReplyKind
from sme_match.meetings.models import Meeting, MeetingReply
from sme_match.notifications.models import OutboxMail
from sme_match.privacy.enums import AccessKind, RetentionClass, Subject
from sme_match.privacy.models import AccessEntry
from sme_match.privacy.queries.retention import list_coming
from sme_match.privacy.retention import RULES, ends_before
from sme_match.privacy.services.retention import set_years
from sme_match.privacy.services.stopping import lift_user
from sme_match.privacy.tasks import sweep_personal_data
from sme_match.registers.models import RegisterImport
from tests.architecture.region import Side
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_contact, make_user
from tests.privacy.scenes import make_side

LONG_AGO = ends_before(NOW, 6)
K = RetentionClass


def age(session: Session, side: Side, then: datetime) -> None:
    """Let everything of a body that can pass its time have happened then."""
    ids = side.ids
    company = session.get_one(Company, ids["company_id"])
    company.archived_at = then
    manager = session.get_one(User, side.users[Role.SME].id)
    manager.active, manager.created_at, manager.last_sign_in_at = False, then, then
    for mail in session.scalars(select(OutboxMail).where(OutboxMail.body_id == side.body.id)):
        mail.created_at = mail.sent_at = then
    for link in session.scalars(select(SignedLink).where(SignedLink.body_id == side.body.id)):
        link.expires_at = then
    import_ = session.get_one(RegisterImport, ids["import_id"])
    import_.created_at = then
    event = session.get_one(Event, ids["event_id"])
    event.state, event.created_at = EventState.ENDED, then
    for day in session.scalars(select(EventDay).where(EventDay.event_id == event.id)):
        day.date = then.date()
    meeting = session.get_one(Meeting, ids["meeting_id"])
    meeting.starts_at, meeting.ends_at = then - timedelta(hours=1), then
    session.add_all(
        [
            MeetingReply(
                meeting_id=meeting.id, party=Party.SME, kind=ReplyKind.TIMES, said_by="北上 太郎",
                replied_at=then,
            ),
            AccessEntry(
                at=then, body_id=side.body.id, reader="北上 太郎", role="lead", kind=AccessKind.FILE,
                page="registers.export", subject=Subject.REGISTER,
            ),
        ]
    )  # fmt: skip
    session.flush()


def counts(session: Session, side: Side, now: datetime) -> dict[RetentionClass, int]:
    return {each.kind: each.count for each in list_coming(session, side.body.id, now=now)}


def test_the_sweep_does_what_the_preview_says_once_and_only_to_what_is_past_its_time(
    database: Database,
) -> None:
    with database.unit_of_work() as session:
        old, young = make_side(session, "北上"), make_side(session, "隣県")
        age(session, old, LONG_AGO)
        logged = len(session.scalars(select(AuditEntry.id)).all())
    with database.reading() as session:
        said = counts(session, old, NOW)
        assert all(said.values()), said
        assert not any(counts(session, young, NOW).values())
    assert sweep_personal_data(database, now=NOW) == sum(said.values())
    assert sweep_personal_data(database, now=NOW) == 0
    with database.reading() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.body_id == old.body.id)).one()
        assert (mail.to_address, mail.text, mail.key) == ("", "", "北上:1")
        manager = session.get_one(User, old.users[Role.SME].id)
        assert "北上" not in manager.name
        assert manager.email.endswith("@erased.invalid")
        assert session.get(Contact, old.ids["contact_id"]) is None
        parts = session.scalars(select(Participant).where(Participant.body_id == old.body.id))
        assert {part.attendee for part in parts} == {""}
        assert session.scalars(select(MeetingReply.said_by)).all() == [""]
        assert session.get(RegisterImport, old.ids["import_id"]) is None
        assert session.scalars(select(AccessEntry)).all() == []
        # The other body keeps all, and so does the log, which says what went.
        assert session.get(Contact, young.ids["contact_id"]) is not None
        log = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[logged:]
        swept = {RetentionClass(entry.note): entry.changes["swept"][0] for entry in log}
        assert {entry.action for entry in log} == {"retention.sweep"}
        assert swept == said


@pytest.mark.parametrize("kind", list(RetentionClass))
def test_each_kind_goes_on_the_day_its_years_are_over_and_not_before(
    session: Session, kind: RetentionClass
) -> None:
    side = make_side(session, "北上")
    age(session, side, NOW)
    over = NOW.replace(year=NOW.year + RULES[kind].years)
    assert counts(session, side, over - timedelta(days=1))[kind] == 0
    assert counts(session, side, over + timedelta(days=2))[kind] > 0


def test_waiting_mails_living_accounts_and_people_of_registered_companies_stay(
    session: Session,
) -> None:
    side = make_side(session, "北上")
    age(session, side, LONG_AGO)
    session.get_one(Company, side.ids["company_id"]).archived_at = None
    session.get_one(User, side.users[Role.SME].id).active = True
    for mail in session.scalars(select(OutboxMail)):
        mail.sent_at = None
    session.flush()
    found = counts(session, side, NOW)
    assert (found[K.CONTACTS], found[K.USERS], found[K.MAILS]) == (0, 0, 0)
    wished = make_contact(session, session.get_one(Company, side.ids["company_id"]))
    wished.use_stopped_at = LONG_AGO
    session.flush()
    assert counts(session, side, NOW)[K.CONTACTS] == 1


def test_a_wish_of_today_does_not_erase_an_account_that_was_long_unused(session: Session) -> None:
    side = make_side(session, "北上")
    age(session, side, LONG_AGO)
    manager = session.get_one(User, side.users[Role.SME].id)
    manager.use_stopped_at = NOW - timedelta(days=1)
    session.flush()
    assert counts(session, side, NOW)[K.USERS] == 0
    manager.use_stopped_at = LONG_AGO
    session.flush()
    assert counts(session, side, NOW)[K.USERS] == 1


def test_an_erased_account_loses_its_codes_and_is_not_brought_back(database: Database) -> None:
    with database.unit_of_work() as session:
        side = make_side(session, "北上")
        age(session, side, LONG_AGO)
        user_id = side.users[Role.SME].id
        session.get_one(User, user_id).use_stopped_at = LONG_AGO
        session.add(SecondFactor(user_id=user_id, secret="x", started_at=LONG_AGO))
        session.add(RecoveryCode(user_id=user_id, code_hash="x"))
    sweep_personal_data(database, now=NOW)
    with database.reading() as session:
        for kind in (SecondFactor, RecoveryCode):
            assert session.scalars(select(kind).where(kind.user_id == user_id)).all() == []
        lead, coordinator = (side.users[role].as_actor() for role in (Role.LEAD, Role.COORDINATOR))
        with pytest.raises(ConflictError, match="消去された"):
            lift_user(session, lead, user_id, now=NOW)
        with pytest.raises(ConflictError, match="消去された"):
            enable_user(session, coordinator, user_id, now=NOW)


def test_administrators_and_what_is_of_no_body_go_by_the_rules(database: Database) -> None:
    with database.unit_of_work() as session:
        gone = make_user(session, None, Role.ADMINISTRATOR)
        gone.active, gone.last_sign_in_at = False, LONG_AGO
        stays = make_user(session, None, Role.ADMINISTRATOR)
        session.add(
            AccessEntry(
                at=LONG_AGO, reader="管理者", role="administrator", kind=AccessKind.FILE,
                page="registers.export", subject=Subject.REGISTER,
            )
        )  # fmt: skip
    assert sweep_personal_data(database, now=NOW) == 2
    with database.reading() as session:
        assert session.get_one(User, gone.id).erased
        assert not session.get_one(User, stays.id).erased
        assert session.scalars(select(AccessEntry)).all() == []


def test_a_body_chooses_its_years_within_the_bounds(session: Session) -> None:
    side = make_side(session, "北上")
    lead, coordinator = (side.users[role].as_actor() for role in (Role.LEAD, Role.COORDINATOR))
    age(session, side, ends_before(NOW, 2) + timedelta(days=30))
    assert counts(session, side, NOW)[K.MAILS] == 0
    set_years(session, lead, {K.MAILS: 1}, now=NOW)
    assert counts(session, side, NOW)[K.MAILS] == 1
    for kind, years in ((K.ACCESS, 2), (K.MAILS, 0), (K.MAILS, 31)):
        with pytest.raises(InvalidError):
            set_years(session, lead, {kind: years}, now=NOW)
    with pytest.raises(NotAllowedError):
        set_years(session, coordinator, {K.MAILS: 5}, now=NOW)


def test_the_page_shows_what_goes_next_and_keeps_what_was_typed(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        side = make_side(session, "北上")
        age(session, side, LONG_AGO)
    client.sign_in(side.users[Role.LEAD].id)
    page = client.get("/personal-data/retention").text
    assert "次に消えるもの：1件" in page
    assert "施行規則第21条" in page
    typed = {kind.value: str(rule.years) for kind, rule in RULES.items()}
    refused = client.post("/personal-data/retention", typed | {"access": "1"})
    assert refused.status_code == 422
    assert client.post("/personal-data/retention", typed | {"mails": "7"}).status_code == 302
    assert 'value="7"' in client.get("/personal-data/retention").text
    client.sign_in(side.users[Role.COORDINATOR].id)
    assert client.get("/personal-data/retention").status_code == 403


def test_a_leap_day_counts_from_the_day_before() -> None:
    assert ends_before(NOW.replace(year=2028, month=2, day=29), 1).day == 28
