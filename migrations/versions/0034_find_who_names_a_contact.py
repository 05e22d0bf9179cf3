"""Find who names a contact in an index: deleting contacts empties these columns."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NAMES = (
    ("meeting", "company_contact_id"),
    ("meeting", "buyer_contact_id"),
    ("event_participant", "contact_id"),
)


def upgrade() -> None:
    for table, column in NAMES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in NAMES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
