"""What waits in events: each condition gives the columns id and since."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select

from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.events.enums import EventState, ParticipantState, Side
from sme_match.events.models import Event, EventDay, EventSlot, Participant
from sme_match.events.policy import calls_at, participants_of, visible_to

Columns = Select[*tuple[Any, ...]]


def today(actor: Actor, now: datetime) -> Columns:
    """Return the published events of the actor's body that take place today."""
    on = exists().where(EventDay.event_id == Event.id, EventDay.date == jst_date(now))
    return _events(Event.published_at).where(
        Event.state == EventState.PUBLISHED, visible_to(actor, now), on
    )


def to_publish(actor: Actor, now: datetime) -> Columns:
    """Return the events that the body runs, whose answers are in and which are not over."""
    coming = exists().where(EventSlot.event_id == Event.id, EventSlot.ends_at > now)
    return _events(Event.buyer_answer_until).where(
        Event.body_id == (actor.body_id or 0),
        Event.state == EventState.PREPARING,
        Event.buyer_answer_until <= now,
        coming,
    )


def objections(actor: Actor, now: datetime) -> Columns:
    """Return the body's participants that said what does not suit them."""
    del now
    return _participants(actor, Event.published_at).where(
        Event.state == EventState.PUBLISHED,
        Participant.state == ParticipantState.ACCEPTED,
        Participant.objection != "",
    )


def applications(actor: Actor, now: datetime) -> Columns:
    """Return the body's applications that nobody has decided."""
    del now
    return _participants(actor, Participant.applied_at).where(
        Event.state == EventState.PREPARING, Participant.state == ParticipantState.APPLIED
    )


def buyers_unanswered(actor: Actor, now: datetime) -> Columns:
    """Return the body's buyers that were asked and may still answer."""
    return _participants(actor, Event.sme_call_until).where(
        Event.state == EventState.PREPARING,
        Participant.side == Side.BUYER,
        Participant.state == ParticipantState.INVITED,
        Event.buyer_answer_until > now,
    )


def to_apply(actor: Actor, now: datetime) -> Columns:
    """Return the events that call for applications and of which the company is none."""
    takes_part = exists().where(
        Participant.event_id == Event.id, Participant.company_id == (actor.company_id or 0)
    )
    return _events(Event.sme_call_from).where(calls_at(now), visible_to(actor, now), ~takes_part)


def to_confirm(actor: Actor, now: datetime) -> Columns:
    """Return the published events to whose timetable the company has said nothing yet."""
    coming = exists().where(EventSlot.event_id == Event.id, EventSlot.ends_at > now)
    silent = exists().where(
        Participant.event_id == Event.id,
        Participant.company_id == (actor.company_id or 0),
        Participant.state == ParticipantState.ACCEPTED,
        Participant.confirmed_at.is_(None),
        Participant.objection == "",
    )
    return _events(Event.published_at).where(Event.state == EventState.PUBLISHED, coming, silent)


def _events(since: Any) -> Columns:  # noqa: ANN401 -- any mapped column
    return select(Event.id.label("id"), since.label("since"))


def _participants(actor: Actor, since: Any) -> Columns:  # noqa: ANN401 -- any mapped column
    return (
        select(Participant.id.label("id"), since.label("since"))
        .join(Event, Event.id == Participant.event_id)
        .where(participants_of(actor))
    )
