"""Redirects that never leave the site."""

from urllib.parse import urlsplit

from flask import request, url_for

_CONTROL_LIMIT = 32


def safe_path(target: str | None) -> str | None:
    """Return the target when it is a plain path of this site, else None.

    Browsers read a backslash as a slash and drop control characters, so both are refused.
    """
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    if any(ord(character) <= _CONTROL_LIMIT for character in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def next_path(default: str) -> str:
    """Return where the form asked to go on to, or the default."""
    return safe_path(request.values.get("next")) or default


def sign_in_url(after: str) -> str:
    """Return the sign-in page that goes on to `after`."""
    return url_for("accounts.sign_in", next=safe_path(after))
