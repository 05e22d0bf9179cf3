"""A second factor for staff: the setting of a body, apps, recovery codes, half sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

RULES = ("off", "offered", "required")


def upgrade() -> None:
    rule = sa.Enum(*RULES, name="secondfactorrule", native_enum=False, length=32)
    op.add_column(
        "support_body", sa.Column("second_factor", rule, server_default="offered", nullable=False)
    )
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_recovery_code_user_id_code_hash")),
    )
    op.create_table(
        "half_sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_half_sign_in_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_half_sign_in")),
    )
    op.create_index(op.f("ix_half_sign_in_user_id"), "half_sign_in", ["user_id"])


def downgrade() -> None:
    op.drop_table("half_sign_in")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_column("support_body", "second_factor")
