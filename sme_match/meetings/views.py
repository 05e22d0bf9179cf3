"""Pages of meetings."""

from flask import Blueprint, render_template

from sme_match.core.actor import Role
from sme_match.web.access import allow

blueprint = Blueprint("meetings", __name__, url_prefix="/meetings")


@blueprint.get("/")
@allow(Role.COORDINATOR, Role.LEAD, Role.SME)
def index() -> str:
    """Show the list."""
    return render_template("meetings/index.html")
