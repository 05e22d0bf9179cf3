"""The pages of statistics, under /statistics."""

from flask import Blueprint

from sme_match.core.actor import Role

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")

STAFF = (Role.COORDINATOR, Role.LEAD)
