"""Noting who saw which record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.models import SignedLink, User
from sme_match.accounts.tokens import hash_token
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Actor, Role
from sme_match.db.paging import Columns
from sme_match.db.scope import reaching_every_body
from sme_match.events.models import Event, Participant
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.privacy.enums import AccessKind, Subject
from sme_match.privacy.models import AccessEntry
from sme_match.support_bodies.models import SupportBody

NOTED_FOR = timedelta(hours=1)
"""Opening a page again within this time says nothing new."""
DETAIL_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What somebody saw: the endpoint, the part of the address that names the record, and its id."""

    kind: AccessKind
    page: str
    part: str = ""
    record_id: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Reader:
    name: str
    role: str
    user_id: int | None = None
    link_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    subject: Subject
    subject_id: int | None
    body_id: int | None


# Persons and parts are noted with the record that holds them.
_RECORDS: dict[str, tuple[Subject, Columns]] = {
    "company_id": (Subject.COMPANY, select(Company.id, Company.body_id, Company.id)),
    "contact_id": (
        Subject.COMPANY,
        select(Company.id, Company.body_id, Contact.id).join(Contact, Contact.company_id == Company.id),
    ),
    "participant_id": (
        Subject.COMPANY,
        select(Company.id, Company.body_id, Participant.id).join(
            Participant, Participant.company_id == Company.id
        ),
    ),
    "need_id": (Subject.NEED, select(Need.id, Need.body_id, Need.id)),
    "meeting_id": (Subject.MEETING, select(Meeting.id, Meeting.body_id, Meeting.id)),
    "event_id": (Subject.EVENT, select(Event.id, Event.body_id, Event.id)),
    "user_id": (Subject.USER, select(User.id, User.body_id, User.id)),
    "body_id": (Subject.REGISTER, select(SupportBody.id, SupportBody.id, SupportBody.id)),
}
RECORD_PARTS = frozenset(_RECORDS)


def find_opened(session: Session, actor: Actor, opened: Opened, *, now: datetime) -> AccessEntry | None:
    """Return the entry for what a signed-in person saw; None when it need not be noted.

    One's own company and account are no news, nor is a page that was opened a short while ago.
    """
    record = _find_record(session, opened, actor)
    if record is None or _is_own(actor, record):
        return None
    reader = _Reader(actor.name, actor.role.value, user_id=actor.user_id)
    if opened.kind is not AccessKind.FILE and _is_noted(session, reader, opened, record, now=now):
        return None
    return _entry(reader, opened, record, now=now)


def find_opened_by_link(
    session: Session, token: str, opened: Opened, *, now: datetime
) -> AccessEntry | None:
    """Return the entry for what the holder of a link saw; None when it need not be noted."""
    link = session.scalar(select(SignedLink).where(SignedLink.token_hash == hash_token(token)))
    if link is None:
        return None
    reader = _Reader(link.holder_name, Role.BUYER.value, link_id=link.id)
    record = _record_of_link(session, link)
    if record is None or _is_noted(session, reader, opened, record, now=now):
        return None
    return _entry(reader, opened, record, now=now)


def _find_record(session: Session, opened: Opened, actor: Actor) -> _Record | None:
    if not opened.part:
        return _Record(Subject.REGISTER, None, actor.body_id)
    subject, query = _RECORDS[opened.part]
    *_, key = query.selected_columns
    found = session.execute(query.where(key == opened.record_id)).first()
    return None if found is None else _Record(subject, found[0], found[1])


def _record_of_link(session: Session, link: SignedLink) -> _Record | None:
    if link.purpose in {LinkPurpose.MEETING_REPLY, LinkPurpose.OUTCOME_REPORT}:
        return _Record(Subject.MEETING, link.subject_id, link.body_id)
    if link.purpose in {LinkPurpose.EVENT_PAGE, LinkPurpose.EVENT_ANSWER}:
        query = select(Participant.event_id).where(Participant.id == link.subject_id)
        return _Record(Subject.EVENT, session.scalar(query), link.body_id)
    # Invitations, resets, feeds and the like show their holder nothing of anybody else.
    return None


def _is_own(actor: Actor, record: _Record) -> bool:
    return (record.subject is Subject.USER and record.subject_id == actor.user_id) or (
        record.subject is Subject.COMPANY and record.subject_id == actor.company_id
    )


def _is_noted(
    session: Session, reader: _Reader, opened: Opened, record: _Record, *, now: datetime
) -> bool:
    query = select(AccessEntry.id).where(
        AccessEntry.subject == record.subject,
        AccessEntry.subject_id == record.subject_id,
        AccessEntry.at > now - NOTED_FOR,
        AccessEntry.page == opened.page,
        AccessEntry.user_id == reader.user_id
        if reader.user_id
        else AccessEntry.link_id == reader.link_id,
    )
    # The note of a lent record is kept by its own body.
    with reaching_every_body(session):
        return session.scalar(query.limit(1)) is not None


def _entry(reader: _Reader, opened: Opened, record: _Record, *, now: datetime) -> AccessEntry:
    return AccessEntry(
        at=now,
        body_id=record.body_id,
        user_id=reader.user_id,
        link_id=reader.link_id,
        reader=reader.name,
        role=reader.role,
        kind=opened.kind,
        page=opened.page,
        subject=record.subject,
        subject_id=record.subject_id,
        detail=opened.detail[:DETAIL_LENGTH],
    )
