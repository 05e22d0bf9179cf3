"""Count what a word finds in the register along an index of its own."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_company_searched", "company", ["archived_at", "body_id", "search_text"])


def downgrade() -> None:
    op.drop_index("ix_company_searched", "company")
