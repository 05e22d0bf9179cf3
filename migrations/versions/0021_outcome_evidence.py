"""Documents that show the amounts of outcomes; they only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_by_name", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_outcome_evidence_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id"], ["support_body.id"], name=op.f("fk_outcome_evidence_body_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["outcome_report.id"], name=op.f("fk_outcome_evidence_report_id")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["user.id"], name=op.f("fk_outcome_evidence_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_evidence")),
    )
    op.create_index(op.f("ix_outcome_evidence_meeting_id"), "outcome_evidence", ["meeting_id"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER outcome_evidence_no_{verb.lower()} BEFORE {verb} ON outcome_evidence "
                "BEGIN SELECT RAISE(ABORT, 'outcome_evidence is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER outcome_evidence_append_only BEFORE UPDATE OR DELETE ON outcome_evidence "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("outcome_evidence")
