"""Headers on every answer, CSRF tokens, and the check where a write came from."""

import secrets
from functools import lru_cache

from flask import Flask, Response, abort, g, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix

from sme_match.core.settings import Settings
from sme_match.web.context import SAFE_METHODS

_YEAR_SECONDS = 365 * 24 * 3600
KEPT_TOKENS = 1024
UPLOAD_LIMIT = 12 * 1024 * 1024


def init_app(app: Flask, settings: Settings) -> None:
    """Set cookies, limits, trusted hosts and the handlers around each request."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure_cookies else "session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
    )
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    app.before_request(_refuse_cross_site)
    CSRFProtect(app)
    app.after_request(_add_headers)
    if settings.secure_cookies:
        app.after_request(_add_transport_header)
    app.jinja_env.globals.update(csp_nonce=csp_nonce, csrf_token=csrf_token)
    # The extension gives pages its own function, which signs anew for each form.
    app.context_processor(lambda: {"csrf_token": csrf_token})


def csp_nonce() -> str:
    """Return the nonce of this answer's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def csrf_token() -> str:
    """Return the token of this answer's forms; of some pages each row has a form."""
    token: str | None = g.get("csrf_token")
    if token is None:
        secret = session.get("csrf_token")
        token = g.csrf_token = _signed(secret) if secret else generate_csrf()
    return token


@lru_cache(KEPT_TOKENS)
def _signed(secret: str) -> str:
    """Return the token for the secret in the cookie; it holds as long as the secret, so it is kept."""
    del secret
    return str(generate_csrf())


def _refuse_cross_site() -> None:
    """Refuse writes that another site started; browsers say so in Sec-Fetch-Site."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(403)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{csp_nonce()}' 'strict-dynamic'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    elif "v" in request.args:
        # The address carries the digest of the file: another content has another address.
        headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response


def _add_transport_header(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}; includeSubDomains"
    return response
