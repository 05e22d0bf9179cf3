"""What every page shows around its content: names, navigation, language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

from flask import Flask, g, request
from flask_login import current_user

from sme_match.core.actor import Actor
from sme_match.web.addresses import query_string
from sme_match.web.context import find_actor
from sme_match.web.languages import LANGUAGES, current_language


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry of the main navigation; `count` is what waits there for the reader."""

    endpoint: str
    title: str
    count: int = 0
    current: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page."""

    actor: Actor | None
    body_name: str
    body_phone: str
    navigation: Sequence[NavigationItem]


def init_app(app: Flask, navigation_for: Callable[[Actor], Sequence[NavigationItem]]) -> None:
    """Give every template the frame."""

    def context() -> dict[str, object]:
        actor = find_actor()
        return {
            "shell": Shell(
                actor=actor,
                body_name=current_user.body_name if actor else "",
                body_phone=current_user.body_phone if actor else "",
                navigation=navigation_for(actor) if actor and not current_user.confined_to else (),
            ),
            "language": current_language(),
            "languages": LANGUAGES,
            "here_path": _path_without_language(),
        }

    app.context_processor(context)
    app.jinja_env.globals.update(here=here, merged_args=merged_args)


def _path_without_language() -> str:
    """Return the path of the page, to come back to in another language than its address names."""
    query = query_string(merged_args({"lang": None}))
    return f"{request.path}?{query}" if query else request.path


def here(changes: Mapping[str, object]) -> str:
    """Return the address of the open page with some arguments changed; None takes one away."""
    query = query_string(merged_args(changes))
    return f"{_quoted_path()}?{query}" if query else _quoted_path()


def merged_args(changes: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments of the current URL with some changed; None takes one away.

    Names that mean something to `url_for` itself are left out: anybody can write a URL.
    """
    merged = {**_own_args(), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def _own_args() -> Mapping[str, object]:
    """Return the arguments of the current URL; a page of a list names them in a dozen addresses."""
    if "own_args" not in g:
        g.own_args = {
            name: values
            for name, values in request.args.to_dict(flat=False).items()
            if name != "endpoint" and not name.startswith("_")
        }
    return cast("Mapping[str, object]", g.own_args)


def _quoted_path() -> str:
    if "quoted_path" not in g:
        g.quoted_path = quote(request.root_path + request.path)
    return cast("str", g.quoted_path)
