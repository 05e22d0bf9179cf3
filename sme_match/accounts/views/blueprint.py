"""What the pages of accounts share: the blueprint, the way in, the page that asks to wait."""

from typing import cast

from flask import Blueprint, Flask, current_app, make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from sme_match.accounts.companies import CompanyDirectory
from sme_match.accounts.services.sign_in import Opened, Throttled
from sme_match.accounts.sessions import end_user_session
from sme_match.accounts.throttle import network_of
from sme_match.core.actor import Role
from sme_match.web.context import commit_even_if_refused, current_session, current_time
from sme_match.web.login import SignedIn, remember_sign_in

EXTENSION = "sme_match_company_directory"
EVERYBODY = (Role.COORDINATOR, Role.SME, Role.LEAD, Role.ADMINISTRATOR)

blueprint = Blueprint("accounts", __name__)


def connect(app: Flask, directory: CompanyDirectory) -> None:
    """Connect the register of companies, which stands above accounts."""
    app.extensions[EXTENSION] = directory


def company_directory() -> CompanyDirectory:
    """Return the register of the running application."""
    return cast("CompanyDirectory", current_app.extensions[EXTENSION])


def current_network() -> str:
    """Return the network the request came from."""
    return network_of(request.remote_addr)


def enter(opened: Opened) -> None:
    """Let this browser in with the new session; the one it had before ends."""
    if current_user.is_authenticated:
        end_user_session(current_session(), current_user.get_id(), now=current_time())
    user = opened.user
    remember_sign_in(
        SignedIn(
            token=opened.token,
            actor=user.as_actor(),
            language=user.language,
            body_name=user.body.name if user.body else "",
            body_phone=user.body.phone if user.body else "",
        )
    )


def ask_to_wait(throttled: Throttled) -> Response:
    """Show that too much was tried, and until when to wait."""
    commit_even_if_refused()
    page = render_template("accounts/throttled.html", retry_at=throttled.retry_at)
    seconds = int((throttled.retry_at - current_time()).total_seconds())
    return make_response(page, 429, {"Retry-After": str(max(1, seconds))})
