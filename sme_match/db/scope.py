"""Which bodies' records a transaction reaches: row-level security of PostgreSQL shows no others.

Policies read the setting `app.body` of the transaction: `all`, or the numbers of bodies. Where nothing
is set there are no rows. The service connects as a role that does not own the tables; the owner, who
migrates and restores, is held to nothing. SQLite has no such thing: there the keys that carry the body
(`base.same_body`) and the conditions of each query have to do.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

EVERY_BODY = "all"
"""What jobs, commands and administrators reach."""
NO_BODY = ""
"""What a request reaches until it is known who asks: the tables that are under no policy."""
SCOPE = "scope"
"""Where a session remembers its scope, for its next transactions."""


def scope_of(bodies: Iterable[int]) -> str:
    """Return the scope of these bodies."""
    return ",".join(str(int(body_id)) for body_id in sorted(set(bodies)))


def limit_to(session: Session, scope: str) -> None:
    """Let the session reach no more than the scope, from now on."""
    session.info[SCOPE] = scope
    if session.in_transaction():
        _set(session.connection(), scope)


def reach_also(session: Session, scope: str) -> None:
    """Let the session reach the scope besides what it reached before, from now on."""
    both = {session.info.get(SCOPE, NO_BODY), scope} - {NO_BODY}
    bodies = {body for each in both for body in each.split(",")}
    limit_to(session, EVERY_BODY if EVERY_BODY in both else scope_of(map(int, bodies)))


def is_limited(session: Session) -> bool:
    """Tell whether this database holds sessions to their scope."""
    return session.get_bind().dialect.name == "postgresql"


@contextmanager
def reaching_every_body(session: Session) -> Iterator[None]:
    """Lift the limit for a question that is lawful across bodies: each use says in a name which."""
    scope = session.info.get(SCOPE, NO_BODY)
    # What is still to be written is held to its own limit.
    session.flush()
    limit_to(session, EVERY_BODY)
    try:
        yield
    finally:
        # Where a statement failed this one does as well, and the transaction does no more anyway.
        with suppress(SQLAlchemyError):
            limit_to(session, scope)


def role_of(engine: Engine) -> str:
    """Return the role that PostgreSQL knows the engine's connections by; empty on SQLite."""
    if engine.dialect.name != "postgresql":
        return ""
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT current_user")))


def is_held(engine: Engine, table: str) -> bool:
    """Tell whether the policies of a table hold for the engine's role; on SQLite there are none.

    They do not for who owns the table, or is a superuser, or a member of the owner.
    """
    if engine.dialect.name != "postgresql":
        return True
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT row_security_active(:table)"), {"table": table}))


def allow_use(engine: Engine, role: str) -> None:
    """Let a role use the tables of the engine's role: those there are and those still to be made.

    Does nothing on SQLite, and where one role does everything.
    """
    if engine.dialect.name != "postgresql" or role == role_of(engine):
        return
    name = engine.dialect.identifier_preparer.quote(role)
    kinds = {"TABLES": "SELECT, INSERT, UPDATE, DELETE", "SEQUENCES": "USAGE, SELECT"}
    with engine.begin() as connection:
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {name}")
        for kind, rights in kinds.items():
            connection.exec_driver_sql(f"GRANT {rights} ON ALL {kind} IN SCHEMA public TO {name}")
            connection.exec_driver_sql(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {name}"
            )


def _set(connection: Connection, scope: str) -> None:
    # SET LOCAL is set_config(…, true): it ends with the transaction, so the pool hands on nothing.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL app.body = '{scope}'")


@event.listens_for(Session, "after_begin")
def _begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    scope = session.info.get(SCOPE, NO_BODY)
    if scope != NO_BODY and not transaction.nested:
        _set(connection, scope)
