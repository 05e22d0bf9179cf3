"""Runs that learn the points of the score from a body's decisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_IN_USE = "used_from IS NOT NULL AND used_until IS NULL"


def upgrade() -> None:
    op.create_table(
        "training_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("engine_version", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column(
            "points",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("ndcg_fixed", sa.Double(), nullable=True),
        sa.Column("ndcg_learned", sa.Double(), nullable=True),
        sa.Column("may_be_used", sa.Boolean(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_by", sa.Integer(), nullable=True),
        sa.Column("used_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "used_from IS NULL OR may_be_used", name=op.f("ck_training_run_used_only_when_better")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["support_body.id"], name=op.f("fk_training_run_body_id")),
        sa.ForeignKeyConstraint(["ran_by"], ["user.id"], name=op.f("fk_training_run_ran_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_run")),
    )
    op.create_index(op.f("ix_training_run_body_id_ran_at"), "training_run", ["body_id", "ran_at"])
    op.create_index(
        "uq_training_run_in_use",
        "training_run",
        ["body_id"],
        unique=True,
        sqlite_where=sa.text(_IN_USE),
        postgresql_where=sa.text(_IN_USE),
    )


def downgrade() -> None:
    op.drop_table("training_run")
