"""Taking the answers of both sides, and confirming the first time that suits both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import extend_links
from sme_match.audit.services import record
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.meetings.agreement import OfferedTime, common_times
from sme_match.meetings.enums import (
    Answer,
    MeetingChannel,
    MeetingState,
    Party,
    ReplyKind,
    RoomKind,
)
from sme_match.meetings.errors import SlotTakenError
from sme_match.meetings.messages import Site, compose_closing, compose_confirmation
from sme_match.meetings.models import Meeting, MeetingOffer, MeetingReply, OfferAnswer
from sme_match.meetings.policy import may_reply_as
from sme_match.meetings.queries import lock_meeting
from sme_match.meetings.rooms import generated_room_url, new_room_token
from sme_match.meetings.services.booking import hold_cells
from sme_match.meetings.services.mailing import void_unsent, write_to, write_to_both
from sme_match.meetings.services.stepping import step_to

CLOSED = mark_text(
    "この商談は、もうお返事を受け付けていません。いまの状態は、商談のページで確かめられます。"
)
OVER = mark_text("回答期限が過ぎました。商談をご希望のときは、支援機関の窓口へお知らせください。")
OFFERS_CHANGED = mark_text("候補の日時が変わりました。画面を開きなおして、もう一度お選びください。")
INCOMPLETE = mark_text("すべての日時に「できる」か「できない」を選んでください。")


class ReplyResult(StrEnum):
    """What a reply led to."""

    WAITING = "waiting"
    """The other side has not answered yet."""
    CONFIRMED = "confirmed"
    NO_COMMON_TIME = "no_common_time"
    TIMES_TAKEN = "times_taken"
    """Both agreed, but other meetings took those times first."""
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDraft:
    """What a side says to the offered times; `answers` goes by the offer's id."""

    kind: ReplyKind
    answers: Mapping[int, Answer] = field(default_factory=dict)
    note: str = ""
    said_by: str


def open_offers(meeting: Meeting) -> list[MeetingOffer]:
    """Return the times that are offered now, in their order."""
    offered = (offer for offer in meeting.offers if offer.withdrawn_at is None)
    return sorted(offered, key=lambda offer: offer.starts_at)


def reply_to_request(
    session: Session,
    actor: Actor,
    meeting_id: int,
    draft: ReplyDraft,
    *,
    party: Party,
    now: datetime,
    site: Site,
) -> ReplyResult:
    """Store what a side says; when both sides said yes to a time, confirm the earliest of them.

    A side may change its reply until then. A coordinator may reply for a side: who said it is kept.

    Raises:
        NotFoundError: when the actor may not see the meeting.
        NotAllowedError: when the actor may not speak for this side.
        ConflictError: when the request is closed, expired, or offers other times by now.
        InvalidError: when an offered time was left without an answer.
    """
    meeting = lock_meeting(session, actor, meeting_id)
    if not may_reply_as(actor, meeting, party):
        raise NotAllowedError
    check_still_open(meeting, now=now)
    if draft.kind is ReplyKind.TIMES:
        _check_answers(meeting, draft)
    saying_no = all(answer is Answer.NO for answer in draft.answers.values())
    kind = ReplyKind.OTHER_TIMES if draft.kind is ReplyKind.TIMES and saying_no else draft.kind
    _store_reply(meeting, draft, kind, party=party, actor=actor, now=now)
    meeting.updated_at = now
    # Answers are rows of their own, but whoever has the meeting open in a form must see them first.
    flag_modified(meeting, "updated_at")
    session.flush()
    record(
        session,
        actor,
        action=f"meeting.reply_{kind}",
        subject=("meeting", meeting.id),
        body_id=meeting.body_id,
        now=now,
        note=draft.note,
        changes={"said_by": (party, draft.said_by)},
    )
    if kind is ReplyKind.DECLINED:
        _decline(session, meeting, draft, party=party, now=now)
        return ReplyResult.DECLINED
    return _confirm_first_common(session, actor, meeting, now=now, site=site)


def check_still_open(meeting: Meeting, *, now: datetime) -> None:
    """Refuse a reply to a request that is decided or over.

    Raises:
        ConflictError: saying which.
    """
    if meeting.state is not MeetingState.ASKED:
        raise ConflictError(CLOSED)
    if meeting.expired_at is not None or meeting.answer_by is None or meeting.answer_by <= now:
        raise ConflictError(OVER)


