"""Companies that must not be proposed for a need or to a buyer."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LIVE = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    op.add_column("match_run", sa.Column("barred", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("buyer_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(need_id IS NULL) <> (buyer_id IS NULL)", name=op.f("ck_exclusion_need_or_buyer")
        ),
        sa.ForeignKeyConstraint(
            ["body_id"], ["support_body.id"], name=op.f("fk_exclusion_body_id_support_body")
        ),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["company.id"], name=op.f("fk_exclusion_buyer_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_exclusion_company_id_company")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_exclusion_need_id_need")),
        sa.ForeignKeyConstraint(["written_by"], ["user.id"], name=op.f("fk_exclusion_written_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
    )
    for column in ("body_id", "buyer_id", "need_id"):
        op.create_index(op.f(f"ix_exclusion_{column}"), "exclusion", [column])
    for side in ("buyer", "need"):
        op.create_index(
            f"uq_exclusion_{side}_live",
            "exclusion",
            ["company_id", f"{side}_id"],
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        )


def downgrade() -> None:
    op.drop_table("exclusion")
    op.drop_column("match_run", "barred")
