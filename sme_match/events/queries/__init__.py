"""Reading events, always limited to what the actor may see."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.events.models import Event, EventHost
from sme_match.events.policy import visible_to

NOT_FOUND = mark_text("この商談会は見つかりませんでした。")


def get_event(session: Session, actor: Actor, event_id: int, *, now: datetime) -> Event:
    """Return an event with its body, hosts, days and slots.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    event = session.scalar(
        select(Event)
        .where(Event.id == event_id, visible_to(actor, now))
        .options(
            joinedload(Event.body),
            selectinload(Event.hosts).joinedload(EventHost.body),
            selectinload(Event.days),
            selectinload(Event.slots),
        )
    )
    if event is None:
        raise NotFoundError(NOT_FOUND)
    return event


def lock_event(session: Session, actor: Actor, event_id: int, *, now: datetime) -> Event:
    """Like `get_event`, as it stands now, and nobody else changes it before the transaction ends.

    Whoever changes the timetable, applies a run or publishes takes this lock first: limits over many
    rows (meetings of a company, rooms at once) hold only when changes come one by one.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    event = session.scalar(
        select(Event)
        .where(Event.id == event_id, visible_to(actor, now))
        .options(
            selectinload(Event.body),
            selectinload(Event.hosts).selectinload(EventHost.body),
            selectinload(Event.days),
            selectinload(Event.slots),
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if event is None:
        raise NotFoundError(NOT_FOUND)
    return event
