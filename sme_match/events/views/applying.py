"""Applying: the SME on its own page, its coordinator by proxy; inviting buyers."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.companies.models import Company
from sme_match.companies.queries import get_company
from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, NotFoundError
from sme_match.events.attempts import DONE, attempt
from sme_match.events.blueprint import blueprint
from sme_match.events.forms.applying import ApplicationForm, BuyerForm, ReasonForm
from sme_match.events.models import Event
from sme_match.events.policy import is_call_open
from sme_match.events.queries import get_event
from sme_match.events.queries.participants import (
    buyers_to_avoid,
    find_part,
    list_wishable,
    smes_to_avoid,
)
from sme_match.events.services import applying
from sme_match.events.services.deciding import invite_buyer, withdraw
from sme_match.meetings.blueprint import current_site
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done

Page = str | Response | tuple[str, int]


@blueprint.route("/events/<int:event_id>/apply", methods=["GET", "POST"])
@allow(Role.SME)
def apply(event_id: int) -> Page:
    """Let a manager apply for the own company."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    company = get_company(session, actor, actor.company_id or 0)
    done = url_for("events.show", event_id=event.id)
    return _apply(event, company, done=done, is_open=is_call_open(event, now))


@blueprint.route("/events/<int:event_id>/withdraw", methods=["GET", "POST"])
@allow(Role.SME)
def withdraw_own(event_id: int) -> Page:
    """Let a manager take the own application back while the call is open."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    part = find_part(session, event, actor.company_id or 0)
    done = url_for("events.show", event_id=event.id)
    if part is None:
        raise NotFoundError
    form = ReasonForm()
    status = DONE
    if form.is_submitted():
        status = attempt(
            form,
            lambda: withdraw(
                session, actor, part.id, reason=form.reason.data, now=now, site=current_site()
            ),
        )
        if status == DONE:
            flash_done(_("参加を取りやめました。申込の締切までは、もう一度申し込めます。"))
            return redirect(done)
    return render_template("events/withdraw.html", event=event, form=form, done=done), status


@blueprint.route("/events/<int:event_id>/apply/<int:company_id>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def apply_for(event_id: int, company_id: int) -> Page:
    """Let the coordinator write down what a company said."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    company = get_company(session, actor, company_id)
    if company.body_id != actor.body_id:
        raise NotFoundError
    return _apply(event, company, done=url_for("events.participants", event_id=event.id), is_open=True)


@blueprint.route("/events/<int:event_id>/invite/<int:company_id>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def invite(event_id: int, company_id: int) -> Page:
    """Let a buyer of the own body take part, or change how it does."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    company = get_company(session, actor, company_id)
    if company.body_id != actor.body_id:
        raise NotFoundError
    part = find_part(session, event, company.id)
    form = BuyerForm()
    form.offer(event, company.contacts, smes_to_avoid(session, actor, event, part))
    status = DONE
    if form.is_submitted():
        status = attempt(
            form,
            lambda: invite_buyer(
                session, actor, event.id, form.draft(), company_id=company.id, now=now
            ),
        )
        if status == DONE:
            flash_done(_("「%(name)s」の参加のしかたを保存しました。", name=company.name))
            return redirect(url_for("events.participants", event_id=event.id))
    elif part is not None:
        form.show_all(part)
    page = render_template("events/invite.html", event=event, company=company, form=form, part=part)
    return page, status


def _apply(event: Event, company: Company, *, done: str, is_open: bool) -> Page:
    session, actor, now = current_session(), current_actor(), current_time()
    part = find_part(session, event, company.id)
    wishable = list_wishable(session, event)
    form = ApplicationForm()
    form.offer(event, wishable, buyers_to_avoid(session, wishable, part))
    status = DONE
    if form.is_submitted():
        try:
            status = attempt(
                form,
                lambda: applying.apply(
                    session, actor, event.id, form.application(), company_id=company.id, now=now
                ),
            )
        except ConflictError as error:
            # The page that says why keeps what was typed.
            form.form_errors.append(str(_(error.message, **error.values)))
            status = 409
        if status == DONE:
            flash_done(_("申込を受け付けました。"))
            return redirect(done)
    elif not is_open:
        return redirect(done)
    elif part is not None:
        form.show_all(part)
    page = render_template(
        "events/apply.html",
        event=event,
        company=company,
        form=form,
        part=part,
        wishable=wishable,
        done=done,
        proxy=actor.is_staff,
    )
    return page, status
