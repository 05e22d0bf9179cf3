"""Let the lists of companies find their lines in indexes alone, whatever is filtered and sorted."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ORDERED = ["archived_at", "name_kana", "id"]
ASKED = ["body_id", "search_text", "jsic_code", "is_sme", "is_buyer", "employees", "confirmed_at"]
OLD = {
    "ix_company_archived_at_name_kana_id_body_id_search_text": (
        "company",
        [*ORDERED, "body_id", "search_text"],
    ),
    "ix_company_prefecture_code": ("company", ["prefecture_code"]),
    "ix_capability_process_code": ("capability", ["process_code"]),
}
NEW = {
    "ix_company_archived_at_name_kana_id_body_id": ("company", [*ORDERED, "body_id"]),
    "ix_company_looked_through": ("company", [*ORDERED, *ASKED]),
    "ix_company_of_prefecture": ("company", ["prefecture_code", *ORDERED, *ASKED]),
    "ix_capability_process_code_archived_at_company_id": (
        "capability",
        ["process_code", "archived_at", "company_id"],
    ),
}


def upgrade() -> None:
    _replace(OLD, NEW)


def downgrade() -> None:
    _replace(NEW, OLD)


def _replace(old: dict[str, tuple[str, list[str]]], new: dict[str, tuple[str, list[str]]]) -> None:
    for name, (table, _columns) in old.items():
        op.drop_index(name, table_name=table)
    for name, (table, columns) in new.items():
        op.create_index(name, table, columns)
