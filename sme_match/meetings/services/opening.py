"""Asking both sides: opening a meeting from an accepted proposal, and offering times again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link, revoke_links
from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.matching.models import Proposal
from sme_match.matching.services.holding import hold_for_meeting
from sme_match.meetings.enums import MeetingChannel, MeetingState, Origin, Party, RoomKind
from sme_match.meetings.messages import (
    HIDDEN_BUYER,
    HIDDEN_BUYER_EN,
    LINK_PLACEHOLDER,
    Facts,
    Letter,
    Site,
    compose_request,
    facts_for,
    main_contact,
)
from sme_match.meetings.models import Meeting, MeetingOffer
from sme_match.meetings.offers import OfferPlan, check_offers
from sme_match.meetings.policy import check_no_event, check_not_past, may_arrange, may_open_meeting
from sme_match.meetings.queries import (
    booked_cells,
    find_contact,
    get_accepted_proposal,
    get_meeting,
    lock_meeting,
)
from sme_match.meetings.rooms import parse_room_url
from sme_match.meetings.services.booking import free_cells
from sme_match.meetings.services.mailing import void_unsent, write_to
from sme_match.meetings.states import check_step
from sme_match.support_bodies.models import SupportBody

UID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDraft:
    """How and where the two sides shall meet."""

    channel: MeetingChannel
    room_url: str = ""
    """A pasted link; empty on the web means a room of our own."""
    venue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDraft:
    """What the coordinator arranges before anybody is asked."""

    place: PlaceDraft
    offers: OfferPlan
    origin: Origin
    company_contact_id: int | None
    buyer_contact_id: int | None


def preview_meeting(
    session: Session,
    actor: Actor,
    proposal_id: int,
    draft: MeetingDraft,
    *,
    now: datetime,
    site: Site,
) -> list[Letter]:
    """Return the mails that opening the meeting would send, and change nothing.

    Raises:
        NotFoundError, NotAllowedError, InvalidError, ConflictError: as `open_meeting`.
    """
    proposal = _checked_proposal(session, actor, proposal_id, draft, now=now, site=site)
    body = session.get_one(SupportBody, proposal.body_id)
    hidden = proposal.need.buyer_anonymous
    buyer = proposal.need.buyer
    letters = []
    for company, contact_id, partner, partner_en in (
        (
            proposal.company,
            draft.company_contact_id,
            HIDDEN_BUYER if hidden else buyer.name,
            HIDDEN_BUYER_EN if hidden else buyer.name_en or buyer.name,
        ),
        (
            buyer,
            draft.buyer_contact_id,
            proposal.company.name,
            proposal.company.name_en or proposal.company.name,
        ),
    ):
        facts = Facts(
            company=company,
            contact=find_contact(session, company.id, contact_id) or main_contact(company),
            body=body,
            need=proposal.need,
            partner=partner,
            partner_en=partner_en,
            channel=draft.place.channel,
            place="",
        )
        letters.append(
            compose_request(
                facts,
                sorted(draft.offers.spans),
                answer_by=draft.offers.answer_by,
                link=LINK_PLACEHOLDER,
            )
        )
    return letters


def open_meeting(
    session: Session,
    actor: Actor,
    proposal_id: int,
    draft: MeetingDraft,
    *,
    now: datetime,
    site: Site,
) -> Meeting:
    """Open a meeting from an accepted proposal and ask both sides which times suit them.

    The offered times hold no calendar: only a time both sides said yes to does.

    Raises:
        NotAllowedError: unless the actor is a coordinator.
        NotFoundError: when the proposal is not an accepted one of the actor's body.
        ConflictError: when the proposal has a meeting already, or was rejected in this moment.
        InvalidError: for times, places or people that cannot be; OffersRefusedError names each time.
    """
    proposal = _checked_proposal(session, actor, proposal_id, draft, now=now, site=site)
    meeting = Meeting(
        body_id=proposal.body_id,
        proposal_id=proposal.id,
        need_id=proposal.need_id,
        company_id=proposal.company_id,
        buyer_id=proposal.need.buyer_id,
        company_contact_id=draft.company_contact_id,
        buyer_contact_id=draft.buyer_contact_id,
        state=MeetingState.PROPOSED,
        origin=draft.origin,
        calendar_uid=f"{secrets.token_hex(UID_BYTES)}@{site.host}",
        calendar_sequence=0,
        created_by=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    set_place(meeting, draft.place, site=site)
    session.add(meeting)
    session.flush()
    # Whoever opens another or rejects the proposal at the same moment comes before or after this.
    hold_for_meeting(session, proposal_id=proposal.id, meeting_id=meeting.id)
    meeting = lock_meeting(session, actor, meeting.id)
    _ask(session, meeting, draft.offers, now=now, site=site, replaces=False)
    record(
        session,
        actor,
        action="meeting.open",
        subject=("meeting", meeting.id),
        body_id=meeting.body_id,
        now=now,
        changes={"offers": ([], draft.offers.starts), "channel": (None, meeting.channel)},
    )
    return meeting


def preview_offer_again(
    session: Session, actor: Actor, meeting_id: int, plan: OfferPlan, *, now: datetime
) -> list[Letter]:
    """Return the mails that offering these times would send, and change nothing.

    Raises:
        NotFoundError, NotAllowedError, InvalidError, ConflictError: as `offer_again`.
    """
    meeting = get_meeting(session, actor, meeting_id)
    _check_offer_again(session, actor, meeting, plan, now=now)
    return [
        compose_request(
            facts_for(meeting, party),
            sorted(plan.spans),
            answer_by=plan.answer_by,
            link=LINK_PLACEHOLDER,
            replaces=meeting.state is not MeetingState.PROPOSED,
        )
        for party in (Party.SME, Party.BUYER)
    ]


def offer_again(
    session: Session,
    actor: Actor,
    meeting_id: int,
    plan: OfferPlan,
    *,
    version: int,
    now: datetime,
    site: Site,
) -> Meeting:
    """Offer both sides new times: none suited, nobody answered, or the meeting was put off.

    All earlier answers and links fall away; a confirmed time is given back first.

    Raises:
        NotFoundError: when the actor may not see the meeting.
        NotAllowedError: when the actor does not arrange it.
        StaleVersionError: when it changed since the form was opened.
        ConflictError: when its state allows no new times; PastMeetingError when it is over.
        InvalidError: for times that cannot be offered.
    """
    meeting = lock_meeting(session, actor, meeting_id)
    _check_offer_again(session, actor, meeting, plan, now=now)
    check_version(meeting, version)
    before = meeting.state
    replaces = before is not MeetingState.PROPOSED
    _ask(session, meeting, plan, now=now, site=site, replaces=replaces)
    record(
        session,
        actor,
        action="meeting.offer_again",
        subject=("meeting", meeting.id),
        body_id=meeting.body_id,
        now=now,
        changes={"state": (before, meeting.state), "offers": ([], plan.starts)},
    )
    return meeting


def set_place(meeting: Meeting, place: PlaceDraft, *, site: Site) -> None:
    """Write down how the sides meet. A room of our own is named when a time is confirmed.

    Raises:
        InvalidError: for a link we do not send on, or a place that is missing.
    """
    if place.channel is MeetingChannel.IN_PERSON and not place.venue:
        raise InvalidError(mark_text("会う場所を入力してください。"), field="venue")
    meeting.channel = place.channel
    meeting.venue = "" if place.channel is MeetingChannel.WEB else place.venue
    if place.channel is MeetingChannel.WEB and place.room_url:
        meeting.room_kind = RoomKind.PASTED
        meeting.room_url = parse_room_url(place.room_url, own_base_url=site.room_base_url)
    else:
        meeting.room_kind = RoomKind.GENERATED if place.channel is MeetingChannel.WEB else None
        meeting.room_url = ""


def _checked_proposal(
    session: Session,
    actor: Actor,
    proposal_id: int,
    draft: MeetingDraft,
    *,
    now: datetime,
    site: Site,
) -> Proposal:
    if not may_open_meeting(actor):
        raise NotAllowedError
    proposal = get_accepted_proposal(session, actor, proposal_id)
    if proposal.live_meeting_id is not None:
        raise ConflictError(mark_text("この提案の商談は、もう申し込まれています。"))
    companies = (proposal.company_id, proposal.need.buyer_id)
    if companies[0] == companies[1]:
        raise InvalidError(mark_text("同じ企業どうしの商談は申し込めません。"))
    for company_id, contact_id, field in zip(
        companies,
        (draft.company_contact_id, draft.buyer_contact_id),
        ("company_contact_id", "buyer_contact_id"),
        strict=True,
    ):
        if contact_id is not None and find_contact(session, company_id, contact_id) is None:
            raise InvalidError(mark_text("担当者を選びなおしてください。"), field=field)
    set_place(Meeting(), draft.place, site=site)
    _check_times(session, companies, draft.offers, now=now)
    return proposal


def _check_offer_again(
    session: Session, actor: Actor, meeting: Meeting, plan: OfferPlan, *, now: datetime
) -> None:
    if not may_arrange(actor, meeting):
        raise NotAllowedError
    check_not_past(meeting, now)
    check_no_event(meeting)
    if meeting.state is not MeetingState.ASKED:
        check_step(meeting.state, MeetingState.ASKED)
    _check_times(session, (meeting.company_id, meeting.buyer_id), plan, now=now, own=meeting.id)


def _check_times(
    session: Session,
    companies: tuple[int, int],
    plan: OfferPlan,
    *,
    now: datetime,
    own: int | None = None,
) -> None:
    booked = booked_cells(session, companies, plan.spans, except_meeting_id=own)
    sides = {Party.SME: booked[companies[0]], Party.BUYER: booked[companies[1]]}
    check_offers(plan, booked=sides, now=now)


def _ask(
    session: Session,
    meeting: Meeting,
    plan: OfferPlan,
    *,
    now: datetime,
    site: Site,
    replaces: bool,
) -> None:
    """Put the request before both sides, with a link of its own for each."""
    old_span = None
    if meeting.state is MeetingState.CONFIRMED and meeting.starts_at and meeting.ends_at:
        old_span = (meeting.starts_at, meeting.ends_at)
        free_cells(session, meeting)
        meeting.calendar_sequence += 1
    meeting.state = MeetingState.ASKED
    meeting.starts_at = meeting.ends_at = None
    meeting.answer_by, meeting.expired_at = plan.answer_by, None
    meeting.reason, meeting.updated_at = "", now
    flag_modified(meeting, "updated_at")
    _replace_offers(session, meeting, plan, now=now)
    void_unsent(session, meeting, now=now)
    revoke_links(session, LinkPurpose.MEETING_REPLY, meeting.id, now)
    spans: Sequence[tuple[datetime, datetime]] = sorted(plan.spans)
    for party in Party:
        token = create_reply_link(session, meeting, party, now=now)
        compose = partial(
            compose_request,
            spans=spans,
            answer_by=plan.answer_by,
            link=site.reply_url(token),
            replaces=replaces,
        )
        write_to(
            session,
            meeting,
            party,
            compose,
            about="request",
            now=now,
            calendar="CANCEL" if old_span else None,
            span=old_span,
        )


def create_reply_link(session: Session, meeting: Meeting, party: Party, *, now: datetime) -> str:
    """Return the token of a link with which a side answers; it lives until the day of answer.

    When a time is settled it lives on until the meeting is over.
    """
    facts = facts_for(meeting, party)
    return create_link(
        session,
        purpose=LinkPurpose.MEETING_REPLY,
        subject_id=meeting.id,
        company_id=facts.company.id,
        body_id=meeting.body_id,
        holder_name=facts.person,
        expires_at=meeting.answer_by or now,
        now=now,
    )


def _replace_offers(session: Session, meeting: Meeting, plan: OfferPlan, *, now: datetime) -> None:
    known = {offer.starts_at: offer for offer in meeting.offers}
    meeting.replies.clear()
    for offer in meeting.offers:
        offer.answers.clear()
        if offer.withdrawn_at is None:
            offer.withdrawn_at = now
    for starts_at, ends_at in plan.spans:
        # A time that was offered before is offered anew: each time stands once per meeting.
        revived = known.get(starts_at)
        if revived is not None:
            revived.ends_at, revived.withdrawn_at = ends_at, None
        else:
            meeting.offers.append(MeetingOffer(starts_at=starts_at, ends_at=ends_at, answers=[]))
    session.flush()
