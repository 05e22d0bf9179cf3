"""Put the searched text of companies into the index that lists run along.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD = ["archived_at", "name_kana", "id", "body_id"]
NEW = [*OLD, "search_text"]


def upgrade() -> None:
    op.drop_index("ix_company_archived_at_name_kana_id_body_id", table_name="company")
    op.create_index("ix_company_archived_at_name_kana_id_body_id_search_text", "company", NEW)


def downgrade() -> None:
    op.drop_index("ix_company_archived_at_name_kana_id_body_id_search_text", table_name="company")
    op.create_index("ix_company_archived_at_name_kana_id_body_id", "company", OLD)
