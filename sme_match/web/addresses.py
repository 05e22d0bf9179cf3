"""The addresses that templates write: `url_for`, `asset` for static files, and `ic` for icons.

Most addresses of a page stand on every page (navigation, icons, style sheets) or name one record.
Those are worked out once, apart from the id of the record; below which path the service is mounted is
part of what they depend on.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from markupsafe import Markup

from sme_match.core.settings import Settings

_SOME_ID = 1_999_999_999


def init_app(app: Flask, settings: Settings) -> None:
    """Give the functions to the templates."""

    @cache
    def file(mounted_at: str, filename: str) -> str:
        del mounted_at
        return url_for("static", filename=filename, v=_digest(settings.static_folder / filename))

    def asset(filename: str) -> str:
        """Return the address of a file; it changes with the content, so it may be kept long."""
        return file(request.root_path, filename)

    def ic(name: str, cls: str = "") -> Markup:
        """Return an icon; the words that say the same stand beside it."""
        return _icon(asset("img/icons.svg"), name, cls)

    app.jinja_env.globals.update(url_for=_address, asset=asset, ic=ic)


def _address(endpoint: str, **values: Any) -> str:  # noqa: ANN401 -- as url_for takes them
    """Return the address of a page."""
    if not values:
        return _page(request.root_path, endpoint)
    if len(values) == 1:
        [(argument, value)] = values.items()
        if type(value) is int:
            before, after = _record(request.root_path, endpoint, argument)
            return f"{before}{value}{after}"
    return url_for(endpoint, **values)


@cache
def _page(mounted_at: str, endpoint: str) -> str:
    del mounted_at
    return url_for(endpoint)


@cache
def _record(mounted_at: str, endpoint: str, argument: str) -> tuple[str, str]:
    """Return what stands before and after the id in the address of a record."""
    del mounted_at
    values: dict[str, Any] = {argument: _SOME_ID}
    before, _id, after = url_for(endpoint, **values).partition(str(_SOME_ID))
    return before, after


@cache
def _icon(address: str, name: str, cls: str) -> Markup:
    return Markup(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<use href="{}#i-{}"></use></svg>'
    ).format(f"ic {cls}" if cls else "ic", address, name)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]
