"""The second factor: the step after the password, the own app and recovery codes, help for others."""

from dataclasses import dataclass

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from sme_match.accounts.forms import CodeForm, PasswordForm, SecondFactorRuleForm
from sme_match.accounts.policy import STAFF_ROLES, may_reset_second_factor
from sme_match.accounts.queries import get_own_user, has_second_factor, list_staff, rule_for
from sme_match.accounts.second_factor import as_picture, in_groups, setup_address
from sme_match.accounts.services import second_factor as services
from sme_match.accounts.services.second_factor import Expired, Proof
from sme_match.accounts.services.sign_in import CodeNeeded, Opened, Throttled
from sme_match.accounts.views.blueprint import ask_to_wait, blueprint, current_network, enter
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.support_bodies.enums import SecondFactorRule
from sme_match.support_bodies.policy import may_set_second_factor
from sme_match.support_bodies.queries import get_body
from sme_match.support_bodies.services import set_second_factor
from sme_match.web.access import allow, public
from sme_match.web.context import (
    commit_even_if_refused,
    current_actor,
    current_session,
    current_settings,
    current_time,
)
from sme_match.web.errors import message_of
from sme_match.web.flashes import flash_done
from sme_match.web.redirects import next_path, safe_path

HALF = "half_sign_in"
"""What the cookie calls the token of a half sign-in."""
ISSUER = "Monozukuri Shodan Navi"
"""Under this name the app lists the code; in Latin letters the QR code stays small."""
Answer = str | Response | tuple[str, int]
HELPERS = (Role.LEAD, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Setup:
    """What an app needs to know, in three ways: a picture, a link, and text to type."""

    picture: Markup
    address: str
    text: str


def ask_for_code(needed: CodeNeeded) -> Response:
    """Go on to the page that asks for the code; the browser keeps the token of the half sign-in."""
    session[HALF] = needed.token
    return redirect(url_for("accounts.enter_code", next=safe_path(request.values.get("next"))))


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@public
def enter_code() -> Answer:
    """Ask for the code of the phone after the password."""
    token = session.get(HALF, "")
    if services.find_half_signed_in(current_session(), token, now=current_time()) is None:
        return _back_to_password()
    form = CodeForm()
    if not form.is_submitted():
        return render_template("accounts/code.html", form=form)
    if form.validate():
        answer = services.finish_sign_in(current_session(), token, _proof(form), now=current_time())
        commit_even_if_refused()
        if isinstance(answer, Opened):
            enter(answer)
            return redirect(next_path(url_for("home.index")))
        if isinstance(answer, Throttled):
            return ask_to_wait(answer)
        if isinstance(answer, Expired):
            return _back_to_password()
        _refuse_code(form)
    return render_template("accounts/code.html", form=form), 422


@blueprint.get("/account/second-factor")
@allow(*STAFF_ROLES, confined=True)
def second_factor() -> str:
    """Show where the own second factor stands, and the next step."""
    return _own_page(PasswordForm(), CodeForm())


@blueprint.post("/account/second-factor/start")
@allow(*STAFF_ROLES, confined=True)
def start_second_factor() -> Answer:
    """Begin to set the app up, after the password."""
    form = PasswordForm()
    if form.validate():
        refusal = services.start_setup(
            current_session(),
            current_actor(),
            password=form.password.data,
            network=current_network(),
            secret_key=current_settings().secret_key,
            now=current_time(),
        )
        commit_even_if_refused()
        if refusal is None:
            return redirect(url_for("accounts.second_factor"))
        if isinstance(refusal, Throttled):
            return ask_to_wait(refusal)
        form.refuse(InvalidError(mark_text("いまのパスワードが違います。"), field="password"))
    return _own_page(form, CodeForm()), 422


@blueprint.post("/account/second-factor/confirm")
@allow(*STAFF_ROLES, confined=True)
def confirm_second_factor() -> Answer:
    """Turn the second factor on with a first code, and show the recovery codes."""
    form = CodeForm()
    if form.validate():
        try:
            codes = services.confirm_setup(
                current_session(),
                current_actor(),
                code=form.code.data,
                secret_key=current_settings().secret_key,
                keep=current_user.get_id(),
                now=current_time(),
            )
        except InvalidError as error:
            form.refuse(error)
        except NotFoundError as error:
            flash_done(message_of(error))
            return redirect(url_for("accounts.second_factor"))
        else:
            return render_template("accounts/recovery_codes.html", codes=codes, first=True)
    return _own_page(PasswordForm(), form), 422


@blueprint.post("/account/second-factor/recovery-codes")
@allow(*STAFF_ROLES, confined=True)
def renew_recovery_codes() -> Answer:
    """Replace the recovery codes and show the new ones."""
    form = CodeForm()
    if form.validate():
        answer = services.renew_recovery_codes(
            current_session(), current_actor(), _proof(form), now=current_time()
        )
        commit_even_if_refused()
        if isinstance(answer, list):
            return render_template("accounts/recovery_codes.html", codes=answer, first=False)
        if isinstance(answer, Throttled):
            return ask_to_wait(answer)
        _refuse_code(form)
    return _own_page(PasswordForm(), form), 422


@blueprint.post("/account/second-factor/stop")
@allow(*STAFF_ROLES)
def stop_second_factor() -> Answer:
    """Turn the own second factor off."""
    form = CodeForm()
    if form.validate():
        answer = services.stop_second_factor(
            current_session(), current_actor(), _proof(form), now=current_time()
        )
        commit_even_if_refused()
        if answer is None:
            flash_done(_("いまの設定を消しました。"))
            return redirect(url_for("accounts.second_factor"))
        if isinstance(answer, Throttled):
            return ask_to_wait(answer)
        _refuse_code(form)
    return _own_page(PasswordForm(), form), 422


@blueprint.route("/support-bodies/<int:body_id>/second-factors", methods=["GET", "POST"])
@allow(*HELPERS)
def second_factors(body_id: int) -> Answer:
    """Say whether a body's staff need a second factor; show who has one."""
    opened, actor = current_session(), current_actor()
    body = get_body(opened, actor, body_id)
    if not may_set_second_factor(actor, body):
        raise NotAllowedError
    form = SecondFactorRuleForm()
    if form.is_submitted() and form.validate():
        rule = SecondFactorRule(form.rule.data)
        set_second_factor(opened, actor, body_id, rule, now=current_time())
        flash_done(_("保存しました。"))
        return redirect(url_for("accounts.second_factors", body_id=body_id))
    if not form.is_submitted():
        form.rule.data = body.second_factor.value
    page = render_template(
        "accounts/second_factors.html",
        form=form,
        body=body,
        staff=[
            (user, enrolled, enrolled and may_reset_second_factor(actor, user))
            for user, enrolled in list_staff(opened, actor, body_id)
        ],
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.post("/users/<int:user_id>/second-factor/reset")
@allow(*HELPERS)
def reset_second_factor(user_id: int) -> Response:
    """Take the second factor from somebody who lost the phone."""
    actor = current_actor()
    user = services.reset_second_factor(current_session(), actor, user_id, now=current_time())
    flash_done(_("%(name)sさんの二段階認証を解除し、本人にメールでお知らせしました。", name=user.name))
    if user.body_id is None:
        return redirect(url_for("accounts.show", user_id=user_id))
    return redirect(url_for("accounts.second_factors", body_id=user.body_id))


def _own_page(password_form: PasswordForm, code_form: CodeForm) -> str:
    opened, actor = current_session(), current_actor()
    user = get_own_user(opened, actor)
    enrolled = has_second_factor(opened, user.id)
    secret = services.secret_in_setup(
        opened, actor, secret_key=current_settings().secret_key, now=current_time()
    )
    if secret:
        # There are no recovery codes yet that could be typed instead.
        code_form.code.description = _("アプリに出ている6けたの数字を入力してください。")
    return render_template(
        "accounts/second_factor.html",
        user=user,
        rule=rule_for(opened, user),
        enrolled=enrolled,
        setup=_setup(secret, user.email) if secret else None,
        codes_left=services.count_recovery_codes(opened, user.id) if enrolled else 0,
        password_form=password_form,
        code_form=code_form,
    )


def _setup(secret: str, email: str) -> Setup:
    address = setup_address(secret, email=email, issuer=ISSUER)
    # Markup that is made from the address alone: nothing typed is in it.
    return Setup(Markup(as_picture(address)), address, in_groups(secret))  # noqa: S704


def _proof(form: CodeForm) -> Proof:
    return Proof(
        code=form.code.data,
        network=current_network(),
        secret_key=current_settings().secret_key,
    )


def _refuse_code(form: CodeForm) -> None:
    form.refuse(
        InvalidError(
            mark_text(
                "数字が合わないか、もう使われています。アプリに次の数字が出るまで待って、"
                "もう一度入力してください。"
            ),
            field="code",
        )
    )


def _back_to_password() -> Response:
    session.pop(HALF, None)
    flash_done(_("時間がたったため、もう一度メールアドレスとパスワードから入力してください。"))
    return redirect(url_for("accounts.sign_in", next=safe_path(request.values.get("next"))))
