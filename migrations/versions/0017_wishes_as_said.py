"""What an SME wished for as it said it; who decided about a participant stands in the audit log alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PARTICIPANT = sa.table("event_participant", sa.column("id", sa.Integer), sa.column("wishes", JSON))
CANDIDATE = sa.table(
    "event_candidate",
    sa.column("sme_id", sa.Integer),
    sa.column("need_id", sa.Integer),
    sa.column("sme_rank", sa.Integer),
    sa.column("sme_reason", sa.String),
)


def upgrade() -> None:
    with op.batch_alter_table("event_participant") as table:
        table.add_column(sa.Column("wishes", JSON, nullable=False, server_default="[]"))
        table.drop_constraint(op.f("fk_event_participant_decided_by"), type_="foreignkey")
        table.drop_column("decided_by")
        table.drop_column("decided_at")
    with op.batch_alter_table("event_participant") as table:
        table.alter_column("wishes", server_default=None)
    wished = sa.select(CANDIDATE).where(CANDIDATE.c.sme_rank.is_not(None))
    said: dict[int, list[dict[str, object]]] = {}
    for row in op.get_bind().execute(wished.order_by(CANDIDATE.c.sme_id, CANDIDATE.c.sme_rank)):
        if row.need_id is not None:
            said.setdefault(row.sme_id, []).append({"need": row.need_id, "reason": row.sme_reason})
    for sme_id, wishes in said.items():
        op.execute(PARTICIPANT.update().where(PARTICIPANT.c.id == sme_id).values(wishes=wishes))


def downgrade() -> None:
    with op.batch_alter_table("event_participant") as table:
        table.drop_column("wishes")
        table.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("decided_by", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_event_participant_decided_by"), "user", ["decided_by"], ["id"]
        )
