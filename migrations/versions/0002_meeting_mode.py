"""How a company can meet buyers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("company") as table:
        table.add_column(
            sa.Column(
                "meeting_mode",
                sa.Enum(
                    "web",
                    "in_person",
                    "either",
                    name="meetingmode",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("company") as table:
        table.drop_column("meeting_mode")
