"""Use cases of companies: facts, life cycle, contacts, certificates, sharing."""

from sme_match.companies.services.certificates import (
    CertificateDraft,
    add_certificate,
    edit_certificate,
    remove_certificate,
)
from sme_match.companies.services.contacts import (
    ContactDraft,
    add_contact,
    edit_contact,
    remove_contact,
)
from sme_match.companies.services.facts import (
    CompanyDraft,
    check_draft,
    draft_of,
    edit_company,
    refuse_known_number,
    register_company,
    searchable,
    touch_company,
)
from sme_match.companies.services.lifecycle import (
    archive_company,
    choose_visibility,
    confirm_company,
    restore_company,
)
from sme_match.companies.services.sharing import share_company, withdraw_share

__all__ = [
    "CertificateDraft",
    "CompanyDraft",
    "ContactDraft",
    "add_certificate",
    "add_contact",
    "archive_company",
    "check_draft",
    "choose_visibility",
    "confirm_company",
    "draft_of",
    "edit_certificate",
    "edit_company",
    "edit_contact",
    "refuse_known_number",
    "register_company",
    "remove_certificate",
    "remove_contact",
    "restore_company",
    "searchable",
    "share_company",
    "touch_company",
    "withdraw_share",
]
