"""The page that an invitation leads to: for many managers the first one they see."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.accounts.forms import AcceptForm
from sme_match.accounts.services.invitations import accept_invitation, find_invited
from sme_match.accounts.views.blueprint import blueprint, enter
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.web.access import public
from sme_match.web.context import current_session, current_time
from sme_match.web.errors import message_of
from sme_match.web.flashes import flash_done


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
@public
def accept(token: str) -> str | Response | tuple[str, int]:
    """Show who is invited; set name and password and sign in."""
    try:
        user = find_invited(current_session(), token, now=current_time())
    except NotFoundError as error:
        return render_template(
            "accounts/link_refused.html", message=message_of(error), reset=False
        ), 404
    form = AcceptForm()
    if not form.is_submitted():
        form.name.data = user.name
        return render_template("accounts/accept.html", form=form, user=user)
    if form.validate():
        try:
            opened = accept_invitation(
                current_session(),
                token,
                name=form.name.data,
                password=form.password.data,
                now=current_time(),
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            enter(opened)
            flash_done(_("登録が終わりました。次からはメールアドレスとパスワードでログインできます。"))
            return redirect(url_for("home.index"))
    return render_template("accounts/accept.html", form=form, user=user), 422
