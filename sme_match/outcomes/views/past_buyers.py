"""Buyers of the past whose earlier needs are like the work of a company."""

from flask import render_template

from sme_match.companies.queries import get_company
from sme_match.outcomes.blueprint import STAFF, blueprint
from sme_match.outcomes.past_buyers import find_past_needs
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session


@blueprint.get("/companies/<int:company_id>/past-buyers")
@allow(*STAFF)
def past_buyers(company_id: int) -> str:
    """Show whom a new company could be introduced to: buyers of similar work in the past."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    return render_template(
        "outcomes/past_buyers.html",
        company=company,
        found=find_past_needs(session, actor, company),
    )
