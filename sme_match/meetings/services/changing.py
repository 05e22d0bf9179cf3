"""What the coordinator does with a meeting: move it, change its place, call it off, record the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import extend_links, revoke_links
from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.meetings.enums import AbsentSide, MeetingChannel, MeetingState, Party, RoomKind
from sme_match.meetings.messages import (
    Site,
    Span,
    compose_cancellation,
    compose_confirmation,
    compose_postponement,
)
from sme_match.meetings.models import Meeting
from sme_match.meetings.offers import check_minutes, check_time
from sme_match.meetings.policy import check_no_event, check_not_past, may_arrange
from sme_match.meetings.queries import booked_cells, lock_meeting
from sme_match.meetings.services.booking import free_cells, hold_cells
from sme_match.meetings.services.mailing import void_unsent, write_to_both
from sme_match.meetings.services.opening import PlaceDraft, set_place
from sme_match.meetings.services.replying import name_room
from sme_match.meetings.services.stepping import step_to
from sme_match.meetings.states import check_step

ON_THE_DAY = (
    MeetingState.HELD,
    MeetingState.ABSENT,
    MeetingState.BROKEN_OFF,
    MeetingState.CARRIED_OVER,
)

FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """What became of a confirmed meeting."""

    result: MeetingState
    absent_side: AbsentSide | None = None
    absence_told: bool | None = None
    """Whether the absence was announced beforehand."""
    reason: str = ""
    contact_on: date | None = None
    """When to get in touch again about a meeting that is carried over."""


def move_meeting(
    session: Session,
    actor: Actor,
    meeting_id: int,
    *,
    starts_at: datetime,
    minutes: int,
    version: int,
    now: datetime,
    site: Site,
) -> Meeting:
    """Give a confirmed meeting another time; both sides are told and their calendars updated.

    Raises:
        NotFoundError: when the actor may not see the meeting.
        NotAllowedError: when the actor does not arrange it.
        StaleVersionError: when it changed since the form was opened.
        ConflictError: when it is not confirmed; SlotTakenError when the time was just taken;
            PastMeetingError when the meeting is over.
        InvalidError: for a time that cannot be.
    """
    meeting = _lock_to_change(session, actor, meeting_id, version, now=now)
    check_no_event(meeting)
    old = confirmed_span(meeting)
    check_minutes(minutes)
    new = (starts_at, starts_at + timedelta(minutes=minutes))
    companies = (meeting.company_id, meeting.buyer_id)
    booked = booked_cells(session, companies, [new], except_meeting_id=meeting.id)
    sides = {Party.SME: booked[companies[0]], Party.BUYER: booked[companies[1]]}
    try:
        check_time(*new, booked=sides, now=now)
    except InvalidError as error:
        raise InvalidError(error.message, field="day", **error.values) from None
    if new == old:
        raise InvalidError(mark_text("いまと同じ日時です。別の日時を選んでください。"), field="day")
    hold_cells(session, meeting, *new)
    meeting.starts_at, meeting.ends_at = new
    extend_links(session, LinkPurpose.MEETING_REPLY, meeting.id, now, until=new[1])
    announce_change(session, meeting, old, now=now, site=site)
    changes = {"starts_at": (old[0], starts_at)}
    _note(session, actor, meeting, action="meeting.move", changes=changes, now=now)
    return meeting


def change_place(
    session: Session,
    actor: Actor,
    meeting_id: int,
    place: PlaceDraft,
    *,
    version: int,
    now: datetime,
    site: Site,
) -> Meeting:
    """Change how or where the sides meet, e.g. from the web to the phone, or paste another link.

    Raises:
        NotFoundError, NotAllowedError, StaleVersionError: as `move_meeting`.
        ConflictError: when nobody is going to meet any more; PastMeetingError as `move_meeting`.
        InvalidError: for a link or place that cannot be, or that is the present one.
    """
    meeting = _lock_to_change(session, actor, meeting_id, version, now=now)
    if meeting.state not in {MeetingState.ASKED, MeetingState.CONFIRMED}:
        raise ConflictError(mark_text("いまの状態では、方法や場所を変えられません。"))
    if _is_same_place(meeting, place):
        # Both sides would be told of a change that is none.
        raise InvalidError(
            mark_text("いまと同じ方法・場所です。変えるところを入力してください。"), field="channel"
        )
    changes = take_place(session, meeting, place, now=now, site=site)
    _note(session, actor, meeting, action="meeting.change_place", changes=changes, now=now)
    return meeting


def take_place(
    session: Session, meeting: Meeting, place: PlaceDraft, *, now: datetime, site: Site
) -> dict[str, tuple[object, object]]:
    """Let a locked meeting take place so, tell both sides of an agreed time, and return what changed.

    Raises:
        InvalidError: for a link we do not send on, or a place that is missing.
    """
    before = (meeting.channel, meeting.room_url, meeting.venue)
    set_place(meeting, place, site=site)
    if meeting.state is MeetingState.CONFIRMED:
        name_room(meeting, site=site)
        announce_change(session, meeting, confirmed_span(meeting), now=now, site=site)
    meeting.updated_at = now
    session.flush()
    after = (meeting.channel, meeting.room_url, meeting.venue)
    return {
        name: (old, new)
        for name, old, new in zip(("channel", "room_url", "venue"), before, after, strict=True)
        if old != new
    }


def _is_same_place(meeting: Meeting, place: PlaceDraft) -> bool:
    if place.channel is not meeting.channel:
        return False
    if place.channel is not MeetingChannel.WEB:
        return place.venue == meeting.venue
    if meeting.room_kind is RoomKind.GENERATED:
        return not place.room_url
    return place.room_url == meeting.room_url


def cancel_meeting(
    session: Session, actor: Actor, meeting_id: int, *, reason: str, version: int, now: datetime
) -> Meeting:
    """Call the meeting or the request off; a confirmed time is given back and calendars are told.

    Raises:
        NotFoundError, NotAllowedError, StaleVersionError: as `move_meeting`.
        ConflictError: when it is recorded or called off already; PastMeetingError as `move_meeting`.
        InvalidError: without a reason.
    """
    meeting = _lock_to_change(session, actor, meeting_id, version, now=now)
    check_no_event(meeting)
    check_step(meeting.state, MeetingState.CANCELLED)
    if not reason:
        raise InvalidError(mark_text("取りやめる理由を入力してください。"), field="reason")
    before = meeting.state
    span = confirmed_span(meeting) if before is MeetingState.CONFIRMED else None
    step_to(session, meeting, MeetingState.CANCELLED)
    meeting.reason, meeting.updated_at = reason, now
    give_back(session, meeting, span, now=now)
    if before is not MeetingState.PROPOSED:
        write_to_both(
            session,
            meeting,
            lambda facts: compose_cancellation(facts, span, reason=reason),
            about="cancellation",
            now=now,
            calendar="CANCEL" if span else None,
            span=span,
        )
    changes = {"state": (before, meeting.state)}
    _note(session, actor, meeting, action="meeting.cancel", changes=changes, now=now, note=reason)
    return meeting


def record_day(
    session: Session,
    actor: Actor,
    meeting_id: int,
    day: DayRecord,
    *,
    version: int,
    now: datetime,
) -> Meeting:
    """Record what became of a confirmed meeting: held, absent, broken off or carried over.

    Raises:
        NotFoundError, NotAllowedError, StaleVersionError: as `move_meeting`.
        ConflictError: when its state does not allow it, or it has not begun yet.
        InvalidError: when it is not said who was absent, or why.
    """
    meeting = _lock_to_arrange(session, actor, meeting_id, version)
    _check_day(meeting, day, now=now)
    before = meeting.state
    span = confirmed_span(meeting) if before is MeetingState.CONFIRMED else None
    absent = day.result is MeetingState.ABSENT
    step_to(session, meeting, day.result)
    meeting.reason, meeting.updated_at = day.reason, now
    meeting.contact_on = day.contact_on if day.result is MeetingState.CARRIED_OVER else None
    meeting.absent_side = day.absent_side if absent else None
    meeting.absence_told = bool(day.absence_told) if absent else None
    coming = span is not None and span[0] > now
    give_back(session, meeting, span if coming else None, now=now)
    if coming and span is not None:
        put_off = span
        write_to_both(
            session,
            meeting,
            lambda facts: compose_postponement(facts, put_off),
            about="postponement",
            now=now,
            calendar="CANCEL",
            span=put_off,
        )
    _note(
        session,
        actor,
        meeting,
        action=f"meeting.{day.result}",
        changes={"state": (before, day.result)},
        now=now,
        note=day.reason,
    )
    return meeting


def confirmed_span(meeting: Meeting) -> Span:
    """Return start and end of a confirmed meeting.

    Raises:
        ConflictError: when it is not confirmed.
    """
    if (
        meeting.state is not MeetingState.CONFIRMED
        or meeting.starts_at is None
        or meeting.ends_at is None
    ):
        raise ConflictError(mark_text("日時が決まっている商談ではないため、この操作はできません。"))
    return meeting.starts_at, meeting.ends_at


def _lock_to_arrange(session: Session, actor: Actor, meeting_id: int, version: int) -> Meeting:
    meeting = lock_meeting(session, actor, meeting_id)
    if not may_arrange(actor, meeting):
        raise NotAllowedError
    check_version(meeting, version)
    return meeting


def _lock_to_change(
    session: Session, actor: Actor, meeting_id: int, version: int, *, now: datetime
) -> Meeting:
    meeting = _lock_to_arrange(session, actor, meeting_id, version)
    check_not_past(meeting, now)
    return meeting


def _check_day(meeting: Meeting, day: DayRecord, *, now: datetime) -> None:
    if day.result not in ON_THE_DAY:
        raise InvalidError(mark_text("商談がどうなったかを選んでください。"), field="result")
    check_step(meeting.state, day.result)
    begun = meeting.starts_at is not None and meeting.starts_at <= now
    if not begun and day.result is not MeetingState.CARRIED_OVER:
        raise ConflictError(
            mark_text("商談はまだ始まっていません。先に延ばすときは「持ち越し」を選んでください。")
        )
    if day.result is MeetingState.ABSENT and day.absent_side is None:
        raise InvalidError(mark_text("来なかった側を選んでください。"), field="absent_side")
    if day.result in {MeetingState.BROKEN_OFF, MeetingState.CARRIED_OVER} and not day.reason:
        raise InvalidError(mark_text("理由を入力してください。"), field="reason")
    if day.contact_on is not None and not jst_date(now) <= day.contact_on <= jst_date(now) + FURTHEST:
        raise InvalidError(
            mark_text("次に連絡する日は、今日から1年以内の日にしてください。"), field="contact_on"
        )


def announce_change(
    session: Session, meeting: Meeting, old: Span, *, now: datetime, site: Site
) -> None:
    """Tell both sides what stands now, in place of `old`, and send their calendars the change."""
    meeting.calendar_sequence += 1
    # Reminders count from here: whoever was just told need not be reminded of the same again.
    meeting.confirmed_at = meeting.updated_at = now
    span = confirmed_span(meeting)
    void_unsent(session, meeting, now=now)
    write_to_both(
        session,
        meeting,
        lambda facts: compose_confirmation(facts, span, site=site, moved_from=old),
        about="change",
        now=now,
        calendar="REQUEST",
        span=span,
    )


def give_back(session: Session, meeting: Meeting, announced: Span | None, *, now: datetime) -> None:
    """Free the cells and take back mails and links; `announced` is a time calendars must drop."""
    free_cells(session, meeting)
    void_unsent(session, meeting, now=now)
    revoke_links(session, LinkPurpose.MEETING_REPLY, meeting.id, now)
    if announced is not None:
        meeting.calendar_sequence += 1
    session.flush()


def _note(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    *,
    action: str,
    changes: Mapping[str, tuple[object, object]],
    now: datetime,
    note: str = "",
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("meeting", meeting.id),
        body_id=meeting.body_id,
        now=now,
        changes=changes,
        note=note,
    )
