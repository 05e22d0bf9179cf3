"""The edge: one commit per request, after the view returned and before the answer leaves."""

from flask import Flask, Response, g
from sqlalchemy.orm import Session

FIRST_REFUSAL = 400


def init_app(app: Flask) -> None:
    """Commit what a successful request wrote; roll back what a refused one did."""
    app.after_request(_finish)
    app.teardown_request(_close)


def _finish(response: Response) -> Response:
    session: Session | None = g.get("session")
    if session is None:
        return response
    if response.status_code < FIRST_REFUSAL or g.get("commit_even_if_refused"):
        session.commit()
    else:
        session.rollback()
    return response


def _close(error: BaseException | None) -> None:
    del error
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
