"""Who saw which record when."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KINDS = ("page", "file", "link")
SUBJECTS = ("company", "need", "meeting", "event", "user", "register")


def upgrade() -> None:
    op.create_table(
        "access_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("reader", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column(
            "kind", sa.Enum(*KINDS, name="accesskind", native_enum=False, length=32), nullable=False
        ),
        sa.Column("page", sa.String(length=64), nullable=False),
        sa.Column(
            "subject", sa.Enum(*SUBJECTS, name="subject", native_enum=False, length=32), nullable=False
        ),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["support_body.id"], name=op.f("fk_access_entry_body_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_access_entry_user_id")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["signed_link.id"], name=op.f("fk_access_entry_link_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entry")),
    )
    for columns in (["body_id", "at"], ["subject", "subject_id", "at"], ["user_id"], ["link_id"]):
        op.create_index(op.f(f"ix_access_entry_{'_'.join(columns)}"), "access_entry", columns)


def downgrade() -> None:
    op.drop_table("access_entry")
