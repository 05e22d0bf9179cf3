"""Inviting buyers; accepting, refusing and withdrawing participants."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import revoke_links
from sme_match.audit.services import apply_changes, record
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.events.enums import Equipment, EventMode, ParticipantState, Side
from sme_match.events.messages.standing import tell_accepted, tell_refused
from sme_match.events.models import Event, Participant
from sme_match.events.policy import is_call_open, is_open, may_look_after, may_plan
from sme_match.events.queries import lock_event
from sme_match.events.queries.candidates import COMING
from sme_match.events.queries.participants import find_part, get_participant
from sme_match.events.services.applying import check_way, set_avoids, set_unavailable
from sme_match.events.services.releasing import release
from sme_match.events.services.telling import tell
from sme_match.meetings.messages import Site

OVER = mark_text("この商談会は終わったか、中止になりました。もう変えられません。")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerDraft:
    """How a buyer takes part."""

    lanes: int = 1
    meeting_limit: int | None = None
    mode: EventMode = EventMode.WEB
    equipment: Equipment = Equipment.OWN
    needs_helper: bool = False
    attendee: str = ""
    day_phone: str = ""
    contact_id: int | None = None
    unavailable: frozenset[int] = frozenset()
    avoids: tuple[tuple[int, str], ...] = ()
    """Companies that it does not want to meet, with reasons."""


def invite_buyer(
    session: Session, actor: Actor, event_id: int, draft: BuyerDraft, *, company_id: int, now: datetime
) -> Participant:
    """Let a buyer of the actor's body take part, or change how it does; it answers by a link later.

    Raises:
        NotFoundError: when the actor may not see the event or the company.
        NotAllowedError: unless the actor is a coordinator.
        ConflictError: when the event is over.
        InvalidError: for a company that is no buyer or stands on the other side.
    """
    event = lock_event(session, actor, event_id, now=now)
    if not may_plan(actor):
        raise NotAllowedError
    if not is_open(event):
        raise ConflictError(OVER)
    company = session.scalar(
        select(Company).where(
            Company.id == company_id,
            Company.body_id == actor.body_id,
            Company.archived_at.is_(None),
        )
    )
    if company is None:
        raise NotFoundError
    part = find_part(session, event, company.id)
    if not company.is_buyer:
        raise InvalidError(mark_text("この企業は委託側の企業として登録されていません。"))
    if part is not None and part.side is not Side.BUYER:
        raise InvalidError(
            mark_text("この企業は受託側として参加しています。1つの商談会で両方の側には立てません。")
        )
    if event.mode is not EventMode.BOTH and draft.mode is not event.mode:
        raise InvalidError(mark_text("この商談会では選べない方法です。"), field="mode")
    known = select(Contact.id).where(Contact.company_id == company.id, Contact.use_stopped_at.is_(None))
    if draft.contact_id is not None and draft.contact_id not in set(session.scalars(known)):
        raise InvalidError(mark_text("担当者を選びなおしてください。"), field="contact_id")
    if part is None:
        part = Participant(
            event_id=event.id, company_id=company.id, body_id=company.body_id, side=Side.BUYER,
            state=ParticipantState.INVITED, unavailable=[], avoids=[],
        )  # fmt: skip
        part.company = company
        session.add(part)
    else:
        check_way(session, event, part, draft.mode)
    changes = apply_changes(
        part,
        {
            "lanes": draft.lanes,
            "meeting_limit": draft.meeting_limit,
            "mode": draft.mode,
            "equipment": draft.equipment,
            "needs_helper": draft.needs_helper,
            "attendee": draft.attendee,
            "day_phone": draft.day_phone,
            "contact_id": draft.contact_id,
        },
    )
    session.flush()
    set_unavailable(session, event, part, draft.unavailable)
    set_avoids(session, part, draft.avoids)
    event.revision += 1
    session.flush()
    _record(session, actor, part, "participant.invite", now=now, changes=changes)
    return part


def accept(session: Session, actor: Actor, participant_id: int, *, now: datetime) -> Participant:
    """Let the company take part, and tell it.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `refuse`.
    """
    part, _ = _locked(session, actor, participant_id, now=now)
    if part.state is ParticipantState.ACCEPTED:
        return part
    _step(session, actor, part, ParticipantState.ACCEPTED, now=now)
    tell(session, part, tell_accepted(part.event), about="accepted", now=now)
    return part


def refuse(
    session: Session, actor: Actor, participant_id: int, *, reason: str, now: datetime, site: Site
) -> int:
    """Turn an application down with the reason that the company is told.

    Its meetings to come leave the timetable in the same step; return how many these were.

    Raises:
        NotFoundError: when the actor does not look after the company.
        NotAllowedError: unless the actor is a coordinator.
        ConflictError: when the event is over.
        InvalidError: without a reason.
    """
    part, event = _locked(session, actor, participant_id, now=now)
    _need_reason(reason)
    _step(session, actor, part, ParticipantState.REFUSED, now=now, reason=reason)
    tell(session, part, tell_refused(part.event, reason), about="refused", now=now)
    return release(session, actor, event, part, now=now, site=site)


def withdraw(
    session: Session, actor: Actor, participant_id: int, *, reason: str, now: datetime, site: Site
) -> int:
    """Note that the company falls out: the body for it, or it by itself while the call is open.

    Its meetings to come leave the timetable in the same step; return how many these were.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, InvalidError: as `refuse`.
    """
    part, event = _locked(session, actor, participant_id, now=now, by_itself=True)
    if actor.role is Role.SME and not is_call_open(event, now):
        raise ConflictError(
            mark_text("申込の締切を過ぎています。辞退するときは、支援機関の窓口へお電話ください。")
        )
    if actor.role is Role.SME and part.state not in COMING:
        raise ConflictError(mark_text("この商談会には参加していません。"))
    _need_reason(reason)
    _step(session, actor, part, ParticipantState.WITHDRAWN, now=now, reason=reason)
    revoke_links(session, LinkPurpose.EVENT_ANSWER, part.id, now)
    return release(session, actor, event, part, now=now, site=site)


def _locked(
    session: Session, actor: Actor, participant_id: int, *, now: datetime, by_itself: bool = False
) -> tuple[Participant, Event]:
    part = get_participant(session, actor, participant_id, now=now)
    event = lock_event(session, actor, part.event_id, now=now)
    session.refresh(part, ["state", "version"])
    if not (may_look_after(actor, part) or (by_itself and actor.company_id == part.company_id)):
        raise NotAllowedError
    if not is_open(event):
        raise ConflictError(OVER)
    return part, event


def _need_reason(reason: str) -> None:
    if not reason:
        raise InvalidError(mark_text("理由を入力してください。"), field="reason")


def _step(
    session: Session,
    actor: Actor,
    part: Participant,
    state: ParticipantState,
    *,
    now: datetime,
    reason: str = "",
) -> None:
    before = part.state
    part.state, part.reason = state, reason
    session.flush()
    changes: dict[str, tuple[object, object]] = {"state": (before, state)}
    _record(session, actor, part, f"participant.{state.value}", now=now, changes=changes, note=reason)


def _record(
    session: Session,
    actor: Actor,
    part: Participant,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]],
    note: str = "",
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("event_participant", part.id),
        body_id=part.body_id,
        now=now,
        changes=changes,
        note=note,
    )
