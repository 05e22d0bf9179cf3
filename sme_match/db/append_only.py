"""Tables whose rows the database itself refuses to change or delete.

The triggers are made with the tables, and by the migrations for those that exist; a batch migration
that copies such a table on SQLite must make them anew.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, Table, event, text

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""
_SQLITE = """
CREATE TRIGGER {name}_no_{verb} BEFORE {verb} ON {name}
BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END
"""
_POSTGRESQL = """
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name}
FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


def keep_append_only(tables: Iterable[Table]) -> None:
    """Give the tables their triggers whenever they are created."""
    for table in tables:
        event.listen(table, "after_create", _protect)


def _protect(table: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            connection.execute(text(_SQLITE.format(name=table.name, verb=verb)))
    else:
        connection.execute(text(_FUNCTION))
        connection.execute(text(_POSTGRESQL.format(name=table.name)))
