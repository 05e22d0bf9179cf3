"""What the engine says from a company's side: the needs that suit it."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.companies.queries import get_company
from sme_match.core.actor import Role
from sme_match.matching.blueprint import STAFF, blueprint
from sme_match.matching.enums import ProposalState
from sme_match.matching.labels import PROPOSAL_STATES
from sme_match.matching.pairs import accept_pair, find_needs
from sme_match.matching.presenters import need_card_for
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_undoable


@blueprint.get("/companies/<int:company_id>/matches")
@allow(*STAFF)
def company_needs(company_id: int) -> str:
    """Show the open needs of the body that suit a company, with the reasons."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    found = find_needs(session, actor, company, now=current_time())
    return render_template(
        "matching/company_needs.html",
        company=company,
        found=found,
        cards=[need_card_for(each) for each in found.listed],
        near_misses=[need_card_for(each) for each in found.near_misses],
        may_accept=actor.role is Role.COORDINATOR,
    )


@blueprint.post("/companies/<int:company_id>/matches/<int:need_id>/accept")
@allow(Role.COORDINATOR)
def accept_need(company_id: int, need_id: int) -> Response:
    """Propose the company for a need and accept it in one go."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    written = accept_pair(session, actor, need_id=need_id, company_id=company.id, now=current_time())
    flash_undoable(
        _(
            "「%(name)s」を「%(state)s」にしました。",
            name=company.name,
            state=PROPOSAL_STATES[ProposalState.ACCEPTED],
        ),
        "matching.undo",
        decision_id=written.id,
    )
    return redirect(
        url_for("matching.review", need_id=need_id, state="accepted", _anchor=f"p{written.proposal_id}")
    )
