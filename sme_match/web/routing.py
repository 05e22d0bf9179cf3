"""Small pages of the kit itself: the language switch, health, and ids in addresses."""

from flask import Blueprint, Flask, redirect, request, session, url_for
from sqlalchemy import text
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from sme_match.core.errors import NotFoundError
from sme_match.db.migrations import is_behind
from sme_match.web.access import public
from sme_match.web.context import current_session
from sme_match.web.languages import LANGUAGES
from sme_match.web.redirects import next_path

LARGEST_ID = 2**31 - 1

blueprint = Blueprint("web", __name__)


class RecordNumber(IntegerConverter):
    """`<int:…>` in addresses: what no table can hold is no page, rather than a database error."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.url_map.converters["int"] = RecordNumber
    app.register_blueprint(blueprint)


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


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Answer whether requests may come here: the database answers, and its schema is no older."""
    if is_behind(current_session().connection()):
        return Response("the database waits for `migrate`", 503, mimetype="text/plain")
    return Response("ready", mimetype="text/plain")


def is_record_number(text: str) -> bool:
    """Tell whether a text of a request can be the number of a record."""
    return text.isascii() and text.isdecimal() and len(text) < len(str(LARGEST_ID))


def requested_id(name: str) -> int:
    """Return the id that the URL's query names; 0, which no record has, when it is none."""
    number = request.args.get(name, 0, type=int)
    return number if 0 < number <= LARGEST_ID else 0
