"""What is kept about one person, and where: for the page and for a copy (保有個人データの開示).

個人情報保護法 第33条: the person may ask for a copy, also as an electronic record.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload

from sme_match.accounts.models import User, UserSession
from sme_match.audit.models import AuditEntry
from sme_match.companies.models import Company, CompanyShare, Contact
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import NotFoundError
from sme_match.core.text import normalize_width
from sme_match.db.paging import Columns
from sme_match.events.models import Event, Participant
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.models import Meeting, MeetingReply
from sme_match.needs.models import Need
from sme_match.notifications.models import OutboxMail
from sme_match.privacy.enums import Section, Subject
from sme_match.privacy.models import AccessEntry
from sme_match.privacy.policy import companies_kept_by, users_kept_by
from sme_match.support_bodies.models import SupportBody

Record = Contact | User | Company
Kept = TypeVar("Kept", Contact, User, Company)
Value = str | int | bool | datetime | None
Condition = ColumnElement[bool]
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what is kept: names of columns, and rows of plain values."""

    section: Section
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


def find_contact_kept(session: Session, actor: Actor, contact_id: int) -> Contact:
    """Return a contact of the actor's own body, also one whose data is not used.

    Raises:
        NotFoundError: when it does not exist, or another body answers for it.
    """
    query = (
        select(Contact)
        .join(Company, Company.id == Contact.company_id)
        .where(Contact.id == contact_id, companies_kept_by(actor))
    )
    return _found(session.scalar(query))


def find_user_kept(session: Session, actor: Actor, user_id: int) -> User:
    """Return an account that the actor answers for.

    Raises:
        NotFoundError: when it does not exist, or another answers for it.
    """
    return _found(session.scalar(select(User).where(User.id == user_id, users_kept_by(actor))))


def find_company_kept(session: Session, actor: Actor, company_id: int) -> Company:
    """Return a company of the actor's own body.

    Raises:
        NotFoundError: when it does not exist, or another body answers for it.
    """
    query = select(Company).where(Company.id == company_id, companies_kept_by(actor))
    return _found(session.scalar(query))


def list_kept(session: Session, actor: Actor, record: Contact | User) -> list[Part]:
    """Return what is kept about a person as far as the actor may read it, without empty parts."""
    parts = _of_contact(record) if isinstance(record, Contact) else _of_user(actor, record)
    found = [_facts(record)]
    for section, query in parts:
        names = [column.key or "" for column in query.selected_columns]
        found.append(Part(section, names, [tuple(row) for row in session.execute(query)]))
    return [part for part in found if part.rows]


_FACTS = {
    Contact: ("name", "name_kana", "position", "email", "phone", "created_at", "updated_at"),
    User: ("name", "name_kana", "email", "role", "language", "active", "created_at", "last_sign_in_at"),
}


def _facts(record: Contact | User) -> Part:
    names = (*_FACTS[type(record)], "use_stopped_at")
    return Part(Section.RECORD, names, [[getattr(record, name) for name in names]])


def _of_contact(contact: Contact) -> Iterator[tuple[Section, Columns]]:
    body_id = select(Company.body_id).where(Company.id == contact.company_id).scalar_subquery()
    yield Section.SAME_ADDRESS, _accounts(contact.email, body_id)
    yield Section.MEETINGS, _meetings(contact, body_id)
    yield (
        Section.EVENTS,
        (
            select(Event.name.label("event"), Participant.attendee, Participant.day_phone)
            .join(Event, Event.id == Participant.event_id)
            .where(
                Participant.company_id == contact.company_id,
                or_(
                    Participant.contact_id == contact.id,
                    func.replace(Participant.attendee, " ", "") == contact.name.replace(" ", ""),
                ),
            )
            .order_by(Event.id)
        ),
    )
    yield (
        Section.ANSWERS,
        (
            select(MeetingReply.replied_at.label("at"), MeetingReply.said_by, MeetingReply.note)
            .join(Meeting, Meeting.id == MeetingReply.meeting_id)
            .where(
                Meeting.body_id == body_id,
                # Somebody of the other side, or a colleague, may have the same name.
                or_(
                    and_(MeetingReply.party == Party.SME, Meeting.company_contact_id == contact.id),
                    and_(MeetingReply.party == Party.BUYER, Meeting.buyer_contact_id == contact.id),
                ),
                MeetingReply.said_by == contact.name,
            )
            .order_by(MeetingReply.replied_at)
        ),
    )
    yield Section.MAILS, _mails(contact.email, body_id)
    yield (
        Section.SHARES,
        (
            select(
                SupportBody.name.label("receiver"),
                CompanyShare.granted_at,
                CompanyShare.withdrawn_at,
                CompanyShare.consented_on,
            )
            .join(SupportBody, SupportBody.id == CompanyShare.body_id)
            .where(CompanyShare.company_id == contact.company_id)
            .order_by(CompanyShare.id)
        ),
    )
    yield (
        Section.CHANGES,
        _entries(
            AuditEntry.subject_type == "company",
            AuditEntry.subject_id == contact.company_id,
            AuditEntry.action.startswith("contact."),
            or_(
                AuditEntry.note == contact.name,
                AuditEntry.note.startswith(f"{contact.name}：", autoescape=True),
            ),
        ),
    )
    yield (
        Section.OPENED,
        _opened(AccessEntry.subject == Subject.COMPANY, AccessEntry.subject_id == contact.company_id),
    )


