"""Asking buyers whom they want to meet, their answers, and requests that run out of time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link, revoke_links
from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM, Actor
from sme_match.core.clock import jst_date, last_jst_date
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.events.enums import BuyerAnswer, EventState, ParticipantState, Side
from sme_match.events.messages.asking import ask_buyer
from sme_match.events.models import Event, Participant
from sme_match.events.policy import is_open, may_look_after
from sme_match.events.queries import lock_event
from sme_match.events.queries.candidates import list_asked
from sme_match.events.queries.participants import get_participant
from sme_match.events.services.deciding import OVER
from sme_match.events.services.releasing import release
from sme_match.events.services.telling import is_told, tell
from sme_match.meetings.messages import Site

ASKABLE = (ParticipantState.INVITED, ParticipantState.ACCEPTED)
REMINDERS = (3, 1)
"""Days before the deadline on which a buyer that has not answered is reminded."""


def ask(session: Session, actor: Actor, participant_id: int, *, now: datetime, base_url: str) -> bool:
    """Send the buyer the link to its candidates; an earlier link stops working.

    Return whether there is an address to write to.

    Raises:
        NotFoundError: when the actor does not look after the buyer.
        NotAllowedError: unless the actor is a coordinator.
        ConflictError: when the deadline has passed, or the buyer is out.
        InvalidError: when there is nothing to ask about.
    """
    buyer = get_participant(session, actor, participant_id, now=now)
    if not may_look_after(actor, buyer) or buyer.side is not Side.BUYER:
        raise NotAllowedError
    event = lock_event(session, actor, buyer.event_id, now=now)
    _check_time(event, buyer, now)
    if not list_asked(session, buyer):
        raise InvalidError(mark_text("候補がまだありません。先に候補を作ってください。"))
    revoke_links(session, LinkPurpose.EVENT_ANSWER, buyer.id, now)
    sent = tell(
        session, buyer, ask_buyer(event, new_address(session, buyer, now=now, base_url=base_url)),
        about="ask", now=now,
    )  # fmt: skip
    _record(session, actor, buyer, "participant.ask", now=now)
    return sent


def new_address(session: Session, buyer: Participant, *, now: datetime, base_url: str) -> str:
    """Return the address of the answer page of a buyer, valid until the deadline."""
    token = create_link(
        session,
        purpose=LinkPurpose.EVENT_ANSWER,
        subject_id=buyer.id,
        company_id=buyer.company_id,
        body_id=buyer.body_id,
        holder_name=buyer.attendee or buyer.company.name,
        expires_at=buyer.event.buyer_answer_until,
        now=now,
    )
    return f"{base_url}/event-answer/{token}"


def answer(
    session: Session,
    actor: Actor,
    participant_id: int,
    answers: Mapping[int, BuyerAnswer],
    *,
    now: datetime,
) -> Participant:
    """Write down what a buyer says to its candidates; it takes part from then on.

    Raises:
        NotFoundError: when the actor neither is the buyer nor looks after it.
        ConflictError: when the deadline has passed for the buyer itself, or the buyer is out.
        InvalidError: when nothing was chosen.
    """
    buyer = get_participant(session, actor, participant_id, now=now)
    event = lock_event(session, actor, buyer.event_id, now=now)
    session.refresh(buyer, ["state", "version", "answered_at"])
    if actor.is_staff:
        if not may_look_after(actor, buyer):
            raise NotAllowedError
        if not is_open(event):
            raise ConflictError(OVER)
    else:
        _check_time(event, buyer, now)
    if buyer.state not in ASKABLE:
        raise ConflictError(mark_text("この依頼は、もう回答を受け付けていません。"))
    asked = list_asked(session, buyer)
    given = {row.id: answers[row.id] for row in asked if row.id in answers}
    if not given:
        raise InvalidError(mark_text("会いたいかどうかを、1社以上選んでください。"))
    for row in asked:
        if row.id in given and row.answer is not given[row.id]:
            row.answer, row.answered_at = given[row.id], now
    buyer.answered_at = now
    buyer.state = ParticipantState.ACCEPTED
    event.revision += 1
    session.flush()
    _record(session, actor, buyer, "participant.answer", now=now)
    return buyer


def list_unanswered(session: Session, *, now: datetime) -> list[tuple[int, bool]]:
    """Return the buyers whose answer is missing, with whether the deadline has passed."""
    rows = session.execute(
        select(Participant.id, Event.buyer_answer_until)
        .join(Event, Event.id == Participant.event_id)
        .where(
            Event.state == EventState.PREPARING,
            Participant.side == Side.BUYER,
            Participant.answered_at.is_(None),
            or_(
                Participant.state == ParticipantState.INVITED,
                # Accepted by phone: reminded, but it does not expire.
                (Participant.state == ParticipantState.ACCEPTED) & (Event.buyer_answer_until > now),
            ),
            Event.buyer_answer_until <= now + timedelta(days=max(REMINDERS)),
        )
        .order_by(Participant.id)
    )
    return [(participant_id, until <= now) for participant_id, until in rows]


def expire(session: Session, participant_id: int, *, now: datetime, site: Site) -> bool:
    """Let a request that nobody answered run out, and free what it held."""
    buyer = get_participant(session, SYSTEM, participant_id, now=now)
    event = lock_event(session, SYSTEM, buyer.event_id, now=now)
    session.refresh(buyer, ["state", "version", "answered_at"])
    if event.state is not EventState.PREPARING or event.buyer_answer_until > now:
        return False
    if buyer.state is not ParticipantState.INVITED:
        return False
    buyer.state = ParticipantState.EXPIRED
    revoke_links(session, LinkPurpose.EVENT_ANSWER, buyer.id, now)
    event.revision += 1
    session.flush()
    _record(session, SYSTEM, buyer, "participant.expired", now=now)
    release(session, SYSTEM, event, buyer, now=now, site=site)
    return True


def remind(session: Session, participant_id: int, *, now: datetime, base_url: str) -> bool:
    """Remind a buyer once on each of the days before the deadline; return whether it was told."""
    buyer = get_participant(session, SYSTEM, participant_id, now=now)
    event = lock_event(session, SYSTEM, buyer.event_id, now=now)
    left = (last_jst_date(event.buyer_answer_until) - jst_date(now)).days
    if left not in REMINDERS or buyer.answered_at is not None or not list_asked(session, buyer):
        return False
    once = f"{left}:{event.buyer_answer_until:%Y%m%d}"
    if is_told(session, buyer, about="remind", once=once):
        return False
    address = new_address(session, buyer, now=now, base_url=base_url)
    words = ask_buyer(event, address, days_left=left)
    return tell(session, buyer, words, about="remind", now=now, once=once)


def _check_time(event: Event, buyer: Participant, now: datetime) -> None:
    if event.state is not EventState.PREPARING or event.buyer_answer_until <= now:
        raise ConflictError(
            mark_text("回答の期限が過ぎました。ご希望は、支援機関の窓口へお知らせください。")
        )
    if buyer.state not in ASKABLE:
        raise ConflictError(mark_text("この依頼は、もう回答を受け付けていません。"))


def _record(
    session: Session,
    actor: Actor,
    buyer: Participant,
    action: str,
    *,
    now: datetime,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("event_participant", buyer.id),
        body_id=buyer.body_id,
        now=now,
    )
