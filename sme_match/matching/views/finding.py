"""Companies found by any text, and companies that are like another one."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sme_match.companies.queries import get_company
from sme_match.matching.blueprint import STAFF, blueprint
from sme_match.matching.finding import (
    Hint,
    TextSearch,
    find_companies,
    find_similar_companies,
)
from sme_match.matching.labels import SEARCH_HINTS
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session

LONGEST_ADDRESS = 2_000
"""Addresses up to this length pass everywhere; a longer text is sent in the body of the form."""


@blueprint.route("/matching/search", methods=["GET", "POST"])
@allow(*STAFF)
def search() -> str | Response | tuple[str, int]:
    """Rank companies for any text; a short one becomes an address that can be kept and sent on."""
    sought = TextSearch.of(request.values)
    if request.method == "POST":
        address = url_for(
            "matching.search",
            q=sought.text,
            prefecture=sought.prefecture or None,
            process=sought.process or None,
        )
        if len(address) <= LONGEST_ADDRESS:
            return redirect(address)
    page = render_template(
        "matching/search.html",
        sought=sought,
        found=find_companies(current_session(), current_actor(), sought),
        hint=SEARCH_HINTS.get(sought.hint) if sought.hint else None,
        is_empty=sought.hint is Hint.EMPTY,
    )
    return (page, 422) if sought.hint is Hint.TOO_LONG else page


@blueprint.get("/companies/<int:company_id>/similar")
@allow(*STAFF)
def similar(company_id: int) -> str:
    """Show the companies whose profiles are most like this one, with the shared words."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    return render_template(
        "matching/similar.html",
        company=company,
        found=find_similar_companies(session, actor, company),
    )
