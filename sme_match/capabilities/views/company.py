"""One company with its capabilities, and its history.

These pages belong to the companies blueprint; they stand here because companies must not know
capabilities.
"""

from flask import render_template
from flask_babel import gettext as _

from sme_match.capabilities.queries import list_rows
from sme_match.capabilities.wording import vocabulary
from sme_match.companies.blueprint import STAFF, blueprint
from sme_match.companies.freshness import expiry_state, is_stale
from sme_match.companies.labels import HISTORY_ACTIONS
from sme_match.companies.policy import (
    may_archive_company,
    may_edit_company,
    may_see_contacts,
    may_see_history,
    may_share_company,
)
from sme_match.companies.queries import (
    get_company,
    get_owner,
    list_company_history,
    list_receivers,
)
from sme_match.companies.wording import vocabularies
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import NotAllowedError
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.history import in_words


@blueprint.get("/<int:company_id>")
@allow(*STAFF, Role.SME)
def show(company_id: int) -> str:
    """Show one company to staff who may see it, and to its own manager."""
    session, actor, now = current_session(), current_actor(), current_time()
    company = get_company(session, actor, company_id)
    active, archived = list_rows(session, company)
    may_edit, may_share = may_edit_company(actor, company), may_share_company(actor, company)
    return render_template(
        "companies/show.html",
        company=company,
        owner=None if company.body_id == actor.body_id else get_owner(session, company),
        capabilities=active,
        archived=archived if may_edit else [],
        expiry={each.id: expiry_state(each.expires_on, jst_date(now)) for each in company.certificates},
        stale=is_stale(company.confirmed_at, now),
        today=jst_date(now),
        receivers=list_receivers(session, company) if may_share else [],
        may_edit=may_edit,
        may_share=may_share,
        may_archive=may_archive_company(actor, company),
        sees_contacts=may_see_contacts(actor, company),
        sees_history=may_see_history(actor, company),
    )


@blueprint.get("/<int:company_id>/history")
@allow(*STAFF, Role.SME)
def history(company_id: int) -> str:
    """Show who changed what about a company to its owner body and its manager."""
    company = get_company(current_session(), current_actor(), company_id)
    if not may_see_history(current_actor(), company):
        raise NotAllowedError
    entries = list_company_history(current_session(), company.id)
    return render_template(
        "companies/history.html",
        company=company,
        entries=in_words(entries, vocabularies() | {"capability": vocabulary()}),
        actions=HISTORY_ACTIONS,
        title=_("変更の履歴"),
    )
