"""Pages of needs."""

from flask import Blueprint, render_template

from sme_match.core.actor import Role
from sme_match.web.access import allow

blueprint = Blueprint("needs", __name__, url_prefix="/needs")


@blueprint.get("/")
@allow(Role.COORDINATOR, Role.LEAD, Role.SME)
def index() -> str:
    """Show the list."""
    return render_template("needs/index.html")
