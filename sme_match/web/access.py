"""Who may open which page. Everything is refused unless its view carries a rule."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.core.errors import NotAllowedError
from sme_match.web.context import current_actor, find_actor
from sme_match.web.redirects import sign_in_url

View = TypeVar("View", bound=Callable[..., object])

PUBLIC: frozenset[Role] = frozenset()
_RULE = "access_rule"
_CONFINED = "access_while_confined"


def allow(*roles: Role, confined: bool = False) -> Callable[[View], View]:
    """Let signed-in people of these roles open the page.

    `confined` pages open also while a person is led to one page alone (`SignedIn.confined_to`).
    """
    if not roles:
        raise ValueError("Name at least one role, or use @public.")

    def mark(view: View) -> View:
        setattr(view, _RULE, frozenset(roles))
        setattr(view, _CONFINED, confined)
        return view

    return mark


def public(view: View) -> View:
    """Let everybody open the page (sign-in, signed links, policies)."""
    setattr(view, _RULE, PUBLIC)
    return view


def rule_of(view: Callable[..., object]) -> frozenset[Role] | None:
    """Return the roles a view is for, the empty set for everybody, None when it carries no rule."""
    rule: frozenset[Role] | None = getattr(view, _RULE, None)
    return rule


def init_app(app: Flask) -> None:
    """Check the rule of the view before every request."""
    app.before_request(_check)


def _check() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    rule = rule_of(view)
    if rule is None:
        abort(403)
    if not rule:
        return None
    if find_actor() is None:
        if request.method in {"GET", "HEAD"}:
            return redirect(sign_in_url(request.full_path.rstrip("?")))
        abort(401)
    confined_to = current_user.confined_to
    if confined_to and not getattr(view, _CONFINED):
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for(confined_to))
        raise NotAllowedError
    if current_actor().role not in rule:
        raise NotAllowedError
    return None
