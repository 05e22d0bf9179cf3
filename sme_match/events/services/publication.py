"""Publishing a timetable: what is checked, what is written to whom, and the one transaction."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from sme_match.audit.services import record
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.events.enums import BuyerAnswer, EventState, ParticipantState, Side
from sme_match.events.faults import Fault, fault_of, name_of
from sme_match.events.messages.pages import PAGE_PLACEHOLDER, page_url
from sme_match.events.messages.publication import (
    ROOM_PLACEHOLDER,
    Line,
    compose_timetable,
    partner_line,
)
from sme_match.events.models import Event, Participant, Placement
from sme_match.events.policy import may_run
from sme_match.events.problems import is_wished, placed_of, problem_of
from sme_match.events.queries.timetable import Timetable, channel_of, load_timetable
from sme_match.events.services.appointments import Move, make_meetings
from sme_match.events.services.changing import CHANGED, open_timetable
from sme_match.events.services.taking_part import create_page_link, holder_of
from sme_match.events.timetable.check import violations
from sme_match.meetings.enums import MeetingChannel, Party
from sme_match.meetings.ical import published
from sme_match.meetings.messages import Letter, Site, calendar_entry
from sme_match.meetings.models import Meeting
from sme_match.notifications.services import queue_mail

PUBLISHED = mark_text("この時間割は、もう公開されています。")
EMPTY = mark_text("割り当てた商談がありません。時間割を作ってから公開してください。")
HAS_FAULTS = mark_text("重なりが%(count)s件あります。先に時間割を直してください。")
OVER = mark_text("もう始まったコマに商談があります（%(count)s件）。先に動かしてください。")


@dataclass(frozen=True, slots=True)
class Checks:
    """What a coordinator looks at before publishing; faults stop it, the rest is for a decision."""

    faults: list[Fault]
    unanswered: list[str]
    """Placed pairs to which the buyer has not answered."""
    without: list[str]
    """SMEs that take part and meet nobody."""
    musts: list[str]
    """Pairs that the buyer must meet and that have no place."""


def check_publication(timetable: Timetable) -> Checks:
    """Return what speaks against publishing the timetable as it stands."""
    broken = violations(problem_of(timetable), placed_of(timetable.placements.values()))
    met = Counter(placed.sme_id for placed in timetable.placements.values())
    return Checks(
        faults=[fault_of(timetable, violation) for violation in broken],
        unanswered=[
            _title(timetable, key)
            for key in timetable.placements
            if timetable.candidates[key].answer is None
        ],
        without=[
            name_of(timetable, each)
            for each in timetable.participants.values()
            if each.side is Side.SME and each.state is ParticipantState.ACCEPTED and not met[each.id]
        ],
        musts=[
            _title(timetable, pair.id)
            for pair in timetable.candidates.values()
            if pair.answer is BuyerAnswer.MUST
            and is_wished(timetable, pair)
            and pair.id not in timetable.placements
        ],
    )


def preview_mails(session: Session, actor: Actor, event: Event, *, site: Site) -> list[Letter]:
    """Return every mail that publishing would send, and change nothing.

    Raises:
        NotAllowedError: unless the actor coordinates at the body that runs the event.
    """
    if not may_run(actor, event):
        raise NotAllowedError
    timetable = load_timetable(session, event)
    return [letter for _, letter in _letters(session, timetable, {}, site=site)]


def publish(
    session: Session, actor: Actor, event_id: int, *, revision: int, now: datetime, site: Site
) -> int:
    """Make meetings of the timetable and tell everybody, all or nothing; return how many meetings.

    `revision` is that of the timetable whose checks and mails the coordinator saw.

    Raises:
        NotFoundError, NotAllowedError: as `open_timetable`.
        ConflictError: when it is published or has changed; SlotTakenError when a company was booked
            elsewhere in this moment.
        InvalidError: when it is empty or breaks a rule.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    event = timetable.event
    if event.state is not EventState.PREPARING:
        raise ConflictError(PUBLISHED)
    if event.revision != revision:
        raise ConflictError(CHANGED)
    if not timetable.placements:
        raise InvalidError(EMPTY)
    faults = check_publication(timetable).faults
    if faults:
        raise InvalidError(HAS_FAULTS, field=None, count=len(faults))
    begun = [p for p in timetable.placements.values() if timetable.slots[p.slot_id].starts_at <= now]
    if begun:
        raise InvalidError(OVER, field=None, count=len(begun))
    placements = [timetable.placements[key] for key in sorted(timetable.placements)]
    moves = [
        Move(
            timetable.candidates[placed.candidate_id],
            None,
            timetable.slots[placed.slot_id],
            (placed.sme_lane, placed.buyer_lane),
        )
        for placed in placements
    ]
    meetings = make_meetings(session, actor, timetable, moves, now=now, site=site, tell=False)
    by_sides = {(meeting.company_id, meeting.buyer_id): meeting for meeting in meetings}
    event.state, event.published_at, event.updated_at = EventState.PUBLISHED, now, now
    event.revision += 1
    _tell(session, timetable, by_sides, now=now, site=site)
    record(
        session,
        actor,
        action="event.publish",
        subject=("event", event.id),
        body_id=event.body_id,
        now=now,
        changes={"state": (EventState.PREPARING, event.state), "meetings": (0, len(meetings))},
    )
    session.flush()
    return len(meetings)


