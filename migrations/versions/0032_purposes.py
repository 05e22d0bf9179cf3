"""Purposes of the use of personal data, and what people answered to them."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purpose_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["support_body.id"], name=op.f("fk_purpose_text_body_id")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["user.id"], name=op.f("fk_purpose_text_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purpose_text")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_purpose_text_body_id_number")),
    )
    op.create_index(op.f("ix_purpose_text_id_body_id"), "purpose_text", ["id", "body_id"], unique=True)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose_id", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["support_body.id"], name=op.f("fk_consent_body_id")),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["purpose_text.id"], name=op.f("fk_consent_purpose_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_consent_user_id")),
        sa.ForeignKeyConstraint(
            ["purpose_id", "body_id"],
            ["purpose_text.id", "purpose_text.body_id"],
            name=op.f("fk_consent_purpose_id_body_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("user_id", "purpose_id", name=op.f("uq_consent_user_id_purpose_id")),
    )
    op.create_index(op.f("ix_consent_body_id"), "consent", ["body_id"])
    op.create_index(op.f("ix_consent_purpose_id"), "consent", ["purpose_id"])


def downgrade() -> None:
    op.drop_table("consent")
    op.drop_table("purpose_text")
