"""Hold proposals while their meeting may take place.

A column with its check is added in plain SQL: SQLite would otherwise need the table built anew,
which its foreign keys forbid inside a transaction.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE proposal ADD COLUMN live_meeting_id INTEGER"
        " CONSTRAINT ck_proposal_live_is_accepted"
        " CHECK (live_meeting_id IS NULL OR state = 'accepted')"
    )
    op.execute(
        "UPDATE proposal SET live_meeting_id = (SELECT max(meeting.id) FROM meeting"
        " WHERE meeting.proposal_id = proposal.id"
        " AND meeting.state IN ('proposed', 'asked', 'confirmed', 'carried_over'))"
        " WHERE state = 'accepted'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE proposal DROP COLUMN live_meeting_id")
