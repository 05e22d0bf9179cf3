"""Stop of the use of a person's or a company's data (利用停止)."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = ("company", "contact", "user")
STOPPED = sa.text("use_stopped_at IS NOT NULL")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("use_stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_company_use_stopped_at",
        "company",
        ["use_stopped_at"],
        sqlite_where=STOPPED,
        postgresql_where=STOPPED,
    )


def downgrade() -> None:
    op.drop_index("ix_company_use_stopped_at", "company")
    for table in TABLES:
        op.drop_column(table, "use_stopped_at")
