"""Who saw what: the notes about records of the own body, by person and period."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import jst_midnight
from sme_match.core.text import fold_for_search, normalize_width
from sme_match.db.paging import Columns, Page, fetch_page
from sme_match.db.search import holds
from sme_match.events.models import Event, Participant
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.privacy.enums import Subject
from sme_match.privacy.models import AccessEntry
from sme_match.support_bodies.models import SupportBody

AT_ONCE = 1_000
"""How many notes are given names at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFilter:
    """Which notes are asked for; every field comes from the URL, and 0 or empty means all."""

    about: str = ""
    """A part of the name of a company, of a person there, or of a user."""
    company_id: int = 0
    reader: str = ""
    user_id: int = 0
    link_id: int = 0
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """One note with the name of what was seen and the body of who saw it; empty when it is gone."""

    entry: AccessEntry
    subject: str
    reader_body: str


_NAMES: dict[Subject, Columns] = {
    Subject.COMPANY: select(Company.id, Company.name),
    Subject.NEED: select(Need.id, Need.number + " " + Need.title),
    Subject.MEETING: select(Meeting.id, Company.name).join(Company, Company.id == Meeting.company_id),
    Subject.EVENT: select(Event.id, Event.name),
    Subject.USER: select(User.id, User.name),
}


def list_opened(
    session: Session, actor: Actor, filters: OpenedFilter, *, page: int
) -> Page[OpenedLine]:
    """Return who saw what of the body's records, the newest first."""
    found = fetch_page(session, _newest_first(actor, filters), number=page)
    lines = _with_names(session, found.items)
    return Page(items=lines, number=found.number, size=found.size, total=found.total)


def read_opened(session: Session, actor: Actor, filters: OpenedFilter) -> list[OpenedLine]:
    """Return all that `list_opened` has pages of, for a file."""
    entries = session.scalars(_newest_first(actor, filters)).all()
    return [
        line
        for start in range(0, len(entries), AT_ONCE)
        for line in _with_names(session, entries[start : start + AT_ONCE])
    ]


def _newest_first(actor: Actor, filters: OpenedFilter) -> Select[AccessEntry]:
    query = select_opened(actor, filters)
    return query.order_by(AccessEntry.at.desc(), AccessEntry.id.desc())


def select_opened(actor: Actor, filters: OpenedFilter) -> Select[AccessEntry]:
    """Return the notes that the filter asks for, of the actor's own body."""
    query = select(AccessEntry).where(AccessEntry.body_id == own_body(actor))
    if filters.from_on:
        query = query.where(AccessEntry.at >= jst_midnight(filters.from_on))
    if filters.until_on:
        query = query.where(AccessEntry.at < jst_midnight(filters.until_on) + timedelta(days=1))
    if filters.user_id:
        query = query.where(AccessEntry.user_id == filters.user_id)
    if filters.link_id:
        query = query.where(AccessEntry.link_id == filters.link_id)
    if reader := normalize_width(filters.reader):
        query = query.where(AccessEntry.reader.contains(reader, autoescape=True))
    if filters.company_id:
        query = query.where(_is_about(Company.id == filters.company_id))
    if filters.about.strip():
        query = query.where(_is_about(*_named(filters.about)))
    return query


def holds_everybody() -> ColumnElement[bool]:
    """Return the condition that a note is about a file that may hold anybody.

    Figures name no person. Any other file of no single record counts, also one that comes to be
    later: a person told in vain is better than one forgotten.
    """
    figures = AccessEntry.page.startswith("statistics.", autoescape=True)
    return and_(AccessEntry.subject == Subject.REGISTER, ~figures)


def own_body(actor: Actor) -> int:
    """Return the body whose records a lead may ask about; nobody else has one here."""
    return (actor.body_id or 0) if actor.role is Role.LEAD else 0


def _named(text: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions on companies and on users that a name means."""
    name = normalize_width(text)
    person = Contact.name.contains(name, autoescape=True)
    return (
        or_(
            holds(Company.search_text, fold_for_search(text)),
            Company.id.in_(select(Contact.company_id).where(person)),
        ),
        User.name.contains(name, autoescape=True),
    )


def _is_about(
    company: ColumnElement[bool], user: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """Return the condition that a note is about such companies or users, also as a side of something.

    Files of a register are about everybody in it.
    """
    companies = select(Company.id).where(company)
    meetings = select(Meeting.id).where(
        or_(Meeting.company_id.in_(companies), Meeting.buyer_id.in_(companies))
    )
    events = select(Participant.event_id).where(Participant.company_id.in_(companies))
    needs = select(Need.id).where(Need.buyer_id.in_(companies))
    users = select(User.id).where(
        or_(User.company_id.in_(companies), user if user is not None else false())
    )
    found = {
        Subject.COMPANY: companies,
        Subject.MEETING: meetings,
        Subject.EVENT: events,
        Subject.NEED: needs,
        Subject.USER: users,
    }
    return or_(
        holds_everybody(),
        *(
            and_(AccessEntry.subject == subject, AccessEntry.subject_id.in_(ids))
            for subject, ids in found.items()
        ),
    )


def _with_names(session: Session, entries: Sequence[AccessEntry]) -> list[OpenedLine]:
    wanted: dict[Subject, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject_id is not None:
            wanted[entry.subject].add(entry.subject_id)
    names: dict[tuple[Subject, int], str] = {}
    for subject, ids in wanted.items():
        query = _NAMES[subject]
        key, _name = query.selected_columns
        names |= {(subject, row[0]): row[1] for row in session.execute(query.where(key.in_(ids)))}
    readers = {entry.user_id for entry in entries}
    query = select(User.id, SupportBody.name).join(SupportBody, SupportBody.id == User.body_id)
    bodies = {row[0]: row[1] for row in session.execute(query.where(User.id.in_(readers)))}
    return [
        OpenedLine(
            entry,
            names.get((entry.subject, entry.subject_id or 0), ""),
            bodies.get(entry.user_id or 0, ""),
        )
        for entry in entries
    ]
