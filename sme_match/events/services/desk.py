"""What the desk does on the day. Each action carries what the desk saw, and is refused when stale."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import revoke_links
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.events.enums import EventState
from sme_match.events.messages.pages import compose_page, page_url
from sme_match.events.models import Event
from sme_match.events.policy import may_look_after, may_staff_desk
from sme_match.events.queries import lock_event
from sme_match.events.queries.day import Sitting, get_sitting
from sme_match.events.services.taking_part import (
    NOT_PUBLISHED,
    create_page_link,
    holder_of,
    note,
    open_part,
)
from sme_match.events.services.telling import tell
from sme_match.meetings.enums import MeetingChannel, Party
from sme_match.meetings.messages import Site
from sme_match.meetings.services.changing import change_place
from sme_match.meetings.services.opening import PlaceDraft

STALE = mark_text("ほかの人が先に記録しました。いまの状態を確かめて、必要ならもう一度押してください。")
NO_PLACE = mark_text("この商談の時間は、もうほかの商談に使われています。")


@dataclass(frozen=True, slots=True)
class Way:
    """How a meeting takes place from now on; `place` is an address, or who calls whom."""

    channel: MeetingChannel
    place: str = ""


def check_in(
    session: Session,
    actor: Actor,
    event_id: int,
    participant_id: int,
    *,
    here: bool,
    seen: bool,
    now: datetime,
) -> None:
    """Note that a participant has come to the event, or that it was noted by mistake.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_part`; also ConflictError when
            somebody else noted it first.
    """
    event, participant = open_part(session, actor, event_id, participant_id, now=now)
    _check_desk(actor, event)
    before = participant.checked_in_at
    _check_seen(seen=seen, present=before is not None)
    participant.checked_in_at = now if here else None
    note(
        session, actor, event, participant, "check_in", now=now,
        changes={"checked_in_at": (before, participant.checked_in_at)},
    )  # fmt: skip


def mark_side(
    session: Session,
    actor: Actor,
    event_id: int,
    meeting_id: int,
    party: Party,
    *,
    here: bool,
    seen: bool,
    now: datetime,
) -> None:
    """Note that a side has come to its meeting, or that it was noted by mistake.

    Raises:
        NotFoundError, NotAllowedError: as `open_desk`.
        ConflictError: when somebody else noted it first, or another pair took the place.
    """
    event = open_desk(session, actor, event_id, now=now)
    sitting = get_sitting(session, event, meeting_id)
    if sitting.placement is None:
        raise ConflictError(NO_PLACE)
    _check_seen(seen=seen, present=sitting.here_at(party) is not None)
    at = now if here else None
    if party is Party.SME:
        sitting.placement.sme_here_at = at
    else:
        sitting.placement.buyer_here_at = at
    participant = sitting.side(party)
    if here:
        participant.checked_in_at = participant.checked_in_at or now
    note(session, actor, event, participant, "arrive" if here else "not_here", now=now)


def switch_way(
    session: Session,
    actor: Actor,
    event_id: int,
    meeting_id: int,
    way: Way,
    *,
    version: int,
    now: datetime,
    site: Site,
) -> Sitting:
    """Let a meeting go on by another way; both sides are told, the record stays one.

    Raises:
        NotFoundError, NotAllowedError: as `open_desk`.
        ConflictError, InvalidError: as `meetings.services.changing.change_place`.
    """
    event = open_desk(session, actor, event_id, now=now)
    sitting = get_sitting(session, event, meeting_id)
    change_place(
        session,
        actor,
        meeting_id,
        PlaceDraft(channel=way.channel, venue=way.place),
        version=version,
        now=now,
        site=site,
    )
    event.revision += 1
    session.flush()
    return sitting


def send_page(
    session: Session,
    actor: Actor,
    event_id: int,
    participant_id: int,
    *,
    now: datetime,
    site: Site,
) -> bool:
    """Mail a participant a new link to its page; tell whether it has a mail address.

    Earlier links stop working.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_part`.
    """
    event, participant = open_part(session, actor, event_id, participant_id, now=now)
    if not may_look_after(actor, participant):
        raise NotAllowedError
    revoke_links(session, LinkPurpose.EVENT_PAGE, participant.id, now)
    token = create_page_link(session, event, participant, holder=holder_of(participant), now=now)
    words = compose_page(event, link=page_url(site, token))
    if not tell(session, participant, words, about="page", now=now):
        return False
    note(session, actor, event, participant, "page_link", now=now)
    return True


def open_desk(session: Session, actor: Actor, event_id: int, *, now: datetime) -> Event:
    """Lock an event for an action of its desk.

    Raises:
        NotFoundError: when the actor may not see the event.
        NotAllowedError: unless the actor coordinates at one of the hosts.
        ConflictError: when the timetable is not published, or the event is over or cancelled.
    """
    event = lock_event(session, actor, event_id, now=now)
    _check_desk(actor, event)
    if event.state is not EventState.PUBLISHED:
        raise ConflictError(NOT_PUBLISHED)
    return event


def _check_desk(actor: Actor, event: Event) -> None:
    if not may_staff_desk(actor, event):
        raise NotAllowedError


def _check_seen(*, seen: bool, present: bool) -> None:
    if seen is not present:
        raise ConflictError(STALE)
