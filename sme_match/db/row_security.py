"""Policies of PostgreSQL: which rows exist for a transaction of some bodies (see `scope`).

The policies are made when the tables are, and by a migration for those that exist.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, MetaData, Table, event

IN_SCOPE = "(SELECT string_to_array(nullif(current_setting('app.body', true), 'all'), ','))::int[]"
"""The numbers of the bodies; computed once for a statement."""
EVERYTHING = "(SELECT current_setting('app.body', true)) = 'all'"
ANY_SCOPE = "(SELECT current_setting('app.body', true)) <> ''"
"""The transaction says for whom it is, whoever that is."""
OWN = f"body_id = ANY ({IN_SCOPE})"
"""The row is kept by one of the bodies."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One way to a row: the condition under which it is there for the commands, which add up.

    `check` is what must hold of a row that is written, where that is not the condition itself.
    """

    name: str
    condition: str
    commands: Literal["ALL", "SELECT", "UPDATE"] = "SELECT"
    check: str | None = None

    def statement(self, table: str) -> str:
        """Return what makes the policy."""
        checked = f" WITH CHECK ({self.check})" if self.check else ""
        using = f"FOR {self.commands} USING ({self.condition}){checked}"
        return f"CREATE POLICY {self.name} ON {table} {using}"


Policies = Mapping[str, Sequence[Policy]]
"""By table."""


def own(condition: str) -> Policy:
    """Return the way of those who keep a row: they read and write it, as does who is for all bodies."""
    return Policy("own", f"{EVERYTHING} OR {condition}", "ALL")


def keep_apart(metadata: MetaData, policies: Policies) -> None:
    """Give the tables their policies whenever they are created."""

    def protect(
        target: MetaData, connection: Connection, *, tables: Collection[Table], **_: object
    ) -> None:
        del target
        made = {table.name for table in tables}
        if connection.dialect.name == "postgresql":
            for table in policies.keys() & made:
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
                for policy in policies[table]:
                    connection.exec_driver_sql(policy.statement(table))

    def release(target: MetaData, connection: Connection, **_: object) -> None:
        del target
        if connection.dialect.name == "postgresql":
            # A policy that names another table would keep it from being dropped.
            for table, ways in policies.items():
                for way in ways if connection.dialect.has_table(connection, table) else ():
                    connection.exec_driver_sql(f"DROP POLICY IF EXISTS {way.name} ON {table}")

    event.listen(metadata, "after_create", protect)
    event.listen(metadata, "before_drop", release)
