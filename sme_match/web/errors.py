"""Domain errors and HTTP errors become pages in one place.

Each page says what happened, whether the data is safe, and what to do next.
"""

import logging
import secrets
import sqlite3

from flask import Flask, Response, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from sme_match.core.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
)
from sme_match.web.context import current_time
from sme_match.web.login import look_nobody_up

Answer = tuple[str, int]
SQLITE_OUT_OF_REACH = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
)
"""Errors that pass. SQLite gives the same class to faults of a statement, which do not."""
LIMITS_EXCEEDED = "54"
"""PostgreSQL's class of errors that a statement is too large, which do not pass either."""
logger = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    ConflictError: 409,
    InvalidError: 422,
}


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, show_domain_error)
    app.register_error_handler(StaleDataError, show_lost_race)
    app.register_error_handler(CSRFError, show_expired_form)
    app.register_error_handler(SecurityError, show_foreign_host)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(OperationalError, show_out_of_reach)
    app.register_error_handler(PoolTimeoutError, show_out_of_reach)
    app.register_error_handler(Exception, show_failure)


def message_of(error: DomainError) -> str:
    """Return the message of a refusal in the reader's language."""
    return str(_(error.message, **error.values))


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def show_domain_error(error: DomainError) -> Answer:
    """Show a refusal of the business."""
    return _page(status_of(error), message_of(error))


def show_lost_race(error: StaleDataError) -> Answer:
    """Show that somebody saved the same record in the very moment between reading and writing."""
    del error
    return _page(409, _("ほかの人が先に更新しました。内容を確かめてください。"))


def show_expired_form(error: CSRFError) -> Answer:
    """Show that the form was open for too long, or opened in another session."""
    del error
    return _page(
        400,
        _(
            "この画面は開いてから時間がたったため、送信できませんでした。"
            "前の画面に戻り、読み込みなおしてから、もう一度送信してください。"
        ),
    )


def show_foreign_host(error: SecurityError) -> Response:
    """Refuse a request under a name that is not ours; a page would need addresses of this host."""
    del error
    return Response("Bad request", 400, mimetype="text/plain")


def show_http_error(error: HTTPException) -> Answer | HTTPException:
    """Show an HTTP error in plain words."""
    code = error.code or 500
    texts = {
        400: _("送信された内容を読み取れませんでした。前の画面に戻って、もう一度お試しください。"),
        401: _("ログインが必要です。ログインしてから、もう一度お試しください。"),
        403: _("このページを見る権限がありません。"),
        404: _("ページが見つかりませんでした。アドレスが変わったか、削除された可能性があります。"),
        405: _("この操作はできません。前の画面に戻ってやりなおしてください。"),
        413: _("ファイルが大きすぎます。12MBまでのファイルにしてください。"),
        429: _("短い時間に何度も操作されました。しばらく待ってから、もう一度お試しください。"),
    }
    if code not in texts:
        return error
    return _page(code, texts[code])


def show_out_of_reach(error: OperationalError | PoolTimeoutError) -> Answer:
    """Show that the database is away, full or too busy, and will be back."""
    if not _passes(getattr(error, "orig", None)):
        return show_failure(error)
    look_nobody_up()
    message = _(
        "いまはデータベースに届きません。数分たってから前の画面に戻り、もう一度送信してください。"
    )
    return _page(503, message, reference=_log(error))


def _passes(cause: BaseException | None) -> bool:
    """Tell whether an error is the database's and goes by, rather than one of a statement of ours."""
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE_OUT_OF_REACH
    state: str | None = getattr(cause, "sqlstate", None)
    return state is None or not state.startswith(LIMITS_EXCEEDED)


def show_failure(error: Exception) -> Answer:
    """Show that something broke; the details go to the log under the reference number."""
    return _page(500, _("処理を完了できませんでした。"), reference=_log(error))


def _log(error: Exception) -> str:
    reference = f"E-{current_time():%Y%m%d}-{secrets.token_hex(3).upper()}"
    logger.error("Unhandled error %s", reference, exc_info=error)
    return reference


def _page(status: int, message: str, *, reference: str = "") -> Answer:
    titles = {
        400: _("送信できませんでした"),
        401: _("ログインしてください"),
        403: _("権限がありません"),
        404: _("見つかりません"),
        409: _("先に変更されています"),
        422: _("入力を確認してください"),
        500: _("エラーが起きました"),
        503: _("いまは使えません"),
    }
    title = titles.get(status, _("この操作はできません"))
    page = render_template(
        "errors/error.html", title=title, message=message, status=status, reference=reference
    )
    return page, status
