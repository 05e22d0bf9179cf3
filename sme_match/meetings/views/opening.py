"""Asking both sides: the form, the mails before they are sent, and offering times again."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from sme_match.companies.enums import MeetingMode
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import NotAllowedError
from sme_match.matching.models import Proposal
from sme_match.meetings.attempts import DONE, attempt
from sme_match.meetings.blueprint import blueprint, current_site
from sme_match.meetings.enums import MeetingChannel, MeetingState
from sme_match.meetings.errors import PastMeetingError
from sme_match.meetings.forms import MeetingForm, OffersForm
from sme_match.meetings.messages import Letter, main_contact
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import is_past, may_arrange
from sme_match.meetings.queries import get_accepted_proposal, get_meeting
from sme_match.meetings.services.opening import (
    offer_again,
    open_meeting,
    preview_meeting,
    preview_offer_again,
)
from sme_match.meetings.states import may_step
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.errors import message_of
from sme_match.web.flashes import flash_done
from sme_match.web.once import OWN_FIELDS

Answer = str | Response | tuple[str, int]
DAYS_TO_ANSWER = 5


@blueprint.route("/meetings/new/<int:proposal_id>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def create(proposal_id: int) -> Answer:
    """Open a meeting from an accepted proposal: fill in, look at both mails, send."""
    session, actor, now, site = current_session(), current_actor(), current_time(), current_site()
    proposal = get_accepted_proposal(session, actor, proposal_id)
    if proposal.live_meeting_id is not None and request.method == "GET":
        return redirect(url_for("meetings.show", meeting_id=proposal.live_meeting_id))
    form = MeetingForm()
    form.offer_contacts(proposal.company.contacts, proposal.need.buyer.contacts)
    if not form.is_submitted():
        _suggest(form, proposal)
    step = request.form.get("step", "edit")
    if step == "edit":
        return _create_page(form, proposal)
    if step == "send":
        opened: list[Meeting] = []
        status = attempt(
            form,
            lambda: opened.append(
                open_meeting(session, actor, proposal_id, form.draft(), now=now, site=site)
            ),
        )
        if status == DONE:
            flash_done(_("双方に日時の候補を送りました。返事がそろうと、自動で確定します。"))
            return redirect(url_for("meetings.show", meeting_id=opened[0].id))
        return _create_page(form, proposal), status
    letters: list[Letter] = []
    status = attempt(
        form,
        lambda: letters.extend(
            preview_meeting(session, actor, proposal_id, form.draft(), now=now, site=site)
        ),
    )
    if status != DONE:
        return _create_page(form, proposal), status
    title = _("メールの確認")
    back = url_for("meetings.create", proposal_id=proposal.id)
    return _preview_page(form, letters, title=title, action=back)


def _create_page(form: MeetingForm, proposal: Proposal) -> str:
    return render_template("meetings/create.html", form=form, proposal=proposal)


def _suggest(form: MeetingForm, proposal: Proposal) -> None:
    """Fill in what is usual: the people to write to, the buyer's way to meet, some days to answer."""
    sme, buyer = main_contact(proposal.company), main_contact(proposal.need.buyer)
    form.company_contact_id.data = str(sme.id) if sme else ""
    form.buyer_contact_id.data = str(buyer.id) if buyer else ""
    if proposal.need.meeting_mode is MeetingMode.IN_PERSON:
        form.channel.data = MeetingChannel.IN_PERSON.value
    form.answer_on.process_data(jst_date(current_time()) + timedelta(days=DAYS_TO_ANSWER))


def _preview_page(form: OffersForm, letters: list[Letter], *, title: str, action: str) -> str:
    written = sum(1 for letter in letters if letter.to_address)
    send = ngettext("%(num)s社に送る", "%(num)s社に送る", written)
    # The form travels along as it was typed; the version too, so that a change meanwhile is noticed.
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in {*OWN_FIELDS, "step"}
    ]
    return render_template(
        "meetings/preview.html",
        form=form,
        letters=letters,
        typed=typed,
        title=title,
        action=action,
        send=send if written else _("メールを送らずに記録する"),
    )


@blueprint.route("/meetings/<int:meeting_id>/offer", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def offer(meeting_id: int) -> Answer:
    """Offer both sides new times, after a look at the mails."""
    session, actor, now = current_session(), current_actor(), current_time()
    meeting = get_meeting(session, actor, meeting_id)
    if not may_arrange(actor, meeting):
        raise NotAllowedError
    if request.method == "GET" and is_past(meeting, now):
        flash_done(message_of(PastMeetingError()))
        return redirect(url_for("meetings.show", meeting_id=meeting.id))
    if request.method == "GET" and not _may_offer(meeting):
        flash_done(_("いまの状態では、候補の日時を出せません。"))
        return redirect(url_for("meetings.show", meeting_id=meeting.id))
    form = OffersForm()
    if not form.is_submitted():
        form.suggest(meeting.offers, now=now)
        form.answer_on.process_data(jst_date(now) + timedelta(days=DAYS_TO_ANSWER))
    step = request.form.get("step", "edit")
    if step == "edit":
        return render_template("meetings/offer.html", form=form, meeting=meeting)
    if step == "send":
        status = attempt(
            form,
            lambda: offer_again(
                session,
                actor,
                meeting_id,
                form.offers(),
                version=form.opened_version(),
                now=now,
                site=current_site(),
            ),
        )
        if status == DONE:
            flash_done(_("双方に新しい日時の候補を送りました。"))
            return redirect(url_for("meetings.show", meeting_id=meeting.id))
        return render_template("meetings/offer.html", form=form, meeting=meeting), status
    letters: list[Letter] = []
    status = attempt(
        form,
        lambda: letters.extend(preview_offer_again(session, actor, meeting_id, form.offers(), now=now)),
    )
    if status != DONE:
        return render_template("meetings/offer.html", form=form, meeting=meeting), status
    action = url_for("meetings.offer", meeting_id=meeting.id)
    return _preview_page(form, letters, title=_("メールの確認"), action=action)


def _may_offer(meeting: Meeting) -> bool:
    return meeting.state is MeetingState.ASKED or may_step(meeting.state, MeetingState.ASKED)