def _of_user(actor: Actor, user: User) -> Iterator[tuple[Section, Columns]]:
    yield (
        Section.SESSIONS,
        (
            select(UserSession.created_at, UserSession.last_seen_at, UserSession.ended_at)
            .where(UserSession.user_id == user.id)
            .order_by(UserSession.id)
        ),
    )
    yield Section.MAILS, _mails(user.email, user.body_id)
    yield Section.CHANGES, _entries(AuditEntry.subject_type == "user", AuditEntry.subject_id == user.id)
    yield Section.DONE, _done(actor, user)
    yield (
        Section.OPENED,
        _opened(AccessEntry.subject == Subject.USER, AccessEntry.subject_id == user.id),
    )


def _accounts(email: str, body_id: ColumnElement[int]) -> Columns:
    return (
        select(User.name, User.email, User.role, User.active)
        .where(User.email == email.lower(), User.body_id == body_id, User.email != "")
        .order_by(User.id)
    )


def _meetings(contact: Contact, body_id: ColumnElement[int]) -> Columns:
    """Select the meetings of the body that the contact was asked for, as its side may see them.

    The same as `meetings.policy.visible_to` and `is_buyer_revealed` say: the copy is handed over.
    """
    buyer = aliased(Company)
    may_know_buyer = or_(
        Meeting.buyer_id == contact.company_id,
        Need.buyer_anonymous.is_(False),
        Meeting.confirmed_at.is_not(None),
    )
    return (
        select(
            Meeting.created_at, Meeting.starts_at, Company.name.label("sme"),
            case((may_know_buyer, buyer.name)).label("buyer"), Meeting.state,
        )
        .join(Company, Company.id == Meeting.company_id)
        .join(buyer, buyer.id == Meeting.buyer_id)
        .join(Need, Need.id == Meeting.need_id)
        .where(
            Meeting.body_id == body_id,
            Meeting.state != MeetingState.PROPOSED,
            or_(Meeting.company_contact_id == contact.id, Meeting.buyer_contact_id == contact.id),
        )
        .order_by(Meeting.id)
    )  # fmt: skip


def _mails(email: str, body_id: ColumnElement[int] | int | None) -> Columns:
    return (
        select(OutboxMail.created_at, OutboxMail.sent_at, OutboxMail.to_address, OutboxMail.subject)
        .where(
            func.lower(OutboxMail.to_address) == email.lower(),
            OutboxMail.to_address != "",
            OutboxMail.body_id == body_id,
        )
        .order_by(OutboxMail.id)
    )


def _done(actor: Actor, user: User) -> Columns:
    """Select what a user did, as far as the actor may read it.

    Notes name companies and say why. Administrators see no company, and an account that moved to
    another body does not take along what it wrote in the first.
    """
    done = _entries(AuditEntry.user_id == user.id)
    if actor.role is Role.ADMINISTRATOR:
        return done.with_only_columns(AuditEntry.at, AuditEntry.actor_name, AuditEntry.action)
    return done.where(AuditEntry.body_id == actor.body_id)


def _entries(*conditions: Condition) -> Columns:
    return (
        select(AuditEntry.at, AuditEntry.actor_name, AuditEntry.action, AuditEntry.note)
        .where(*conditions)
        .order_by(AuditEntry.id)
    )


def _opened(*conditions: Condition) -> Columns:
    return (
        select(AccessEntry.at, AccessEntry.reader, AccessEntry.kind, AccessEntry.page)
        .where(*conditions)
        .order_by(AccessEntry.id)
    )


def list_people(session: Session, actor: Actor, text: str) -> list[Record]:
    """Return the companies, contacts and accounts of this name, at most `MOST_FOUND` of each kind.

    Without a text those whose data is not used.
    """
    name = normalize_width(text)

    def sought(kind: type[Company | Contact | User], *more: InstrumentedAttribute[str]) -> Condition:
        if not name:
            return kind.use_stopped_at.is_not(None)
        columns = (kind.name, kind.name_kana, *more)
        return or_(*(column.contains(name, autoescape=True) for column in columns))

    contacts = select(Contact).join(Company, Company.id == Contact.company_id)
    companies = session.scalars(
        select(Company)
        .where(sought(Company), companies_kept_by(actor))
        .order_by(Company.name_kana, Company.id)
        .limit(MOST_FOUND)
    )
    people = session.scalars(
        contacts.where(sought(Contact, Contact.email), companies_kept_by(actor))
        .options(joinedload(Contact.company))
        .order_by(Contact.name_kana, Contact.id)
        .limit(MOST_FOUND)
    )
    users = session.scalars(
        select(User)
        .where(sought(User, User.email), users_kept_by(actor))
        .order_by(User.name_kana, User.id)
        .limit(MOST_FOUND)
    )
    return [*companies, *people, *users]


def list_to_settle(session: Session, company: Company, *, now: datetime) -> list[Meeting]:
    """Return the body's meetings of its company that are asked for or to come: staff call them off."""
    query = (
        select(Meeting)
        .where(
            Meeting.body_id == company.body_id,
            or_(Meeting.company_id == company.id, Meeting.buyer_id == company.id),
            or_(
                Meeting.state.in_((MeetingState.PROPOSED, MeetingState.ASKED)),
                and_(Meeting.state == MeetingState.CONFIRMED, Meeting.ends_at > now),
            ),
        )
        .options(joinedload(Meeting.company), joinedload(Meeting.buyer))
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return list(session.scalars(query))


def _found(record: Kept | None) -> Kept:
    if record is None:
        raise NotFoundError
    return record
