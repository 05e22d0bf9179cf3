"""Private advice to an SME from the reasons why meetings did not lead to an order."""

from flask import render_template

from sme_match.companies.policy import may_edit_company
from sme_match.companies.queries import get_company
from sme_match.core.actor import Role
from sme_match.core.errors import NotAllowedError
from sme_match.outcomes.advice import LEAST_BUYERS, LEAST_REFUSALS, advise
from sme_match.outcomes.blueprint import blueprint
from sme_match.outcomes.queries import list_refusals
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session


@blueprint.get("/companies/<int:company_id>/advice")
@allow(Role.COORDINATOR, Role.SME)
def advice(company_id: int) -> str:
    """Show what was missing, how often, for which work: to the company itself and its coordinators."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    return render_template(
        "outcomes/advice.html",
        company=company,
        advice=advise(list_refusals(session, actor, company.id)),
        least_refusals=LEAST_REFUSALS,
        least_buyers=LEAST_BUYERS,
    )