def _check_answers(meeting: Meeting, draft: ReplyDraft) -> None:
    offered = {offer.id for offer in open_offers(meeting)}
    if not draft.answers.keys() <= offered:
        raise ConflictError(OFFERS_CHANGED)
    if draft.answers.keys() != offered:
        raise InvalidError(INCOMPLETE)


def _store_reply(
    meeting: Meeting,
    draft: ReplyDraft,
    kind: ReplyKind,
    *,
    party: Party,
    actor: Actor,
    now: datetime,
) -> None:
    for offer in open_offers(meeting):
        # Whoever wants other times or none says no to each of these.
        answer = draft.answers.get(offer.id, Answer.NO)
        given = next((row for row in offer.answers if row.party is party), None)
        if given is None:
            given = OfferAnswer(party=party)
            offer.answers.append(given)
        given.answer, given.answered_at, given.answered_by = answer, now, draft.said_by
    reply = next((row for row in meeting.replies if row.party is party), None)
    if reply is None:
        reply = MeetingReply(party=party)
        meeting.replies.append(reply)
    reply.kind, reply.note, reply.said_by, reply.replied_at = kind, draft.note, draft.said_by, now
    reply.by_proxy = actor.role is Role.COORDINATOR


def _decline(
    session: Session, meeting: Meeting, draft: ReplyDraft, *, party: Party, now: datetime
) -> None:
    step_to(session, meeting, MeetingState.DECLINED)
    meeting.reason = draft.note
    void_unsent(session, meeting, now=now)
    other = Party.BUYER if party is Party.SME else Party.SME
    write_to(session, meeting, other, compose_closing, about="closing", now=now)


def _confirm_first_common(
    session: Session, actor: Actor, meeting: Meeting, *, now: datetime, site: Site
) -> ReplyResult:
    agreed = common_times((_offered(offer) for offer in open_offers(meeting)), now=now)
    by_id = {offer.id: offer for offer in meeting.offers}
    for time in agreed:
        offer = by_id[time.offer_id]
        try:
            hold_cells(session, meeting, offer.starts_at, offer.ends_at)
        except SlotTakenError:
            offer.withdrawn_at = now
            continue
        _confirm(session, actor, meeting, offer, now=now, site=site)
        return ReplyResult.CONFIRMED
    if len(meeting.replies) < len(Party):
        return ReplyResult.WAITING
    return ReplyResult.TIMES_TAKEN if agreed else ReplyResult.NO_COMMON_TIME


def _offered(offer: MeetingOffer) -> OfferedTime:
    return OfferedTime(
        offer_id=offer.id,
        starts_at=offer.starts_at,
        answers={row.party: row.answer for row in offer.answers},
    )


def _confirm(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    offer: MeetingOffer,
    *,
    now: datetime,
    site: Site,
) -> None:
    step_to(session, meeting, MeetingState.CONFIRMED)
    if meeting.confirmed_at is not None:
        # Calendars have seen an earlier time of this meeting.
        meeting.calendar_sequence += 1
    meeting.confirmed_at = now
    meeting.starts_at, meeting.ends_at = offer.starts_at, offer.ends_at
    name_room(meeting, site=site)
    # Whoever answered by a link comes back to it for the room and to prepare.
    extend_links(session, LinkPurpose.MEETING_REPLY, meeting.id, now, until=offer.ends_at)
    void_unsent(session, meeting, now=now)
    span = (offer.starts_at, offer.ends_at)
    write_to_both(
        session,
        meeting,
        lambda facts: compose_confirmation(facts, span, site=site),
        about="confirmation",
        now=now,
        calendar="REQUEST",
        span=span,
    )
    record(
        session,
        actor,
        action="meeting.confirm",
        subject=("meeting", meeting.id),
        body_id=meeting.body_id,
        now=now,
        changes={"starts_at": (None, offer.starts_at), "ends_at": (None, offer.ends_at)},
    )


def name_room(meeting: Meeting, *, site: Site) -> None:
    """Give a web meeting a room of our own unless a link was pasted."""
    if meeting.channel is MeetingChannel.WEB and not meeting.room_url:
        meeting.room_kind = RoomKind.GENERATED
        meeting.room_url = generated_room_url(site.room_base_url, new_room_token())
