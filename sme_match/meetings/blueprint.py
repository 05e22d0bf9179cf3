"""The pages of meetings, under /meetings, and the page that a mail's link opens."""

from flask import Blueprint

from sme_match.core.actor import Role
from sme_match.meetings.messages import Site
from sme_match.web.context import current_settings

blueprint = Blueprint("meetings", __name__)

STAFF = (Role.COORDINATOR, Role.LEAD)


def current_site() -> Site:
    """Return where this installation and its rooms are reached."""
    settings = current_settings()
    return Site(base_url=settings.base_url, room_base_url=settings.room_base_url)
