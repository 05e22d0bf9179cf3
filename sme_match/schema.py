"""Every table in one place, for migrations and tests: importing this module fills the metadata."""

from sme_match.accounts import models as accounts
from sme_match.audit import models as audit
from sme_match.capabilities import models as capabilities
from sme_match.companies import models as companies
from sme_match.db.append_only import keep_append_only
from sme_match.db.base import Base, same_body
from sme_match.db.leases import Lease
from sme_match.db.row_security import keep_apart
from sme_match.db.sent_forms import SentForm
from sme_match.events import models as events
from sme_match.home import models as home
from sme_match.matching import models as matching
from sme_match.meetings import models as meetings
from sme_match.needs import models as needs
from sme_match.notifications import models as notifications
from sme_match.outcomes import models as outcomes
from sme_match.privacy import models as privacy
from sme_match.registers import models as registers
from sme_match.row_policies import ROW_POLICIES
from sme_match.statistics import models as statistics
from sme_match.support_bodies import models as support_bodies

MODULES = (
    support_bodies,
    accounts,
    audit,
    notifications,
    registers,
    companies,
    capabilities,
    needs,
    matching,
    meetings,
    events,
    outcomes,
    statistics,
    privacy,
    home,
)

__all__ = ["APPEND_ONLY", "METADATA", "MODULES", "Lease", "SentForm"]

METADATA = Base.metadata
APPEND_ONLY = (
    "audit_entry",
    "audit_seal",
    "proposal_decision",
    "outcome_report",
    "closed_year",
    "outcome_evidence",
)
"""Tables that only grow: the database refuses to change or delete their rows."""

# Accounts stand below companies and do not know them: the reference with the body is made here.
METADATA.tables["user"].append_constraint(same_body("company_id", "company"))
keep_append_only(METADATA.tables[name] for name in APPEND_ONLY)
keep_apart(METADATA, ROW_POLICIES)
