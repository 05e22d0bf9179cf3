"""The pages of outcomes, under /outcomes, and the page that a mail's link opens."""

from flask import Blueprint

from sme_match.core.actor import Role

blueprint = Blueprint("outcomes", __name__)

STAFF = (Role.COORDINATOR, Role.LEAD)
