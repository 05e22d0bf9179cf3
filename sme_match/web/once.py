"""A form counts once: sent again, by a nervous hand or after a lost answer, it does nothing new.

Each page carries a token in its forms. The same content sent to the same address from the same page is
the same form: its sender is led where the first one led. Another content is another form.
"""

import secrets
from hashlib import sha256

from flask import Flask, Response, g, redirect, request
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from sme_match.db.sent_forms import LONGEST_LOCATION, begin_form, drop_form, end_form
from sme_match.web.context import current_session, current_time, find_actor
from sme_match.web.flashes import flash_done
from sme_match.web.redirects import safe_path
from sme_match.web.security import csrf_token
from sme_match.web.transactions import is_undone

FIELD = "once"
OWN_FIELDS = frozenset({"csrf_token", FIELD})
NOT_KEPT = frozenset(
    {
        "accounts.accept",
        "accounts.change_password",
        "accounts.confirm_second_factor",
        "accounts.end_other_sessions",
        "accounts.enter_code",
        "accounts.renew_recovery_codes",
        "accounts.reset",
        "accounts.sign_in",
        "accounts.sign_out",
        "accounts.start_second_factor",
        "accounts.stop_second_factor",
        "matching.search",
    }
)
"""Forms that change nothing, or give one browser a session or codes: no answer stands for another."""
PLACE_OF_TOKEN = "{token}"  # noqa: S105 -- no secret: what stands for one
"""Stands for the token of a signed link in what is stored: the database knows tokens by their hash."""
CHUNK = 1 << 16
REDIRECTS = frozenset({302, 303})


def init_app(app: Flask) -> None:
    """Recognise repeated forms, once it is known that their sender may send them at all."""
    app.jinja_env.globals["form_tokens"] = form_tokens
    app.before_request(_recall)
    app.after_request(_keep)


def form_tokens(*forms: str) -> Markup:
    """Return the hidden fields that every form has; `forms` names such as stand elsewhere."""
    if "form_tokens" not in g:
        token, once = escape(csrf_token()), secrets.token_urlsafe(12)
        g.form_tokens = (
            f'<input type="hidden" name="csrf_token" value="{token}"',
            f'<input type="hidden" name="{FIELD}" value="{once}"',
        )
    first, second = g.form_tokens
    owners = [f' form="{escape(form)}"' for form in forms] or [""]
    # What is not ours is escaped.
    return Markup("".join(f"{first}{owner}>{second}{owner}>" for owner in owners))  # noqa: S704


def _recall() -> AnyResponse | None:
    if request.method != "POST" or FIELD not in request.form or request.endpoint in NOT_KEPT:
        return None
    digest = _digest()
    location = begin_form(current_session(), digest, now=current_time())
    if not location:
        g.sent_form = digest
        return None
    flash_done(_("同じ内容はもう受け付けています。もう一度行うときは、画面を開きなおしてください。"))
    return redirect(location.replace(PLACE_OF_TOKEN, _token()))


def _token() -> str:
    """Return the token of the signed link that was followed, if any."""
    return str((request.view_args or {}).get("token", ""))


def _digest() -> str:
    """Return what makes the form this one: sender, page, address and content."""
    actor = find_actor()
    sender = actor.user_id if actor else ""
    found = sha256(f"{sender}\n{request.form[FIELD]}\n{request.full_path}\n".encode())
    for name, value in request.form.items(multi=True):
        if name not in OWN_FIELDS:
            found.update(f"{name}={len(value)}:{value}\n".encode("utf-8", "surrogatepass"))
    for name, file in request.files.items(multi=True):
        found.update(f"{name}={file.filename}\n".encode("utf-8", "surrogatepass"))
        while chunk := file.stream.read(CHUNK):
            found.update(chunk)
        file.stream.seek(0)
    return found.hexdigest()


def _keep(response: Response) -> Response:
    digest: str | None = g.pop("sent_form", None)
    if digest is None:
        return response
    if is_undone(response):
        return response
    location = safe_path(response.location) if response.status_code in REDIRECTS else None
    if location and len(location) <= LONGEST_LOCATION:
        token = _token()
        kept = location.replace(token, PLACE_OF_TOKEN) if token else location
        end_form(current_session(), digest, kept)
    else:
        # A page or a file cannot be given again from here.
        drop_form(current_session(), digest)
    return response
