"""What a view asks for: the actor, the database session, the time, the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.errors import NotAllowedError
from sme_match.core.settings import Settings
from sme_match.db.scope import reach_also
from sme_match.db.session import Database

EXTENSION = "sme_match"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Installation:
    """What one application object is built on."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    scope_of: Callable[[Session, Actor], str]
    """Which bodies' records an actor reaches (`db.scope`)."""


def installation() -> Installation:
    """Return the installation of the running application."""
    return cast("Installation", current_app.extensions[EXTENSION])


def current_settings() -> Settings:
    """Return the settings of the running application."""
    return installation().settings


def current_time() -> datetime:
    """Return the instant of this request: the same in everything it writes."""
    if "now" not in g:
        g.now = installation().clock()
    return cast("datetime", g.now)


def current_session() -> Session:
    """Return the session of this request; for GET it cannot write. It is committed at the edge.

    It reaches the records of no body until it is known who asks (`reach`).
    """
    if "session" not in g:
        write = request.method not in SAFE_METHODS
        g.session = installation().database.open_session(write=write)
    return cast("Session", g.session)


def reach(actor: Actor) -> None:
    """Let the session of this request reach the bodies that the actor deals with."""
    session = current_session()
    reach_also(session, installation().scope_of(session, actor))


def find_actor() -> Actor | None:
    """Return who is signed in, or None."""
    # A visitor has none. Asked once: the proxy looks for the person at every attribute.
    return cast("Actor | None", getattr(current_user, "actor", None))


def current_actor() -> Actor:
    """Return who is signed in.

    Raises:
        NotAllowedError: when nobody is.
    """
    actor = find_actor()
    if actor is None:
        raise NotAllowedError
    return actor


def commit_even_if_refused() -> None:
    """Keep what this request wrote although it answers with an error (counters of attempts)."""
    g.commit_even_if_refused = True
