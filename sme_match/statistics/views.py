"""Pages of statistics."""

from flask import Blueprint, render_template

from sme_match.core.actor import Role
from sme_match.web.access import allow

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")


@blueprint.get("/")
@allow(Role.COORDINATOR, Role.LEAD, Role.SME)
def index() -> str:
    """Show the list."""
    return render_template("statistics/index.html")
