"""Sign-in and sign-out, the own account, invitations, users."""

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from sme_match.accounts.forms import SignInForm
from sme_match.accounts.services import sign_in as open_session_for
from sme_match.accounts.sessions import end_user_session
from sme_match.core.actor import Role
from sme_match.web.access import allow, public
from sme_match.web.context import commit_even_if_refused, current_session, current_time, find_actor
from sme_match.web.login import SignedIn, forget_sign_in, remember_sign_in
from sme_match.web.redirects import next_path

blueprint = Blueprint("accounts", __name__)

EVERYBODY = (Role.COORDINATOR, Role.SME, Role.LEAD, Role.ADMINISTRATOR)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> str | Response | tuple[str, int]:
    """Show the sign-in form and open a session."""
    if find_actor() is not None:
        return redirect(next_path(url_for("home.index")))
    form = SignInForm()
    if not form.is_submitted():
        return render_template("accounts/sign_in.html", form=form)
    if form.validate():
        opened = open_session_for(
            current_session(), email=form.email.data, password=form.password.data, now=current_time()
        )
        if opened is not None:
            user, token = opened
            remember_sign_in(
                SignedIn(
                    token=token,
                    actor=user.as_actor(),
                    language=user.language,
                    body_name="",
                    body_phone="",
                )
            )
            session.permanent = False
            return redirect(next_path(url_for("home.index")))
        form.form_errors.append(_("メールアドレスかパスワードが違います。もう一度入力してください。"))
    commit_even_if_refused()
    return render_template("accounts/sign_in.html", form=form), 422


@blueprint.post("/sign-out")
@allow(*EVERYBODY)
def sign_out() -> Response:
    """End the session."""
    end_user_session(current_session(), current_user.get_id(), now=current_time())
    forget_sign_in()
    return redirect(url_for("accounts.sign_in"))


@blueprint.get("/account")
@allow(*EVERYBODY)
def account() -> str:
    """Show the own account."""
    return render_template("accounts/account.html")


@blueprint.get("/users")
@allow(Role.ADMINISTRATOR, Role.COORDINATOR)
def index() -> str:
    """Show the users the actor may manage."""
    return render_template("accounts/index.html")
