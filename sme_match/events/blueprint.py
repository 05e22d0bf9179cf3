"""The pages of events (商談会), under /events, and the pages that links in mails open."""

from flask import Blueprint

from sme_match.core.actor import Role

blueprint = Blueprint("events", __name__)

STAFF = (Role.COORDINATOR, Role.LEAD)
