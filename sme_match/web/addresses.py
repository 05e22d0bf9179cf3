"""The addresses that templates write: `url_for`, `asset` for static files, and `ic` for icons.

Most addresses of a page stand on every page (navigation, icons, style sheets) or name one record.
Those are worked out once, apart from the id of the record; below which path the service is mounted is
part of what they depend on.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote_plus, urlencode

from flask import Flask, current_app, request, url_for
from markupsafe import Markup

from sme_match.core.settings import Settings

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_UNBOUND = "mounted"
_SOME_ID = 1_999_999_999
_KEPT_PATHS = 2048
_PLAIN = frozenset({str, int, list})
_UNQUOTED = "!$'()*,/:;?@"
"""What needs no quoting in a query, as Werkzeug has it."""
_quoted = lru_cache(_KEPT_PATHS)(quote_plus)
"""A page of a list names the same names and values in a dozen addresses."""


def init_app(app: Flask, settings: Settings) -> None:
    """Give the functions to the templates."""

    @cache
    def asset(mounted_at: str, filename: str) -> str:
        """Return the address of a file; it changes with the content, so it may be kept long."""
        del mounted_at
        return url_for("static", filename=filename, v=_digest(settings.static_folder / filename))

    def ic(mounted_at: str, name: str, cls: str = "") -> Markup:
        """Return an icon; the words that say the same stand beside it."""
        return _icon(asset(mounted_at, "img/icons.svg"), name, cls)

    app.jinja_env.globals.update(url_for=mounted(_address), asset=mounted(asset), ic=mounted(ic))


def mounted(write: Callable[Concatenate[str, Arguments], Answer]) -> Callable[Arguments, Answer]:
    """Give the function the path of the request below which the service is mounted, first."""

    @wraps(write)
    def written(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        return write(request.root_path, *args, **kwargs)

    setattr(written, _UNBOUND, write)
    return written


def unbound(function: object) -> Callable[..., Any] | None:
    """Return the function behind one of `mounted`; None for any other."""
    found: Callable[..., Any] | None = getattr(function, _UNBOUND, None)
    return found


def _address(mounted_at: str, /, endpoint: str, **values: Any) -> str:  # noqa: ANN401 -- as url_for takes them
    """Return the address of a page."""
    if not values:
        return _page(mounted_at, endpoint)
    if len(values) == 1:
        [(argument, value)] = values.items()
        if type(value) is int:
            before, after = _record(mounted_at, endpoint, argument)
            return f"{before}{value}{after}"
    return _with_query(mounted_at, endpoint, values)


def _with_query(mounted_at: str, endpoint: str, values: Mapping[str, Any]) -> str:
    """Return an address whose path is kept and whose query is written as `url_for` writes it."""
    path, query = [], {}
    for name, value in values.items():
        if name.startswith("_") or type(value) not in _PLAIN:
            return url_for(endpoint, **values)
        if not _is_in_path(endpoint, name):
            query[name] = value
        elif type(value) is list:
            return url_for(endpoint, **values)
        else:
            path.append((name, value))
    address = _path(mounted_at, endpoint, tuple(path))
    written = query_string(query, safe=_UNQUOTED)
    return f"{address}?{written}" if written else address


def query_string(values: Mapping[str, object], *, safe: str = "") -> str:
    """Return the values as the query of an address; a list stands for several of one name."""
    return urlencode(values, doseq=True, safe=safe, quote_via=_quoted)


@cache
def _is_in_path(endpoint: str, name: str) -> bool:
    return current_app.url_map.is_endpoint_expecting(endpoint, name)


@lru_cache(_KEPT_PATHS)
def _path(mounted_at: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    del mounted_at
    return url_for(endpoint, **dict(values))


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
