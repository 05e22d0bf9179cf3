"""Whom a buyer or a company does not want to meet: seen and changed by its coordinators alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.companies.models import Company
from sme_match.companies.queries import get_company
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import normalize_width
from sme_match.matching.blueprint import blueprint
from sme_match.matching.exclusions import (
    ExclusionDraft,
    exclude_buyer,
    exclude_company,
    find_companies,
    list_exclusions,
    restore_exclusion,
    withdraw_exclusion,
)
from sme_match.matching.forms import ExclusionForm
from sme_match.matching.models import Exclusion
from sme_match.matching.policy import may_exclude_buyers, may_exclude_from_need
from sme_match.needs.models import Need
from sme_match.needs.queries import LONGEST_KEYWORD, get_need, list_buyers
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done, flash_undoable

Answer = str | Response | tuple[str, int]


@blueprint.route("/needs/<int:need_id>/exclusions", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def need_exclusions(need_id: int) -> Answer:
    """Show and change which companies must not be proposed for a need."""
    session, actor = current_session(), current_actor()
    need = get_need(session, actor, need_id)
    if not may_exclude_from_need(actor, need):
        raise NotAllowedError
    here = url_for("matching.need_exclusions", need_id=need.id)
    page = _Exclusions(need=need, here=here, back=url_for("matching.review", need_id=need.id))
    return _exclusions_page(
        page,
        find_companies(session, actor, requested_text()),
        list_exclusions(session, actor, need_id=need.id),
        lambda draft: exclude_company(session, actor, need.id, draft, now=current_time()),
    )


@blueprint.route("/companies/<int:company_id>/exclusions", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def company_exclusions(company_id: int) -> Answer:
    """Show and change which buyers a company does not want to meet."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    if not may_exclude_buyers(actor, company):
        raise NotAllowedError
    here = url_for("matching.company_exclusions", company_id=company.id)
    back = url_for("companies.show", company_id=company.id)
    return _exclusions_page(
        _Exclusions(company=company, here=here, back=back),
        list_buyers(session, actor, requested_text()),
        list_exclusions(session, actor, company_id=company.id),
        lambda draft: exclude_buyer(session, actor, company.id, draft, now=current_time()),
    )


@blueprint.post("/exclusions/<int:exclusion_id>/withdraw")
@allow(Role.COORDINATOR)
def withdraw(exclusion_id: int) -> Response:
    """Let an exclusion hold no longer."""
    exclusion = withdraw_exclusion(current_session(), current_actor(), exclusion_id, now=current_time())
    flash_undoable(
        _("除外の登録をやめました。次に計算するときから候補になります。"),
        "matching.restore",
        exclusion_id=exclusion.id,
    )
    return redirect(_exclusions_url(exclusion))


@blueprint.post("/exclusions/<int:exclusion_id>/restore")
@allow(Role.COORDINATOR)
def restore(exclusion_id: int) -> Response:
    """Let a withdrawn exclusion hold again."""
    exclusion = restore_exclusion(current_session(), current_actor(), exclusion_id, now=current_time())
    flash_done(_("もう一度、除外に登録しました。"))
    return redirect(_exclusions_url(exclusion))


def requested_text() -> str:
    """Return the words that the URL searches for."""
    return normalize_width(request.args.get("q", ""))[:LONGEST_KEYWORD]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exclusions:
    """Whose exclusions a page shows: those of a need, or those of a company."""

    need: Need | None = None
    company: Company | None = None
    here: str
    back: str


def _exclusions_page(
    page: _Exclusions,
    found: Sequence[Company],
    exclusions: Sequence[Exclusion],
    write: Callable[[ExclusionDraft], Exclusion],
) -> Answer:
    form = ExclusionForm()
    form.other_id.choices = [(str(each.id), each.name) for each in found]
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                written = write(form.draft())
            except InvalidError as error:
                form.refuse(error)
            else:
                flash_undoable(_("除外に登録しました。"), "matching.withdraw", exclusion_id=written.id)
                return redirect(page.here)
    return render_template(
        "matching/exclusions.html",
        page=page,
        form=form,
        found=found,
        exclusions=exclusions,
        text=requested_text(),
    ), status


def _exclusions_url(exclusion: Exclusion) -> str:
    if exclusion.need_id is None:
        return url_for("matching.company_exclusions", company_id=exclusion.company_id)
    return url_for("matching.need_exclusions", need_id=exclusion.need_id)
