"""Pages of the register of companies; the page of one company shows what packages above know too."""

from sme_match.companies.blueprint import blueprint
from sme_match.companies.views import certificates, contacts, register, shares

__all__ = ["blueprint", "certificates", "contacts", "register", "shares"]
