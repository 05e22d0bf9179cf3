"""Answering the offered times: by the link in the mail, signed in, or by a coordinator who phoned."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import find_link
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import NotAllowedError, NotFoundError
from sme_match.meetings.attempts import DONE, attempt
from sme_match.meetings.blueprint import blueprint, current_site
from sme_match.meetings.enums import MeetingState, Party, ReplyKind
from sme_match.meetings.forms import ReplyForm
from sme_match.meetings.labels import REPLY_RESULTS
from sme_match.meetings.messages import facts_for
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import is_buyer_revealed, may_arrange, may_prepare, party_of
from sme_match.meetings.queries import booked_cells, get_meeting
from sme_match.meetings.services.replying import ReplyResult, open_offers, reply_to_request
from sme_match.meetings.slots import cells_of
from sme_match.meetings.wording import OfferCard, is_over, partner_of, standing_of
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session, current_time, reach
from sme_match.web.flashes import flash_done

Answered = str | Response | tuple[str, int]


@blueprint.route("/reply/<token>", methods=["GET", "POST"])
@public
def reply_by_link(token: str) -> Answered:
    """Let the holder of a mail's link answer for its company; a GET shows, a POST answers."""
    meeting, actor, party = find_linked(token)
    return _answer(
        meeting, actor, party, here=url_for("meetings.reply_by_link", token=token), name=actor.name
    )


def find_linked(token: str) -> tuple[Meeting, Actor, Party]:
    """Return the meeting that a link is about, its holder as an actor, and the side that is.

    Raises:
        NotFoundError: when the link does not open anything any more.
    """
    link = find_link(current_session(), token, LinkPurpose.MEETING_REPLY, current_time())
    meeting_id = link.subject_id
    # The link names the company; which side that is, and what may be seen, the policy says.
    actor = Actor(
        role=Role.BUYER, name=link.holder_name, body_id=link.body_id, company_id=link.company_id
    )
    reach(actor)
    meeting = get_meeting(current_session(), actor, meeting_id)
    party = party_of(actor, meeting)
    if party is None:
        raise NotFoundError
    return meeting, actor, party


@blueprint.route("/meetings/<int:meeting_id>/reply", methods=["GET", "POST"])
@allow(Role.SME)
def reply(meeting_id: int) -> Answered:
    """Let a signed-in manager answer for the own company."""
    actor = current_actor()
    meeting = get_meeting(current_session(), actor, meeting_id)
    party = party_of(actor, meeting)
    if party is None:
        raise NotFoundError
    if request.method == "GET" and meeting.state is not MeetingState.ASKED:
        return redirect(url_for("meetings.show", meeting_id=meeting.id))
    here = url_for("meetings.reply", meeting_id=meeting.id)
    return _answer(meeting, actor, party, here=here, name=actor.name)


@blueprint.route("/meetings/<int:meeting_id>/reply/<any(sme, buyer):side>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def reply_for(meeting_id: int, side: str) -> Answered:
    """Let the coordinator write down what a side said on the phone."""
    actor = current_actor()
    meeting = get_meeting(current_session(), actor, meeting_id)
    if not may_arrange(actor, meeting):
        raise NotAllowedError
    if request.method == "GET" and meeting.state is not MeetingState.ASKED:
        flash_done(_("この商談は、いま返事を待っていません。"))
        return redirect(url_for("meetings.show", meeting_id=meeting.id))
    here = url_for("meetings.reply_for", meeting_id=meeting.id, side=side)
    return _answer(meeting, actor, Party(side), here=here, name="")


def _answer(meeting: Meeting, actor: Actor, party: Party, *, here: str, name: str) -> Answered:
    """Show the offered times, or take the answer. Without a name somebody else's is asked for."""
    form = ReplyForm()
    proxy = not name
    if not form.is_submitted():
        return _page(meeting, party, form, here=here, proxy=proxy)
    results: list[ReplyResult] = []

    def act() -> None:
        said_by = name or form.said_by.data or facts_for(meeting, party).person
        results.append(
            reply_to_request(
                current_session(),
                actor,
                meeting.id,
                form.draft(request.form.to_dict(), name=said_by),
                party=party,
                now=current_time(),
                site=current_site(),
            )
        )

    status = attempt(form, act)
    if status != DONE:
        return _page(meeting, party, form, here=here, proxy=proxy), status
    flash_done(str(REPLY_RESULTS[results[0]]))
    return redirect(url_for("meetings.show", meeting_id=meeting.id) if proxy else here)


def _page(meeting: Meeting, party: Party, form: ReplyForm, *, here: str, proxy: bool) -> str:
    now = current_time()
    own = next((row for row in meeting.replies if row.party is party), None)
    return render_template(
        "meetings/reply.html",
        meeting=meeting,
        party=party,
        partner=partner_of(meeting, party),
        partner_hidden=party is Party.SME and not is_buyer_revealed(meeting),
        standing=standing_of(meeting, now, party),
        is_open=meeting.state is MeetingState.ASKED and not is_over(meeting, now),
        offers=_cards(meeting, party, typed=request.form),
        own=own,
        kinds=ReplyKind,
        form=form,
        here=here,
        proxy=proxy,
        preparation=_preparation_url(meeting),
        person=facts_for(meeting, party).person,
    )


def _preparation_url(meeting: Meeting) -> str:
    token = (request.view_args or {}).get("token")
    if token is None or not may_prepare(meeting):
        return ""
    return url_for("meetings.preparation_by_link", token=token)


def _cards(meeting: Meeting, party: Party, *, typed: dict[str, str]) -> list[OfferCard]:
    """Return the offered times with what was answered or just typed, and whether they are free."""
    offers, now = open_offers(meeting), current_time()
    companies = (meeting.company_id, meeting.buyer_id)
    spans = [(offer.starts_at, offer.ends_at) for offer in offers]
    booked = booked_cells(current_session(), companies, spans, except_meeting_id=meeting.id)
    taken = frozenset().union(*booked.values())
    cards = []
    for offer in offers:
        given = next((row.answer.value for row in offer.answers if row.party is party), "")
        cards.append(
            OfferCard(
                offer=offer,
                is_past=offer.starts_at <= now,
                is_taken=not taken.isdisjoint(cells_of(offer.starts_at, offer.ends_at)),
                answer=typed.get(f"offer_{offer.id}", given),
            )
        )
    return cards
