"""Sharing a company with other bodies: who sees it, since when, with which consent."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.companies.blueprint import blueprint
from sme_match.companies.forms import ShareForm
from sme_match.companies.policy import may_share_company
from sme_match.companies.queries import get_company, list_possible_receivers, list_shares
from sme_match.companies.services import share_company, withdraw_share
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done


@blueprint.route("/<int:company_id>/shares", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def shares(company_id: int) -> str | Response | tuple[str, int]:
    """Show and change with whom the company is shared."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    if not may_share_company(actor, company):
        raise NotAllowedError
    form = ShareForm()
    form.body_id.choices = [
        ("", _("選んでください")),
        *((str(body.id), body.name) for body in list_possible_receivers(session, company)),
    ]
    status = 200
    if form.is_submitted():
        consented_on = form.consented_on.data
        if form.validate() and consented_on is not None:
            try:
                share_company(
                    session,
                    actor,
                    company_id,
                    body_id=int(form.body_id.data),
                    consented_on=consented_on,
                    note=form.note.data,
                    now=current_time(),
                )
            except InvalidError as error:
                form.refuse(error)
            else:
                flash_done(_("共有しました。"))
                return redirect(url_for("companies.shares", company_id=company_id))
        status = 422
    page = render_template(
        "companies/shares.html", company=company, form=form, shares=list_shares(session, company_id)
    )
    return page, status


@blueprint.post("/shares/<int:share_id>/withdraw")
@allow(Role.COORDINATOR)
def withdraw(share_id: int) -> Response:
    """End a grant."""
    share = withdraw_share(current_session(), current_actor(), share_id, now=current_time())
    flash_done(_("「%(name)s」との共有をやめました。", name=share.body.name))
    return redirect(url_for("companies.shares", company_id=share.company_id))