def _tell(
    session: Session,
    timetable: Timetable,
    meetings: Mapping[tuple[int, int], Meeting],
    *,
    now: datetime,
    site: Site,
) -> None:
    event = timetable.event
    placed = {side for each in timetable.placements.values() for side in (each.buyer_id, each.sme_id)}
    pages = {
        each.id: page_url(site, create_page_link(session, event, each, holder=holder_of(each), now=now))
        for each in timetable.participants.values()
        if each.id in placed
    }
    for participant_id, letter in _letters(session, timetable, meetings, site=site, pages=pages):
        if not letter.to_address:
            continue
        participant = timetable.participants[participant_id]
        party = Party.BUYER if participant.side is Side.BUYER else Party.SME
        own = [m for m in meetings.values() if participant.company_id in {m.company_id, m.buyer_id}]
        own.sort(key=lambda meeting: (meeting.starts_at or now, meeting.id))
        entries = [
            calendar_entry(meeting, party, (meeting.starts_at, meeting.ends_at), now=now)
            for meeting in own
            if meeting.starts_at and meeting.ends_at
        ]
        queue_mail(
            session,
            key=f"event:{event.id}:timetable:{participant_id}",
            to_address=letter.to_address,
            to_name=letter.to_name,
            reply_to=event.body.email,
            subject=letter.subject,
            text=letter.text,
            calendar=published(entries),
            calendar_method="PUBLISH",
            body_id=event.body_id,
            now=now,
        )


def _letters(
    session: Session,
    timetable: Timetable,
    meetings: Mapping[tuple[int, int], Meeting],
    *,
    site: Site,
    pages: Mapping[int, str] | None = None,
) -> list[tuple[int, Letter]]:
    """Return the letter of each participant that meets somebody; without meetings a preview."""
    rows: dict[int, list[Placement]] = defaultdict(list)
    order = {slot_id: index for index, slot_id in enumerate(timetable.slots)}
    for placed in sorted(timetable.placements.values(), key=lambda each: order[each.slot_id]):
        rows[placed.buyer_id].append(placed)
        rows[placed.sme_id].append(placed)
    members = [each for each in timetable.participants.values() if rows[each.id]]
    contacts = _contacts(session, members)
    return [
        (
            each.id,
            compose_timetable(
                timetable.event,
                each,
                contacts.get(each.contact_id or 0),
                [_line(timetable, placed, each.id, meetings) for placed in rows[each.id]],
                page=(pages or {}).get(each.id, PAGE_PLACEHOLDER),
                site=site,
            ),
        )
        for each in members
    ]


def _line(
    timetable: Timetable,
    placed: Placement,
    reader: int,
    meetings: Mapping[tuple[int, int], Meeting],
) -> Line:
    buyer, sme = timetable.participants[placed.buyer_id], timetable.participants[placed.sme_id]
    slot = timetable.slots[placed.slot_id]
    channel = channel_of(timetable, timetable.candidates[placed.candidate_id])
    meeting = meetings.get((sme.company_id, buyer.company_id))
    place = timetable.event.venue if channel is MeetingChannel.IN_PERSON else ROOM_PLACEHOLDER
    partner, partner_en = partner_line((sme if reader == buyer.id else buyer).company)
    return Line(
        span=(slot.starts_at, slot.ends_at),
        partner=partner,
        partner_en=partner_en,
        channel=channel,
        place=(meeting.room_url or meeting.venue) if meeting else place,
    )


def _contacts(session: Session, members: Sequence[Participant]) -> dict[int, Contact]:
    """Load the contacts of the companies of these participants."""
    companies = session.scalars(
        select(Company)
        .where(Company.id.in_([each.company_id for each in members]))
        .options(selectinload(Company.contacts))
    )
    return {contact.id: contact for company in companies for contact in company.contacts}


def _title(timetable: Timetable, candidate_id: int) -> str:
    pair = timetable.candidates[candidate_id]
    sides = (pair.sme_id, pair.buyer_id)
    return " × ".join(name_of(timetable, timetable.participants[side]) for side in sides)
