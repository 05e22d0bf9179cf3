"""The pages of matching."""

from flask import Blueprint

from sme_match.core.actor import Role

blueprint = Blueprint("matching", __name__)

STAFF = (Role.COORDINATOR, Role.LEAD)
