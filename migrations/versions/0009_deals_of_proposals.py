"""remember which proposals led to a deal."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: SQLite would build the table anew, and the rows that refer to it forbid that.
    op.add_column(
        "proposal",
        sa.Column("led_to_deal", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        "UPDATE proposal SET led_to_deal = TRUE WHERE id IN ("
        "SELECT meeting.proposal_id FROM meeting JOIN outcome ON outcome.meeting_id = meeting.id"
        " WHERE outcome.stage >= 6)"
    )


def downgrade() -> None:
    op.drop_column("proposal", "led_to_deal")
