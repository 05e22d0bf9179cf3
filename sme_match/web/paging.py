"""The page number of a list's URL."""

from flask import request

MAX_DIGITS = 6


def requested_page() -> int:
    """Return the page number of the URL; anything odd means the first page."""
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdigit():
        return 1
    return max(1, int(text[:MAX_DIGITS]))
