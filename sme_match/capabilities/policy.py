"""Who may do what with a capability: whoever may change the company may change its rows."""

from sme_match.capabilities.models import Capability
from sme_match.companies.policy import may_edit_company
from sme_match.core.actor import Actor


def may_edit_capability(actor: Actor, capability: Capability) -> bool:
    """The owner body's coordinators, and the company's own manager."""
    return may_edit_company(actor, capability.company)
