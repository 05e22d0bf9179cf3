"""Let large imports wait for the scheduler."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("register_import", sa.Column("decisions", JSON, nullable=False, server_default="{}"))
    op.add_column(
        "register_import", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True)
    )
    # In plain SQL: SQLite takes a foreign key with the column or not at all.
    op.execute(
        "ALTER TABLE register_import ADD COLUMN waiting_for INTEGER"
        ' CONSTRAINT fk_register_import_waiting_for REFERENCES "user" (id)'
    )
    op.add_column(
        "register_import",
        sa.Column("register_changed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    # The references go in a table built anew; nothing refers to this one.
    with op.batch_alter_table("register_import", recreate="auto") as batch:
        batch.drop_column("register_changed")
        batch.drop_column("waiting_for")
        batch.drop_column("waiting_since")
        batch.drop_column("decisions")
