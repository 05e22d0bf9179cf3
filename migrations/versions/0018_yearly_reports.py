"""Targets of fiscal years, and the figures of years that were closed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "year_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("targets", _JSON, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["support_body.id"], name=op.f("fk_year_target_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_target")),
        sa.UniqueConstraint("body_id", "fiscal_year", name=op.f("uq_year_target_body_id_fiscal_year")),
    )
    op.create_table(
        "closed_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("figures", _JSON, nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_by_name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["support_body.id"], name=op.f("fk_closed_year_body_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["user.id"], name=op.f("fk_closed_year_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_year")),
        sa.UniqueConstraint(
            "body_id",
            "fiscal_year",
            "edition",
            name=op.f("uq_closed_year_body_id_fiscal_year_edition"),
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER closed_year_no_{verb.lower()} BEFORE {verb} ON closed_year "
                "BEGIN SELECT RAISE(ABORT, 'closed_year is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER closed_year_append_only BEFORE UPDATE OR DELETE ON closed_year "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("closed_year")
    op.drop_table("year_target")
