"""What a participant does by itself once the timetable is published, or the desk does for it.

Each change locks the event, so that those of the desk and of both sides come one by one.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link, find_link
from sme_match.audit.services import record
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.events.day import is_room_open
from sme_match.events.enums import EventState, Side
from sme_match.events.models import Event, Participant
from sme_match.events.policy import may_staff_desk
from sme_match.events.queries import lock_event
from sme_match.events.queries.day import get_sitting, get_taking_part

HOLDER_LENGTH = 100
LIVES_ON = timedelta(days=1)
"""How long the page opens after the last slot."""
NOT_PUBLISHED = mark_text("時間割は、いま公開されていません。")
NO_WORDS = mark_text("ご都合の悪い商談と理由を入力してください。")
NOT_TODAY = mark_text("入室の合図は、商談が始まる15分前から終わりまで送れます。")


def create_page_link(
    session: Session, event: Event, participant: Participant, *, holder: str, now: datetime
) -> str:
    """Return the token of a participant's own page; it opens until the day after the last slot."""
    ends_at = max((slot.ends_at for slot in event.slots), default=now)
    return create_link(
        session,
        purpose=LinkPurpose.EVENT_PAGE,
        subject_id=participant.id,
        company_id=participant.company_id,
        body_id=participant.body_id,
        holder_name=holder,
        expires_at=ends_at + LIVES_ON,
        now=now,
    )


def holder_of(participant: Participant) -> str:
    """Return in whose name whoever has a link to the page acts."""
    name = participant.substitute or participant.attendee or participant.company.name
    return name[:HOLDER_LENGTH]


def follow_page_link(session: Session, token: str, *, now: datetime) -> tuple[Actor, int]:
    """Return the holder of a link as an actor, and the participant that the link is about.

    Raises:
        NotFoundError: when the link does not open anything any more.
    """
    link = find_link(session, token, LinkPurpose.EVENT_PAGE, now)
    actor = Actor(
        role=Role.BUYER, name=link.holder_name, body_id=link.body_id, company_id=link.company_id
    )
    return actor, link.subject_id


def confirm(
    session: Session, actor: Actor, event_id: int, participant_id: int, *, now: datetime
) -> None:
    """Agree to the own timetable; an earlier objection is taken back.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_part`.
    """
    event, participant = open_part(session, actor, event_id, participant_id, now=now)
    participant.confirmed_at, participant.objection = now, ""
    note(session, actor, event, participant, "confirm", now=now)


def object_to(
    session: Session, actor: Actor, event_id: int, participant_id: int, *, words: str, now: datetime
) -> None:
    """Say in words what does not suit; the coordinators see it until they have answered.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_part`.
        InvalidError: without words.
    """
    event, participant = open_part(session, actor, event_id, participant_id, now=now)
    if not words:
        raise InvalidError(NO_WORDS, field="words")
    participant.confirmed_at, participant.objection = None, words
    note(session, actor, event, participant, "object", now=now, words=words)


def send_substitute(
    session: Session, actor: Actor, event_id: int, participant_id: int, *, name: str, now: datetime
) -> None:
    """Say who comes in place of the attendee, or with an empty name that the attendee comes.

    A substitute is present like the attendee; what is missing is the company, never the person.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_part`.
    """
    event, participant = open_part(session, actor, event_id, participant_id, now=now)
    before, participant.substitute = participant.substitute, name
    note(
        session, actor, event, participant, "substitute", now=now,
        changes={"substitute": (before, name)},
    )  # fmt: skip


def note_connection_test(
    session: Session, actor: Actor, event_id: int, participant_id: int, *, now: datetime
) -> None:
    """Note that the connection was tried out and works.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_part`.
    """
    event, participant = open_part(session, actor, event_id, participant_id, now=now)
    participant.connection_tested_at = now
    note(session, actor, event, participant, "connection_test", now=now)


def arrive(
    session: Session,
    actor: Actor,
    event_id: int,
    participant_id: int,
    meeting_id: int,
    *,
    now: datetime,
) -> None:
    """Note that a side waits in the room; it is checked in with that.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_part`; also ConflictError before
            the room opens and after the end.
    """
    event, participant = open_part(session, actor, event_id, participant_id, now=now)
    sitting = get_sitting(session, event, meeting_id, own=participant)
    is_open = is_room_open(sitting.starts_at, sitting.ends_at, now=now)
    if sitting.placement is None or not sitting.stands or not is_open:
        raise ConflictError(NOT_TODAY)
    if participant.side is Side.SME:
        sitting.placement.sme_here_at = sitting.placement.sme_here_at or now
    else:
        sitting.placement.buyer_here_at = sitting.placement.buyer_here_at or now
    participant.checked_in_at = participant.checked_in_at or now
    note(session, actor, event, participant, "arrive", now=now)


def open_part(
    session: Session, actor: Actor, event_id: int, participant_id: int, *, now: datetime
) -> tuple[Event, Participant]:
    """Lock an event for a change by or for one participant and return both.

    Raises:
        NotFoundError: when the actor may not see the event, or the participant is none of it.
        NotAllowedError: unless it is the actor's own company, or the actor works at the desk.
        ConflictError: when the timetable is not published, or the event is over or cancelled.
    """
    event = lock_event(session, actor, event_id, now=now)
    participant = get_taking_part(session, event, participant_id)
    own = actor.company_id is not None and actor.company_id == participant.company_id
    if not own and not may_staff_desk(actor, event):
        raise NotAllowedError
    if event.state is not EventState.PUBLISHED:
        raise ConflictError(NOT_PUBLISHED)
    return event, participant


def note(
    session: Session,
    actor: Actor,
    event: Event,
    participant: Participant,
    what: str,
    *,
    now: datetime,
    words: str = "",
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    """Write down who did what, and let open boards see that they are behind."""
    event.revision += 1
    record(
        session,
        actor,
        action=f"participant.{what}",
        subject=("event_participant", participant.id),
        body_id=participant.body_id,
        now=now,
        note=words,
        changes=changes,
    )
    session.flush()
