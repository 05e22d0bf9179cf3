"""Signing in and out."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from sme_match.accounts.forms import SignInForm
from sme_match.accounts.services.sign_in import CodeNeeded, Opened, Throttled
from sme_match.accounts.services.sign_in import sign_in as open_session_for
from sme_match.accounts.sessions import end_user_session
from sme_match.accounts.views.blueprint import (
    EVERYBODY,
    ask_to_wait,
    blueprint,
    current_network,
    enter,
)
from sme_match.accounts.views.second_factor import ask_for_code
from sme_match.web.access import allow, public
from sme_match.web.context import commit_even_if_refused, current_session, current_time, find_actor
from sme_match.web.flashes import flash_done
from sme_match.web.login import forget_sign_in
from sme_match.web.redirects import next_path


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
        answer = open_session_for(
            current_session(),
            email=form.email.data,
            password=form.password.data,
            network=current_network(),
            now=current_time(),
        )
        commit_even_if_refused()
        if isinstance(answer, Opened):
            enter(answer)
            return redirect(next_path(url_for("home.index")))
        if isinstance(answer, CodeNeeded):
            return ask_for_code(answer)
        if isinstance(answer, Throttled):
            return ask_to_wait(answer)
        form.form_errors.append(_("メールアドレスかパスワードが違います。もう一度入力してください。"))
    return render_template("accounts/sign_in.html", form=form), 422


@blueprint.post("/sign-out")
@allow(*EVERYBODY, confined=True)
def sign_out() -> Response:
    """End the session."""
    end_user_session(current_session(), current_user.get_id(), now=current_time())
    forget_sign_in()
    flash_done(_("ログアウトしました。"))
    return redirect(url_for("accounts.sign_in"))
