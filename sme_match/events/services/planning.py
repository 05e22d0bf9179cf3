"""Planning an event: its facts, hosts, days and slots."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from sme_match.audit.services import apply_changes, record
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date, jst_midnight, to_jst
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.events.enums import EventMode, EventState
from sme_match.events.models import (
    Event,
    EventDay,
    EventHost,
    EventSlot,
    Participant,
    Placement,
    UnavailableSlot,
)
from sme_match.events.policy import is_open, may_plan, may_run
from sme_match.events.queries import lock_event
from sme_match.events.queries.timetable import load_timetable
from sme_match.events.services.appointments import follow_plan, planned_places
from sme_match.events.slots import Break, DayRule, check_days, cut_slots
from sme_match.meetings.messages import Site
from sme_match.support_bodies.models import SupportBody

MOST_MEETINGS = 60
"""The most that a limit per company may say."""
MOST_ROOMS = 99
LONGEST_CALL = timedelta(days=366)
FURTHEST = timedelta(days=3 * 366)
MOST_PER_NEED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """What the coordinators plan. The days until which something is open are inclusive."""

    name: str
    name_en: str = ""
    summary: str = ""
    mode: EventMode = EventMode.WEB
    venue: str = ""
    desk_phone: str = ""
    call_from: date
    call_until: date
    answer_until: date
    rooms: int | None = None
    hosted_rooms: int = 0
    helpers: int = 0
    sme_limit: int = 4
    buyer_limit: int | None = None
    floor: int = 1
    candidates_per_need: int = 10
    skip_met: bool = False
    host_ids: tuple[int, ...] = ()
    """Other bodies that take part; the running body always does."""
    days: tuple[DayRule, ...] = ()

    def facts(self) -> dict[str, object]:
        """Return the values of the event itself, as its columns take them."""
        values: dict[str, object] = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in ("call_from", "call_until", "answer_until", "host_ids", "days"):
            del values[name]
        return values | {
            "sme_call_from": jst_midnight(self.call_from),
            "sme_call_until": _end_of(self.call_until),
            "buyer_answer_until": _end_of(self.answer_until),
        }


def create_event(session: Session, actor: Actor, draft: EventDraft, *, now: datetime) -> Event:
    """Plan a new event of the actor's body.

    Raises:
        NotAllowedError: unless the actor is a coordinator.
        InvalidError: when the draft breaks a rule.
    """
    if not may_plan(actor) or actor.body_id is None:
        raise NotAllowedError
    _check_draft(draft, known_days=frozenset(), now=now)
    event = Event(
        **draft.facts(),
        body_id=actor.body_id,
        created_by=actor.user_id,
        created_at=now,
        updated_at=now,
        hosts=[],
        days=[],
        slots=[],
    )
    session.add(event)
    session.flush()
    _set_hosts(session, event, draft.host_ids, now=now)
    _set_days(session, event, draft.days)
    session.flush()
    _record(session, actor, event, "event.create", now=now)
    return event


def edit_event(
    session: Session,
    actor: Actor,
    event_id: int,
    draft: EventDraft,
    *,
    version: int,
    now: datetime,
    site: Site,
) -> Event:
    """Change what is planned; slots that stay keep what was said about them.

    Published meetings follow another mode or venue, and both sides are told.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor's body does not run it.
        ConflictError: when it is over.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: when the draft breaks a rule, or would drop a slot or host that is in use.
    """
    event = lock_event(session, actor, event_id, now=now)
    _check_may_change(actor, event)
    check_version(event, version)
    _check_draft(draft, known_days=frozenset(day.date for day in event.days), now=now)
    published = load_timetable(session, event) if event.state is EventState.PUBLISHED else None
    places = planned_places(published) if published else {}
    changes = apply_changes(event, draft.facts())
    changes |= _set_hosts(session, event, draft.host_ids, now=now)
    changes |= _set_days(session, event, draft.days)
    if changes:
        event.updated_at = now
        # Days, slots and hosts are rows of their own: the event counts a new version for them too.
        flag_modified(event, "updated_at")
        event.revision += 1
    session.flush()
    if published is not None:
        follow_plan(session, actor, published, places, now=now, site=site)
    _record(session, actor, event, "event.edit", now=now, changes=changes)
    return event


def known_bodies(session: Session, *, except_id: int) -> list[SupportBody]:
    """Return the bodies that may host an event beside the one that runs it."""
    query = select(SupportBody).where(SupportBody.active, SupportBody.id != except_id)
    return list(session.scalars(query.order_by(SupportBody.prefecture_code, SupportBody.id)))


def rules_of(event: Event) -> list[DayRule]:
    """Return the rules by which the stored days were cut."""
    return [
        DayRule(
            date=day.date,
            opens_at=day.opens_at,
            closes_at=day.closes_at,
            slot_minutes=day.slot_minutes,
            change_over_minutes=day.change_over_minutes,
            breaks=tuple(
                Break(time.fromisoformat(each["from"]), time.fromisoformat(each["until"]))
                for each in day.breaks
            ),
        )
        for day in event.days
    ]


def _check_may_change(actor: Actor, event: Event) -> None:
    if not may_run(actor, event):
        raise NotAllowedError
    if not is_open(event):
        raise ConflictError(mark_text("この商談会は終わったか、中止になりました。もう変えられません。"))


def _check_draft(draft: EventDraft, *, known_days: frozenset[date], now: datetime) -> None:
    if not draft.name:
        raise InvalidError(mark_text("商談会の名前を入力してください。"), field="name")
    if draft.mode is not EventMode.WEB and not draft.venue:
        raise InvalidError(mark_text("対面のある商談会では、会場を入力してください。"), field="venue")
    check_days(draft.days)
    today = jst_date(now)
    for number, day in enumerate(draft.days, start=1):
        if day.date < today and day.date not in known_days:
            raise InvalidError(
                mark_text("開催日が過ぎた日になっています。今日か、今日より後の日を入力してください。"),
                field=f"date_{number}",
            )
    if draft.call_until < draft.call_from:
        raise InvalidError(
            mark_text("申込の締切を、受付の始まりと同じ日か、それより後にしてください。"),
            field="call_until",
        )
    first, last = min(day.date for day in draft.days), max(day.date for day in draft.days)
    if first - draft.call_from > LONGEST_CALL:
        raise InvalidError(
            mark_text("申込の始まりは、開催日の前の1年以内の日にしてください。"), field="call_from"
        )
    if last - today > FURTHEST:
        raise InvalidError(mark_text("開催日は、3年以内の日にしてください。"), field="date_1")
    for field, until in (("call_until", draft.call_until), ("answer_until", draft.answer_until)):
        if until >= first:
            raise InvalidError(mark_text("開催日より前の日にしてください。"), field=field)
    _check_numbers(draft)


def _check_numbers(draft: EventDraft) -> None:
    slots = len(cut_slots(draft.days))
    if not 1 <= draft.sme_limit <= MOST_MEETINGS:
        raise InvalidError(
            mark_text("1から%(high)sまでの数字を入力してください。"),
            field="sme_limit",
            high=MOST_MEETINGS,
        )
    if draft.floor > draft.sme_limit:
        raise InvalidError(
            mark_text("最低の回数（%(floor)s回）が、受託側1社の上限（%(limit)s回）を超えています。"),
            field="floor",
            floor=draft.floor,
            limit=draft.sme_limit,
        )
    if draft.floor > slots:
        raise InvalidError(
            mark_text("コマは全部で%(slots)sあります。最低の回数はそれより多くできません。"),
            field="floor",
            slots=slots,
        )


def _set_hosts(
    session: Session, event: Event, host_ids: Iterable[int], *, now: datetime
) -> dict[str, tuple[object, object]]:
    """Make these bodies and the running one the hosts; return what changed."""
    wanted = {event.body_id, *host_ids}
    active = select(SupportBody.id).where(SupportBody.id.in_(wanted), SupportBody.active)
    if wanted - set(session.scalars(active)) - {event.body_id}:
        raise InvalidError(mark_text("主催の支援機関を選びなおしてください。"), field="host_ids")
    before = {host.body_id for host in event.hosts}
    for body_id in before - wanted:
        used = select(exists().where(Participant.event_id == event.id, Participant.body_id == body_id))
        if session.scalar(used):
            raise InvalidError(
                mark_text("参加企業のいる支援機関は、主催から外せません。"), field="host_ids"
            )
    if before == wanted:
        return {}
    kept = [host for host in event.hosts if host.body_id in wanted]
    event.hosts = [
        *kept,
        *(EventHost(body_id=body_id, added_at=now) for body_id in sorted(wanted - before)),
    ]
    return {"hosts": (sorted(before), sorted(wanted))} if before else {}


def _set_days(
    session: Session, event: Event, days: tuple[DayRule, ...]
) -> dict[str, tuple[object, object]]:
    """Cut the slots anew; those that start and end as before keep their rows."""
    before, after = written_days(rules_of(event)), written_days(days)
    if before == after:
        return {}
    by_date = {day.date: day for day in event.days}
    event.days = [_day_row(by_date.get(day.date), day) for day in days]
    wanted = {(slot.starts_at, slot.ends_at): slot.block for slot in cut_slots(days)}
    kept = {(slot.starts_at, slot.ends_at): slot for slot in event.slots}
    _refuse_used(session, [slot for span, slot in kept.items() if span not in wanted])
    event.slots = [slot for span, slot in kept.items() if span in wanted]
    # What is dropped leaves first: a new slot may start at the same moment as one of them.
    session.flush()
    for (starts_at, ends_at), block in wanted.items():
        slot = kept.get((starts_at, ends_at))
        if slot is None:
            event.slots.append(EventSlot(starts_at=starts_at, ends_at=ends_at, block=block))
        else:
            slot.block = block
    return {"days": (before, after)} if before else {}


def _refuse_used(session: Session, dropped: list[EventSlot]) -> None:
    """Refuse to drop slots that meetings or statements about free time use, naming them."""
    ids = [slot.id for slot in dropped]
    used = session.scalars(
        select(EventSlot)
        .where(
            EventSlot.id.in_(ids),
            or_(
                exists().where(Placement.slot_id == EventSlot.id),
                exists().where(UnavailableSlot.slot_id == EventSlot.id),
            ),
        )
        .order_by(EventSlot.starts_at)
    ).all()
    if used:
        raise InvalidError(
            mark_text(
                "次のコマは、商談か、参加企業の都合の入力に使われているため、なくせません：%(slots)s。"
                "先に商談を動かすか、参加企業の入力を直してください。"
            ),
            field="date_1",
            slots="、".join(f"{to_jst(slot.starts_at):%m/%d %H:%M}" for slot in used),
        )


def written_days(days: Iterable[DayRule]) -> list[str]:
    """Return the days as lines of the history."""
    return [
        f"{day.date} {day.opens_at:%H:%M}–{day.closes_at:%H:%M} "
        f"{day.slot_minutes}+{day.change_over_minutes}"
        + "".join(f" ({each.starts:%H:%M}–{each.ends:%H:%M})" for each in day.breaks)
        for day in sorted(days, key=lambda each: each.date)
    ]


def _day_row(row: EventDay | None, day: DayRule) -> EventDay:
    row = row or EventDay(date=day.date)
    row.opens_at, row.closes_at = day.opens_at, day.closes_at
    row.slot_minutes, row.change_over_minutes = day.slot_minutes, day.change_over_minutes
    row.breaks = [
        {"from": f"{each.starts:%H:%M}", "until": f"{each.ends:%H:%M}"} for each in day.breaks
    ]
    return row


def _end_of(day: date) -> datetime:
    return jst_midnight(day) + timedelta(days=1)


def _record(
    session: Session,
    actor: Actor,
    event: Event,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]] | None = None,
    note: str = "",
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("event", event.id),
        body_id=event.body_id,
        now=now,
        changes=changes,
        note=note,
    )
