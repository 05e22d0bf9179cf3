"""Small pages of the kit itself: the language switch, health, and the assets' addresses."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, redirect, session, url_for
from sqlalchemy import text
from werkzeug.wrappers import Response

from sme_match.core.errors import NotFoundError
from sme_match.web.access import public
from sme_match.web.context import current_session, current_settings
from sme_match.web.languages import LANGUAGES
from sme_match.web.redirects import next_path

blueprint = Blueprint("web", __name__)


def init_app(app: Flask) -> None:
    """Register the pages and the `asset` function of templates."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset


@blueprint.get("/language/<code>")
@public
def language(code: str) -> Response:
    """Remember the language in this browser and go back to the page."""
    if code not in LANGUAGES:
        raise NotFoundError
    session["language"] = code
    return redirect(next_path(url_for("home.index")))


@blueprint.get("/healthz")
@public
def health() -> Response:
    """Answer that the process and its database work."""
    current_session().execute(text("SELECT 1"))
    return Response("ok", mimetype="text/plain")


def asset(filename: str) -> str:
    """Return the address of a static file; it changes with the content, so it may be cached long."""
    return url_for("static", filename=filename, v=_digest(current_settings().static_folder / filename))


@cache
def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]
