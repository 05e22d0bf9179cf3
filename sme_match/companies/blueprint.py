"""The pages under /companies. Packages above companies add pages of their own to it."""

from flask import Blueprint

from sme_match.core.actor import Role

blueprint = Blueprint("companies", __name__, url_prefix="/companies")

STAFF = (Role.COORDINATOR, Role.LEAD)
EDITORS = (Role.COORDINATOR, Role.SME)
