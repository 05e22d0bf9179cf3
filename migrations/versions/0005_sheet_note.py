"""The coordinator's note on the reason sheet of a proposal."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: SQLite would build the table anew, and the rows that refer to it forbid that.
    op.add_column(
        "proposal", sa.Column("sheet_note", sa.String(length=400), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("proposal", "sheet_note")
