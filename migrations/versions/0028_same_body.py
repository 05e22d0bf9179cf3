"""References that must stay within one body carry the body: the database refuses a foreign one.

SQLite adds a constraint by copying the table; the copy is made from the table's own text, so that its
checks, indexes and triggers are the same afterwards.
"""

import re

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OWNERS = ("company", "need", "match_run", "meeting")
REFERENCES = {
    "user": (("company_id", "company", "id"),),
    "need": (("buyer_id", "company", "id"),),
    "match_run": (("need_id", "need", "id"),),
    "proposal": (("need_id", "need", "id"), ("run_id", "match_run", "id")),
    "exclusion": (("need_id", "need", "id"), ("buyer_id", "company", "id")),
    "outcome": (("meeting_id", "meeting", "id"),),
    "follow_up": (("meeting_id", "meeting", "id"),),
    "outcome_evidence": (("meeting_id", "meeting", "id"),),
    "event_participant": (("company_id", "company", "id"), ("event_id", "event_host", "event_id")),
}


def upgrade() -> None:
    for table in OWNERS:
        op.create_index(op.f(f"ix_{table}_id_body_id"), table, ["id", "body_id"], unique=True)
    for table, references in REFERENCES.items():
        if op.get_bind().dialect.name == "sqlite":
            _copy(table, add="".join(_clause(table, *each) for each in references))
            continue
        for column, parent, key in references:
            name = op.f(f"fk_{table}_{column}_body_id")
            op.create_foreign_key(name, table, parent, [column, "body_id"], [key, "body_id"])


def downgrade() -> None:
    for table, references in reversed(REFERENCES.items()):
        if op.get_bind().dialect.name == "sqlite":
            _copy(table, remove="".join(_clause(table, *each) for each in references))
            continue
        for column, _, _ in references:
            op.drop_constraint(op.f(f"fk_{table}_{column}_body_id"), table, type_="foreignkey")
    for table in reversed(OWNERS):
        op.drop_index(op.f(f"ix_{table}_id_body_id"), table)


def _clause(table: str, column: str, parent: str, key: str) -> str:
    return (
        f", CONSTRAINT fk_{table}_{column}_body_id FOREIGN KEY({column}, body_id) "
        f"REFERENCES {parent} ({key}, body_id)"
    )


def _copy(table: str, *, add: str = "", remove: str = "") -> None:
    run = op.get_bind().exec_driver_sql
    kept = run(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)
    ).all()
    [made] = [sql for kind, sql in kept if kind == "table"]
    if remove not in made:
        raise RuntimeError(f"The table {table} is not as this migration left it.")
    head, tail = made.replace(remove, "", 1).rsplit(")", 1)
    renamed, count = re.subn(r'^CREATE TABLE "?\w+"?', 'CREATE TABLE "copied"', head)
    if count != 1:
        raise RuntimeError(f"The table {table} cannot be copied.")
    run(f"{renamed}{add}){tail}")
    run(f'INSERT INTO "copied" SELECT * FROM "{table}"')  # noqa: S608 -- names of this file
    run(f'DROP TABLE "{table}"')
    run(f'ALTER TABLE "copied" RENAME TO "{table}"')
    for kind, sql in kept:
        if kind != "table":
            run(sql)
