"""Changes of the thesaurus that bodies propose."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_LIST = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "word_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change", _choice("wordchange", "new", "add", "remove"), nullable=False),
        sa.Column("concept_code", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            _choice("wordkind", "process", "material", "machine", "certificate", "trade"),
            nullable=False,
        ),
        sa.Column("ja", _LIST, nullable=False),
        sa.Column("en", _LIST, nullable=False),
        sa.Column("broader", _LIST, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("example", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            _choice("wordstate", "proposed", "accepted", "rejected", "withdrawn"),
            nullable=False,
        ),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_body_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["support_body.id"], name=op.f("fk_word_entry_body_id_support_body")
        ),
        sa.ForeignKeyConstraint(
            ["decided_body_id"],
            ["support_body.id"],
            name=op.f("fk_word_entry_decided_body_id_support_body"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user.id"], name=op.f("fk_word_entry_decided_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["user.id"], name=op.f("fk_word_entry_proposed_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_entry")),
    )
    op.create_index(op.f("ix_word_entry_state_proposed_at"), "word_entry", ["state", "proposed_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_word_entry_state_proposed_at"), table_name="word_entry")
    op.drop_table("word_entry")
