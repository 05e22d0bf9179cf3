"""Candidates: the list for the hosts, putting pairs in and out, and the buyers' answers."""

from collections.abc import Sequence
from itertools import groupby

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import find_link
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import NotAllowedError
from sme_match.events.attempts import DONE, attempt
from sme_match.events.blueprint import STAFF, blueprint
from sme_match.events.enums import EventState, Side
from sme_match.events.forms.candidates import AddForm, AnswerForm, CandidateForm, read_answers
from sme_match.events.labels import ANSWERS
from sme_match.events.models import Candidate, Participant
from sme_match.events.policy import is_buyer_shown, is_open, may_look_after, may_run, may_see_pair
from sme_match.events.queries import get_event
from sme_match.events.queries.candidates import get_candidate, list_asked, list_candidates, list_met
from sme_match.events.queries.participants import get_participant, list_participants, list_wishable
from sme_match.events.services.answering import ASKABLE, answer, ask
from sme_match.events.services.proposing import (
    add_candidate,
    decide_candidate,
    propose_candidates,
)
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session, current_settings, current_time, reach
from sme_match.web.flashes import flash_done

Page = str | Response | tuple[str, int]


@blueprint.get("/events/<int:event_id>/candidates")
@allow(*STAFF)
def candidates(event_id: int) -> str:
    """Show the pairs of each buyer to the staff of the hosts."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    pairs = [pair for pair in list_candidates(session, event) if may_see_pair(actor, event, pair)]
    named = [pair for pair in pairs if is_buyer_shown(actor, event, pair)]
    hidden = [pair for pair in pairs if not is_buyer_shown(actor, event, pair)]
    hidden.sort(key=lambda pair: pair.need_id or 0)
    return render_template(
        "events/candidates.html",
        event=event,
        groups=[
            *((buyer, list(rows)) for buyer, rows in groupby(named, key=lambda row: row.buyer)),
            *((None, list(rows)) for _need, rows in groupby(hidden, key=lambda row: row.need_id)),
        ],
        met=list_met(session, event, now=now),
        own_body=actor.body_id,
        may_run=may_run(actor, event) and is_open(event),
        is_open=is_open(event),
        is_coordinator=actor.role is Role.COORDINATOR,
    )


@blueprint.post("/events/<int:event_id>/candidates/propose")
@allow(Role.COORDINATOR)
def propose(event_id: int) -> Response:
    """Add what matching proposes."""
    new = propose_candidates(current_session(), current_actor(), event_id, now=current_time())
    flash_done(_("マッチングの推薦から、候補を%(count)s組加えました。", count=new))
    return redirect(url_for("events.candidates", event_id=event_id))


@blueprint.route("/events/<int:event_id>/candidates/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def add(event_id: int) -> Page:
    """Put in a pair that nobody brought up."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    if not may_run(actor, event):
        raise NotAllowedError
    form = AddForm()
    form.offer(list_wishable(session, event), list_participants(session, event, Side.SME))
    status = DONE
    if form.is_submitted():

        def act() -> None:
            need_id, sme_id = form.chosen()
            add_candidate(
                session, actor, event_id, need_id=need_id, sme_id=sme_id,
                reason=form.reason.data, now=now,
            )  # fmt: skip

        status = attempt(form, act)
        if status == DONE:
            flash_done(_("候補に加えました。"))
            return redirect(url_for("events.candidates", event_id=event_id))
    return render_template("events/add_candidate.html", event=event, form=form), status


@blueprint.route(
    "/events/candidates/<int:candidate_id>/<any(drop,keep):decision>", methods=["GET", "POST"]
)
@allow(Role.COORDINATOR)
def decide_pair(candidate_id: int, decision: str) -> Page:
    """Take a pair out, or put it in again."""
    session, actor, now = current_session(), current_actor(), current_time()
    candidate = get_candidate(session, actor, candidate_id, now=now)
    event = get_event(session, actor, candidate.event_id, now=now)
    if not (may_run(actor, event) or may_look_after(actor, candidate.buyer)):
        raise NotAllowedError
    form = CandidateForm()
    status = DONE
    if form.is_submitted():
        status = attempt(
            form,
            lambda: decide_candidate(
                session, actor, candidate_id, keep=decision == "keep", reason=form.reason.data,
                version=form.opened_version(), now=now,
            ),
        )  # fmt: skip
        if status == DONE:
            flash_done(_("保存しました。"))
            return redirect(url_for("events.candidates", event_id=event.id))
    page = render_template(
        "events/decide_candidate.html",
        event=event,
        candidate=candidate,
        form=form,
        decision=decision,
        shown=is_buyer_shown(actor, event, candidate),
    )
    return page, status


@blueprint.post("/events/participants/<int:participant_id>/ask")
@allow(Role.COORDINATOR)
def ask_buyer(participant_id: int) -> Response:
    """Send the buyer the link to its candidates."""
    sent = ask(
        current_session(), current_actor(), participant_id,
        now=current_time(), base_url=current_settings().base_url,
    )  # fmt: skip
    flash_done(
        _("会いたい企業をたずねるメールを用意しました。")
        if sent
        else _("メールアドレスがありません。電話で聞いて、回答を代わりに入力してください。")
    )
    return redirect(url_for("events.participant", participant_id=participant_id))


@blueprint.route("/events/participants/<int:participant_id>/answer", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def answer_for(participant_id: int) -> Page:
    """Let the coordinator write down what a buyer said."""
    actor = current_actor()
    buyer = get_participant(current_session(), actor, participant_id, now=current_time())
    if not may_look_after(actor, buyer):
        raise NotAllowedError
    done = url_for("events.participant", participant_id=participant_id)
    return _answer(buyer, actor, here=request.path, done=done)


@blueprint.route("/event-answer/<token>", methods=["GET", "POST"])
@public
def answer_by_link(token: str) -> Page:
    """Let the holder of a mail's link answer for the buyer; a GET shows, a POST saves."""
    session, now = current_session(), current_time()
    link = find_link(session, token, LinkPurpose.EVENT_ANSWER, now)
    actor = Actor(
        role=Role.BUYER, name=link.holder_name, body_id=link.body_id, company_id=link.company_id
    )
    reach(actor)
    buyer = get_participant(session, actor, link.subject_id, now=now)
    return _answer(buyer, actor, here=request.path, done=request.path)


def _answer(buyer: Participant, actor: Actor, *, here: str, done: str) -> Page:
    session, now = current_session(), current_time()
    form = AnswerForm()
    typed = read_answers(request.form)
    status = DONE
    if form.is_submitted():
        status = attempt(form, lambda: answer(session, actor, buyer.id, typed, now=now))
        if status == DONE:
            flash_done(_("回答を保存しました。期限までは、何度でも変えられます。"))
            return redirect(done)
    asked = list_asked(session, buyer)
    page = render_template(
        "events/answer.html",
        event=buyer.event,
        buyer=buyer,
        needs=_by_need(asked),
        chosen={row.id: typed.get(row.id, row.answer) for row in asked},
        answers=ANSWERS,
        form=form,
        here=here,
        proxy=actor.is_staff,
        is_open=buyer.state in ASKABLE
        and (is_open(buyer.event) if actor.is_staff else buyer.event.state is EventState.PREPARING),
    )
    return page, status


def _by_need(asked: Sequence[Candidate]) -> list[tuple[str, list[Candidate]]]:
    grouped = groupby(asked, key=lambda row: row.need)
    return [(need.title if need else "", list(rows)) for need, rows in grouped]
