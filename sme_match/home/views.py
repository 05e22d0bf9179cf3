"""Home pages of the roles, and the pages about the service itself."""

from flask import Blueprint, render_template

from sme_match.core.actor import Role
from sme_match.web.access import allow, public

blueprint = Blueprint("home", __name__)

EVERYBODY = (Role.COORDINATOR, Role.SME, Role.LEAD, Role.ADMINISTRATOR)


@blueprint.get("/")
@allow(*EVERYBODY)
def index() -> str:
    """Show what needs the reader today."""
    return render_template("home/index.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """Show the accessibility policy."""
    return render_template("home/accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """Show how personal data is handled."""
    return render_template("home/privacy.html")


@blueprint.get("/contact")
@public
def contact() -> str:
    """Show whom to call."""
    return render_template("home/contact.html")
