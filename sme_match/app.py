"""The composition root of the web: builds one application from settings, in small named steps."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from flask import Flask, request
from sqlalchemy.orm import Session

import sme_match.schema  # noqa: F401 -- relationships between packages need every table known
from sme_match import cli
from sme_match.accounts import labels as account_labels
from sme_match.accounts import views as accounts
from sme_match.accounts.sessions import TOUCH_EVERY, find_user_session, touch_user_session
from sme_match.audit.kept import remember_newest
from sme_match.capabilities import labels as capability_labels
from sme_match.capabilities import views as capabilities
from sme_match.companies import labels as company_labels
from sme_match.companies import views as companies
from sme_match.companies.directory import RegisterDirectory
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import utc_now
from sme_match.core.settings import Settings
from sme_match.db.scope import EVERY_BODY, is_limited, scope_of
from sme_match.db.session import Database
from sme_match.events import labels as event_labels
from sme_match.events import views as events
from sme_match.events.queries.hosts import list_arranging
from sme_match.home import views as home
from sme_match.home.navigation import navigation_for
from sme_match.jobs import REGISTERS
from sme_match.matching import labels as matching_labels
from sme_match.matching import views as matching
from sme_match.meetings import labels as meeting_labels
from sme_match.meetings import views as meetings
from sme_match.needs import labels as need_labels
from sme_match.needs import views as needs
from sme_match.notifications import views as notifications
from sme_match.outcomes import labels as outcome_labels
from sme_match.outcomes import views as outcomes
from sme_match.privacy import labels as privacy_labels
from sme_match.privacy import views as privacy
from sme_match.registers import labels as register_labels
from sme_match.registers import views as registers
from sme_match.statistics import views as statistics
from sme_match.support_bodies import views as support_bodies
from sme_match.thesaurus import labels as word_labels
from sme_match.thesaurus import views as thesaurus
from sme_match.web import (
    access,
    addresses,
    errors,
    formats,
    labels,
    languages,
    login,
    names,
    observing,
    once,
    options,
    routing,
    security,
    shell,
    transactions,
)
from sme_match.web.context import (
    EXTENSION,
    SAFE_METHODS,
    Installation,
    current_session,
    current_time,
    installation,
    reach,
)
from sme_match.web.templates import Environment

# The contents page of the service: each blueprint is one domain.
BLUEPRINTS = (
    home.blueprint,
    accounts.blueprint,
    support_bodies.blueprint,
    companies.blueprint,
    capabilities.blueprint,
    needs.blueprint,
    registers.blueprint,
    matching.blueprint,
    thesaurus.blueprint,
    meetings.blueprint,
    events.blueprint,
    outcomes.blueprint,
    statistics.blueprint,
    privacy.blueprint,
    notifications.blueprint,
)
LABELS = (
    account_labels.LABELS,
    company_labels.LABELS,
    need_labels.LABELS,
    matching_labels.LABELS,
    word_labels.LABELS,
    capability_labels.LABELS,
    meeting_labels.LABELS,
    event_labels.LABELS,
    outcome_labels.LABELS,
    register_labels.LABELS,
    privacy_labels.LABELS,
)


class Application(Flask):
    """The Flask application with our own environment of templates."""

    jinja_environment = Environment  # type: ignore[assignment]  # Flask's documented way

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]
    ) -> None:
        """Log what not even the error page could show; Flask would name the path with its token."""
        self.logger.error("Unhandled error", exc_info=exc_info)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or hook as it is: none is a coroutine, and Flask asks that of each again."""
        return func


def create_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """Return the web application of one installation."""
    app = Application(
        "sme_match",
        template_folder=str(settings.template_folder),
        static_folder=str(settings.static_folder),
    )
    app.testing = settings.environment == "test"
    database = Database(settings.database_url, folder=settings.index_folder)
    app.extensions[EXTENSION] = Installation(
        settings=settings, database=database, clock=clock, scope_of=scope_of_actor
    )
    _configure_templates(app)
    # The edge comes first: answers are finished in the reverse order of registration.
    observing.init_app(app)
    transactions.init_app(app)
    security.init_app(app, settings)
    login.init_app(app, load_signed_in)
    languages.init_app(app, settings)
    formats.init_app(app)
    labels.init_app(app, LABELS)
    names.init_app(app)
    options.init_app(app)
    errors.init_app(app)
    access.init_app(app)
    once.init_app(app)
    routing.init_app(app)
    addresses.init_app(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    accounts.connect(app, RegisterDirectory())
    registers.init_app(app, REGISTERS)
    shell.init_app(app, navigation_for)
    cli.init_app(app)
    return app


def load_signed_in(token: str) -> login.SignedIn | None:
    """Return the person of a session token while the session lives."""
    settings, now = installation().settings, current_time()
    found = find_user_session(
        current_session(),
        token,
        now=now,
        idle=timedelta(minutes=settings.session_idle_minutes),
        absolute=timedelta(hours=settings.session_absolute_hours),
    )
    if found is None:
        return None
    reach(found.actor)
    if request.method in SAFE_METHODS:
        remember_newest(current_session(), found.newest_entry)
    if now - found.last_seen_at > TOUCH_EVERY and request.method in SAFE_METHODS:
        # The session of a reading request cannot write; this one note has its own transaction.
        with installation().database.unit_of_work() as writing:
            touch_user_session(writing, found.id, now=now)
    elif now - found.last_seen_at > TOUCH_EVERY:
        touch_user_session(current_session(), found.id, now=now)
    return login.SignedIn(
        token=token,
        actor=found.actor,
        language=found.language,
        body_name=found.body_name,
        body_phone=found.body_phone,
        confined_to="accounts.second_factor" if found.must_enrol else "",
    )


def scope_of_actor(session: Session, actor: Actor) -> str:
    """Return the scope of a person's requests.

    Staff reach their own body; what others lend to it, the policies of the tables let through.
    A company also deals with the bodies that arrange its meetings and run its events, as does
    who holds a link for it. Administrators keep all bodies.
    """
    if actor.role is Role.ADMINISTRATOR:
        return EVERY_BODY
    bodies = set() if actor.body_id is None else {actor.body_id}
    if actor.company_id is not None and is_limited(session):
        bodies.update(list_arranging(session, actor.company_id))
    return scope_of(bodies)


def _configure_templates(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
