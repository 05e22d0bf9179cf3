"""How long bodies keep kinds of personal data."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

KINDS = ("mails", "links", "access", "contacts", "users", "attendees", "answers", "imports")


def upgrade() -> None:
    op.create_table(
        "retention_setting",
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum(*KINDS, name="retentionclass", native_enum=False, length=32), nullable=False
        ),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["support_body.id"], name=op.f("fk_retention_setting_body_id")
        ),
        sa.PrimaryKeyConstraint("body_id", "kind", name=op.f("pk_retention_setting")),
    )


def downgrade() -> None:
    op.drop_table("retention_setting")
