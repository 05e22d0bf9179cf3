"""The lists of events: being prepared, published, past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.text import normalize_width
from sme_match.db.paging import Page, fetch_page
from sme_match.events.enums import EventMode, EventState, EventTab
from sme_match.events.models import Event, EventDay
from sme_match.events.policy import visible_to

LONGEST_KEYWORD = 100
_FIRST_DAY = (
    select(func.min(EventDay.date)).where(EventDay.event_id == Event.id).correlate(Event)
).scalar_subquery()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """What the list of events shows; every field comes from the URL."""

    tab: EventTab = EventTab.PREPARING
    text: str = ""
    mode: EventMode | None = None

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Self:
        """Return the filter that the arguments of a URL ask for; anything odd is left out."""
        tabs = {tab.value: tab for tab in EventTab}
        modes = {mode.value: mode for mode in EventMode}
        return cls(
            tab=tabs.get(arguments.get("tab", ""), EventTab.PREPARING),
            text=normalize_width(arguments.get("q", ""))[:LONGEST_KEYWORD],
            mode=modes.get(arguments.get("mode", "")),
        )


def list_events(
    session: Session, actor: Actor, filters: EventFilter, *, page: int, now: datetime
) -> Page[Event]:
    """Return a page of events with their running body and days: the next first, the past backwards."""
    query = _shown(actor, filters, now).where(_in_tab(filters.tab, now))
    order = _FIRST_DAY.desc() if filters.tab is EventTab.PAST else _FIRST_DAY.asc()
    query = query.order_by(order, Event.id.desc()).options(
        joinedload(Event.body), selectinload(Event.days)
    )
    return fetch_page(session, query, number=page)


def count_by_tab(
    session: Session, actor: Actor, filters: EventFilter, *, now: datetime
) -> dict[EventTab, int]:
    """Return how many events each list has under the same filter."""
    shown = _shown(actor, filters, now)
    columns = [func.count().filter(_in_tab(tab, now)) for tab in EventTab]
    counted = session.execute(shown.with_only_columns(*columns, maintain_column_froms=True)).one()
    return dict(zip(EventTab, counted, strict=True))


def _shown(actor: Actor, filters: EventFilter, now: datetime) -> Select[Event]:
    query = select(Event).where(visible_to(actor, now))
    if filters.mode is not None:
        query = query.where(Event.mode == filters.mode)
    for word in filters.text.split():
        query = query.where(
            or_(
                func.lower(Event.name).contains(word.lower(), autoescape=True),
                func.lower(Event.name_en).contains(word.lower(), autoescape=True),
            )
        )
    return query


def _in_tab(tab: EventTab, now: datetime) -> ColumnElement[bool]:
    is_coming = exists(
        select(EventDay.id).where(EventDay.event_id == Event.id, EventDay.date >= jst_date(now))
    )
    if tab is EventTab.PREPARING:
        return Event.state == EventState.PREPARING
    if tab is EventTab.PUBLISHED:
        return and_(Event.state == EventState.PUBLISHED, is_coming)
    return or_(
        Event.state.in_((EventState.ENDED, EventState.CANCELLED)),
        and_(Event.state == EventState.PUBLISHED, not_(is_coming)),
    )
