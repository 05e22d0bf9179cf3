"""The own account: name, language, password, signed-in browsers."""

from datetime import timedelta

from flask import redirect, render_template, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from sme_match.accounts.forms import AccountForm, ChangePasswordForm
from sme_match.accounts.queries import get_own_user, has_second_factor, rule_for
from sme_match.accounts.services import passwords
from sme_match.accounts.services.sign_in import Opened, Throttled
from sme_match.accounts.services.users import edit_own_account
from sme_match.accounts.services.users import end_other_sessions as end_others
from sme_match.accounts.sessions import list_user_sessions
from sme_match.accounts.tokens import hash_token
from sme_match.accounts.views.blueprint import (
    EVERYBODY,
    ask_to_wait,
    blueprint,
    current_network,
    enter,
)
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.web.access import allow
from sme_match.web.context import (
    commit_even_if_refused,
    current_actor,
    current_session,
    current_settings,
    current_time,
)
from sme_match.web.flashes import flash_done


@blueprint.route("/account", methods=["GET", "POST"])
@allow(*EVERYBODY)
def account() -> str | Response | tuple[str, int]:
    """Show the own account; change name and language."""
    form = AccountForm()
    if not form.is_submitted():
        form.show(get_own_user(current_session(), current_actor()))
        return _account_page(form)
    if form.validate():
        edit_own_account(
            current_session(),
            current_actor(),
            name=form.name.data,
            language=form.language.data,
            now=current_time(),
        )
        # What was chosen for this browser alone gives way to the account's language.
        session.pop("language", None)
        with force_locale(form.language.data):
            flash_done(_("保存しました。"))
        return redirect(url_for("accounts.account"))
    return _account_page(form), 422


@blueprint.route("/account/password", methods=["GET", "POST"])
@allow(*EVERYBODY)
def change_password() -> str | Response | tuple[str, int]:
    """Change the own password: the old one is asked for, other browsers are signed out."""
    form = ChangePasswordForm()
    if form.is_submitted() and form.validate():
        commit_even_if_refused()
        try:
            answer = passwords.change_password(
                current_session(),
                current_actor(),
                old=form.old.data,
                new=form.password.data,
                network=current_network(),
                now=current_time(),
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            if isinstance(answer, Opened):
                enter(answer)
                flash_done(_("パスワードを変えました。ほかの端末のログインはすべて終了しました。"))
                return redirect(url_for("accounts.account"))
            if isinstance(answer, Throttled):
                return ask_to_wait(answer)
            form.refuse(InvalidError(mark_text("いまのパスワードが違います。"), field="old"))
    email = get_own_user(current_session(), current_actor()).email
    page = render_template("accounts/change_password.html", form=form, email=email)
    return (page, 422) if form.is_submitted() else page


@blueprint.post("/account/sessions/end-others")
@allow(*EVERYBODY)
def end_other_sessions() -> Response:
    """Sign out everywhere but in this browser."""
    ended = end_others(
        current_session(), current_actor(), keep=current_user.get_id(), now=current_time()
    )
    flash_done(_("ほかの端末のログインを終了しました（%(count)s件）。", count=ended))
    return redirect(url_for("accounts.account"))


def _account_page(form: AccountForm) -> str:
    settings, actor = current_settings(), current_actor()
    sessions = list_user_sessions(
        current_session(),
        actor.user_id or 0,
        now=current_time(),
        idle=timedelta(minutes=settings.session_idle_minutes),
        absolute=timedelta(hours=settings.session_absolute_hours),
    )
    user = get_own_user(current_session(), actor)
    return render_template(
        "accounts/account.html",
        form=form,
        user=user,
        second_factor_rule=rule_for(current_session(), user),
        has_second_factor=has_second_factor(current_session(), user.id),
        sessions=sessions,
        here=hash_token(current_user.get_id()),
        idle_minutes=settings.session_idle_minutes,
    )
