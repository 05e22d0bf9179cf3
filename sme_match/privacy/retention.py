"""How long personal data is kept: one table of kinds, with the ground of each.

個人情報保護法 第22条 asks to erase without delay what is no longer needed; how long that is, a body
says itself within the bounds here. 第29条第2項 with 施行規則 第21条: records of what was given to
third parties are kept for 3 years, so notes of files do not go earlier.

Kept without an end, and told so on the page: the audit log and the reports of outcomes, which the
database refuses to change (their seals prove that nothing was taken away; names stand in what was
changed), consents, grants of sharing, and the records of companies, which are not persons.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from sme_match.accounts.models import (
    ERASED_DOMAIN,
    RecoveryCode,
    SecondFactor,
    SignedLink,
    User,
)
from sme_match.companies.models import Company, Contact
from sme_match.core.clock import jst_date
from sme_match.db.base import Base
from sme_match.events.enums import EventState
from sme_match.events.models import Event, EventDay, Participant
from sme_match.meetings.models import Meeting, MeetingOffer, MeetingReply, OfferAnswer
from sme_match.notifications.models import OutboxMail
from sme_match.privacy.enums import RetentionClass
from sme_match.privacy.models import AccessEntry
from sme_match.registers.enums import ImportState
from sme_match.registers.models import RegisterImport

K = RetentionClass
Due = Callable[[int | None, datetime], ColumnElement[bool]]
"""From a body and an instant to the condition that a record is older than that.

None stands for what is of no body: administrators, and what is written to them and noted of them.
"""
MOST_YEARS = 30


@dataclass(frozen=True, slots=True)
class Table:
    """Records of one table that go: `blank` is what is set in them; None deletes them."""

    model: type[Base]
    due: Due
    blank: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a kind is kept unless a body says otherwise, and at least."""

    tables: tuple[Table, ...]
    years: int
    least: int = 1


def _older(owner: InstrumentedAttribute[int | None], day: InstrumentedAttribute[datetime]) -> Due:
    return lambda body_id, before: and_(owner == body_id, day < before)


def _settled_mails(body_id: int | None, before: datetime) -> ColumnElement[bool]:
    settled = or_(
        OutboxMail.sent_at.is_not(None),
        OutboxMail.void_at.is_not(None),
        OutboxMail.dead_at.is_not(None),
    )
    named = OutboxMail.to_address != ""
    return and_(OutboxMail.body_id == body_id, OutboxMail.created_at < before, settled, named)


def _people_of_former_companies(body_id: int | None, before: datetime) -> ColumnElement[bool]:
    own = select(Company.id).where(Company.body_id == body_id)
    former = own.where(Company.archived_at < before)
    return or_(
        Contact.company_id.in_(former),
        and_(Contact.use_stopped_at < before, Contact.company_id.in_(own)),
    )


def _shut_accounts(body_id: int | None, before: datetime) -> ColumnElement[bool]:
    """Leave out who asked to be left alone since then: that can be lifted, whenever he signed in."""
    return and_(
        User.body_id == body_id,
        User.active.is_(False),
        func.coalesce(User.last_sign_in_at, User.created_at) < before,
        or_(User.use_stopped_at.is_(None), User.use_stopped_at < before),
    )


def _unused_accounts(body_id: int | None, before: datetime) -> ColumnElement[bool]:
    return and_(_shut_accounts(body_id, before), User.email.not_like(f"%{ERASED_DOMAIN}"))


def _codes(model: type[SecondFactor | RecoveryCode]) -> Due:
    """Those of erased accounts too: a sweep may erase more accounts than it takes codes."""
    return lambda body_id, before: model.user_id.in_(
        select(User.id).where(_shut_accounts(body_id, before))
    )


def _attendees_of_past_events(body_id: int | None, before: datetime) -> ColumnElement[bool]:
    later = select(EventDay.event_id).where(EventDay.date >= jst_date(before))
    over = select(Event.id).where(
        Event.state.in_((EventState.ENDED, EventState.CANCELLED)),
        Event.created_at < before,
        Event.id.not_in(later),
    )
    named = or_(*(getattr(Participant, name) != "" for name in _ATTENDEE))
    return and_(Participant.body_id == body_id, Participant.event_id.in_(over), named)


def _past_meetings(body_id: int | None, before: datetime) -> Any:  # noqa: ANN401 -- a subquery of ids
    return select(Meeting.id).where(
        Meeting.body_id == body_id, func.coalesce(Meeting.ends_at, Meeting.updated_at) < before
    )


_ATTENDEE = ("attendee", "substitute", "day_phone")

RULES: Mapping[RetentionClass, Rule] = MappingProxyType(
    {
        # The key stays: it keeps the same mail from being sent again.
        K.MAILS: Rule(
            (
                Table(
                    OutboxMail,
                    _settled_mails,
                    {
                        "to_address": "", "to_name": "", "reply_to": "", "subject": "", "text": "",
                        "calendar": None, "calendar_method": None, "last_error": "",
                    },
                ),
            ),
            years=2,
        ),
        K.LINKS: Rule(
            (
                Table(SignedLink, _older(SignedLink.body_id, SignedLink.expires_at)),
            ),
            years=1,
        ),
        K.ACCESS: Rule(
            (
                Table(AccessEntry, _older(AccessEntry.body_id, AccessEntry.at)),
            ),
            years=3,
            least=3,
        ),
        K.CONTACTS: Rule((Table(Contact, _people_of_former_companies),), years=5),
        # The row stays, because what the person did names it.
        K.USERS: Rule(
            (
                Table(SecondFactor, _codes(SecondFactor)),
                Table(RecoveryCode, _codes(RecoveryCode)),
                Table(
                    User,
                    _unused_accounts,
                    {
                        "name": "（消去済み）",
                        "name_kana": "",
                        "email": literal("erased-") + cast(User.id, String) + ERASED_DOMAIN,
                        "password_hash": None,
                        "version": User.version + 1,
                    },
                ),
            ),
            years=3,
        ),
        K.ATTENDEES: Rule(
            (
                Table(
                    Participant,
                    _attendees_of_past_events,
                    {**dict.fromkeys(_ATTENDEE, ""), "version": Participant.version + 1},
                ),
            ),
            years=3,
        ),
        K.ANSWERS: Rule(
            (
                Table(
                    MeetingReply,
                    lambda body_id, before: and_(
                        MeetingReply.meeting_id.in_(_past_meetings(body_id, before)),
                        MeetingReply.said_by != "",
                    ),
                    {"said_by": ""},
                ),
                Table(
                    OfferAnswer,
                    lambda body_id, before: and_(
                        OfferAnswer.offer_id.in_(
                            select(MeetingOffer.id).where(
                                MeetingOffer.meeting_id.in_(_past_meetings(body_id, before))
                            )
                        ),
                        OfferAnswer.answered_by != "",
                    ),
                    {"answered_by": ""},
                ),
            ),
            years=5,
        ),
        K.IMPORTS: Rule(
            (
                Table(
                    RegisterImport,
                    lambda body_id, before: and_(
                        RegisterImport.body_id == body_id,
                        RegisterImport.created_at < before,
                        RegisterImport.state != ImportState.WAITING,
                    ),
                ),
            ),
            years=1,
        ),
    }
)  # fmt: skip


def ends_before(now: datetime, years: int) -> datetime:
    """Return the instant that many years ago; a 29 February counts from the 28th."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)
