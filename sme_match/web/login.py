"""Flask-Login, used for the user on the request alone: sessions are rows of our own.

Flask-Login's cookie functions (remember me, session protection) are off: they trust client
addresses and survive a sign-out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, g, session
from flask_login import AnonymousUserMixin, LoginManager, login_user, logout_user

from sme_match.core.actor import Actor


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The signed-in person as the pages need it."""

    token: str
    actor: Actor
    language: str
    body_name: str
    body_phone: str
    confined_to: str = ""
    """The endpoint of the one page that is open until something is settled there; usually empty."""

    is_active = True
    is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return what the cookie holds: the token of the session row."""
        return self.token


def init_app(app: Flask, load: Callable[[str], SignedIn | None]) -> None:
    """Connect Flask-Login with the function that finds a session by its token."""
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(load)
    manager.init_app(app)


def remember_sign_in(person: SignedIn) -> None:
    """Put the new session into the cookie; whatever an older one held is dropped."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    login_user(person)


def forget_sign_in() -> None:
    """Take the session out of the cookie."""
    logout_user()
    session.clear()


def look_nobody_up() -> None:
    """Let the rest of this request be nobody's: the database, which knows, is out of reach."""
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 -- where Flask-Login keeps who asks


def signed_in_user() -> int | None:
    """Return the id of the person that this request asked for; nobody is looked up for it."""
    found = g.get("_login_user")
    return found.actor.user_id if isinstance(found, SignedIn) else None
