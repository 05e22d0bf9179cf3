"""A test browser that looks at every page it gets, not only at what a test asks for."""

import warnings
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from sme_match.accounts.models import User
from sme_match.accounts.sessions import open_user_session

XHTML = "{http://www.w3.org/1999/xhtml}"


class Client:
    """Wraps Flask's test client; each HTML answer must be well-formed, titled, with unique ids."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.flask = app.test_client()

    def sign_in(self, user_id: int) -> "Client":
        """Sign the user in without the form (which has its own tests)."""
        installation = self.app.extensions["sme_match"]
        with installation.database.unit_of_work() as session:
            user = session.scalars(select(User).where(User.id == user_id)).one()
            token = open_user_session(session, user, now=installation.clock())
        with self.flask.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return self

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """Open a page."""
        return self._checked(self.flask.get(path, **kwargs))

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Send a form."""
        return self._checked(self.flask.post(path, data=data or {}, **kwargs))

    def open(self, path: str, method: str, **kwargs: Any) -> TestResponse:
        """Send any request."""
        return self._checked(self.flask.open(path, method=method, **kwargs))

    def _checked(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and response.data:
            check_page(response.text)
        return response


def check_page(page: str) -> Element:
    """Assert what every page must be: parsed without error, one h1, a title, unique ids."""
    parser = html5lib.HTMLParser(strict=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree: Element = parser.parse(page)
    serious = [error for error in parser.errors if error[1] not in IGNORED_PARSE_ERRORS]
    if page.lstrip().lower().startswith('<!doctype html>\n<html lang="en">\n<title>'):
        return tree  # Werkzeug's own redirect page.
    assert serious == []
    ids = [element.get("id", "") for element in tree.iter() if element.get("id")]
    assert sorted(ids) == sorted(set(ids)), "ids are not unique"
    headings = list(tree.iter(f"{XHTML}h1"))
    assert len(headings) == 1, "a page has exactly one h1"
    titles = [title.text or "" for title in tree.iter(f"{XHTML}title") if title.text]
    assert titles
    assert titles[0].split("|")[0].strip()
    return tree


IGNORED_PARSE_ERRORS = frozenset({"non-void-element-with-trailing-solidus"})
