"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from sme_match.db.session import Database


class Queries(list[str]):
    """The statements that were run, without BEGIN and PRAGMA."""


@contextmanager
def count_queries(database: Database) -> Iterator[Queries]:
    """Collect the statements that the block runs on any connection of the database."""
    queries = Queries()

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            queries.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield queries
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
