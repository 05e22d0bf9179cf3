"""What operators see of a request: its number in logs and answer, a line with its time at the end."""

import logging
import secrets
import time

from flask import Flask, Response, g, request

from sme_match.core.logs import FIELDS, NO_REQUEST, request_id
from sme_match.core.metrics import REQUESTS
from sme_match.web.login import signed_in_user

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"


def init_app(app: Flask) -> None:
    """Number the requests and log their ends."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def _begin() -> None:
    # Our own: a number from outside could make two requests look like one.
    g.request_id = secrets.token_hex(8)
    g.began = time.monotonic()
    request_id.set(g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers[HEADER] = g.request_id
    if request.endpoint == "static":
        return response
    rule, seconds = request.url_rule, time.monotonic() - g.began
    # Anybody can think of methods for an address that there is not; each would be kept for ever.
    REQUESTS.labels(*(request.method, rule.rule) if rule else ("", ""), response.status_code).observe(
        seconds
    )
    fields = {
        "method": request.method,
        # Not the path: links of buyers and participants carry their token in it.
        "rule": rule.rule if rule else None,
        "status": response.status_code,
        "milliseconds": round(1000 * seconds, 1),
        "user": signed_in_user(),
    }
    log.info("Answered", extra={FIELDS: fields})
    return response


def _forget(error: BaseException | None) -> None:
    del error
    request_id.set(NO_REQUEST)
