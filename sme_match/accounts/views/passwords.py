"""Forgotten passwords: ask for a link, choose a new one."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.accounts.forms import RequestResetForm, ResetForm
from sme_match.accounts.services.passwords import (
    find_reset_user,
    request_password_reset,
    reset_password,
)
from sme_match.accounts.services.sign_in import CodeNeeded
from sme_match.accounts.views.blueprint import ask_to_wait, blueprint, current_network, enter
from sme_match.accounts.views.second_factor import ask_for_code
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.web.access import public
from sme_match.web.context import current_session, current_settings, current_time
from sme_match.web.errors import message_of
from sme_match.web.flashes import flash_done


@blueprint.route("/password-resets", methods=["GET", "POST"])
@public
def request_reset() -> str | Response | tuple[str, int]:
    """Mail a link for a new password; the answer never tells whether the account exists."""
    form = RequestResetForm()
    if not form.is_submitted():
        sent = "sent" in request.args
        return render_template("accounts/request_reset.html", form=form, sent=sent)
    if not form.validate():
        return render_template("accounts/request_reset.html", form=form, sent=False), 422
    throttled = request_password_reset(
        current_session(),
        email=form.email.data,
        network=current_network(),
        base_url=current_settings().base_url,
        now=current_time(),
    )
    if throttled is not None:
        return ask_to_wait(throttled)
    return redirect(url_for("accounts.request_reset", sent=1))


@blueprint.route("/password-resets/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> str | Response | tuple[str, int]:
    """Choose a new password and sign in."""
    try:
        user = find_reset_user(current_session(), token, now=current_time())
    except NotFoundError as error:
        return render_template("accounts/link_refused.html", message=message_of(error), reset=True), 404
    form = ResetForm()
    if not form.is_submitted():
        return render_template("accounts/reset.html", form=form, user=user)
    if form.validate():
        try:
            opened = reset_password(
                current_session(), token, password=form.password.data, now=current_time()
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            changed = _("パスワードを変えました。ほかの端末のログインはすべて終了しました。")
            if isinstance(opened, CodeNeeded):
                flash_done(changed)
                return ask_for_code(opened)
            enter(opened)
            flash_done(changed)
            return redirect(url_for("home.index"))
    return render_template("accounts/reset.html", form=form, user=user), 422
