"""The edge: one commit per request, after the view returned and before the answer leaves."""

from flask import Flask, Response, current_app, g, request
from flask import session as cookie
from sqlalchemy.orm import Session

from sme_match.web.context import SAFE_METHODS

FIRST_REFUSAL = 400


def init_app(app: Flask) -> None:
    """Commit what a successful request wrote; roll back what a refused one did."""
    app.after_request(_finish)
    app.teardown_request(_close)


def let_others_write() -> None:
    """Keep what this request wrote so far and give the lock back before long work without database.

    On SQLite one transaction writes at a time; what the request asks next begins a new one.
    """
    session: Session | None = g.get("session")
    if session is not None:
        session.commit()


def is_undone(response: Response) -> bool:
    """Tell whether what the request wrote is rolled back: it was refused, or failed."""
    return response.status_code >= FIRST_REFUSAL and not g.get("commit_even_if_refused")


def _finish(response: Response) -> Response:
    session: Session | None = g.get("session")
    # What was opened for reading holds nothing to commit.
    if session is None or request.method in SAFE_METHODS:
        return response
    if is_undone(response):
        session.rollback()
        return response
    try:
        session.commit()
    except Exception as error:  # noqa: BLE001 -- whatever stops the commit must not look like success
        session.rollback()
        cookie.pop("_flashes", None)
        return current_app.make_response(current_app.handle_user_exception(error))
    return response


def _close(error: BaseException | None) -> None:
    del error
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
