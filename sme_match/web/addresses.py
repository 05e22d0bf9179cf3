"""The addresses that templates write: `url_for`, and `asset` for static files.

Most addresses of a page stand on every page (navigation, icons, style sheets). Those are worked out
once; below which path the service is mounted is part of what they depend on.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for

from sme_match.core.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Give both functions to the templates."""

    @cache
    def page(mounted_at: str, endpoint: str) -> str:
        del mounted_at
        return url_for(endpoint)

    @cache
    def file(mounted_at: str, filename: str) -> str:
        del mounted_at
        return url_for("static", filename=filename, v=_digest(settings.static_folder / filename))

    def address(endpoint: str, **values: Any) -> str:  # noqa: ANN401 -- as url_for takes them
        """Return the address of a page."""
        return url_for(endpoint, **values) if values else page(request.root_path, endpoint)

    def asset(filename: str) -> str:
        """Return the address of a file; it changes with the content, so it may be kept long."""
        return file(request.root_path, filename)

    app.jinja_env.globals.update(url_for=address, asset=asset)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]
