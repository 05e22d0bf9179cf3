"""Engines for SQLite (embedded default) and PostgreSQL, with the same guarantees on both.

SQLite: WAL, foreign keys on, writers begin with BEGIN IMMEDIATE so that a read followed by a write
never fails with "database is locked"; read transactions run with query_only so that a GET request
cannot change anything. PostgreSQL: read transactions are READ ONLY. Errors and logs name no values that
statements were asked with.
"""

from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from sme_match.db import slow

BUSY_TIMEOUT_SECONDS = 15
PREPARED_STATEMENTS = 1024
"""How many the driver keeps: the pages have some hundred, and preparing takes longer than most run."""
QUERY_ONLY = "query_only"
"""Where a connection remembers whether it may only read: whoever sets the pragma forgets it there."""


def make_engine(url: str) -> Engine:
    """Return an engine for the database at `url`; the folder of an SQLite file is made if needed."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        slow.watch(engine)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    options = {"timeout": BUSY_TIMEOUT_SECONDS, "cached_statements": PREPARED_STATEMENTS}
    engine = create_engine(parsed, connect_args=options, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    slow.watch(engine)
    return engine


def for_reading(engine: Engine) -> Engine:
    """Return a view of the engine whose transactions cannot write."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(postgresql_readonly=True, read_only=True)
    return engine.execution_options(read_only=True)


def _prepare_sqlite(connection: SQLiteConnection, entry: ConnectionPoolEntry) -> None:
    del entry
    # The driver would emit its own BEGIN at the first write, which is too late for the lock.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    read_only = bool(options.get("read_only"))
    # Only when it changes: the pragma makes SQLite prepare every statement of the connection again.
    if connection.info.get(QUERY_ONLY) is not read_only:
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.info[QUERY_ONLY] = read_only
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
