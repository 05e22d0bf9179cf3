"""Events with their participants, candidates, timetables and runs; booking cells of five minutes and lanes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CELLS_OF_A_QUARTER = 3


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("web", "in_person", "both", name="eventmode", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("venue", sa.String(length=200), nullable=False),
        sa.Column("desk_phone", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "preparing",
                "published",
                "ended",
                "cancelled",
                name="eventstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sme_call_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sme_call_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("buyer_answer_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=True),
        sa.Column("hosted_rooms", sa.Integer(), nullable=False),
        sa.Column("helpers", sa.Integer(), nullable=False),
        sa.Column("sme_limit", sa.Integer(), nullable=False),
        sa.Column("buyer_limit", sa.Integer(), nullable=True),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("candidates_per_need", sa.Integer(), nullable=False),
        sa.Column("skip_met", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("sme_call_from < sme_call_until", name=op.f("ck_event_call_in_order")),
        sa.CheckConstraint(
            "sme_limit >= 1 AND floor >= 0 AND floor <= sme_limit", name=op.f("ck_event_limits")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["support_body.id"], name=op.f("fk_event_body_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_event_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event") as table:
        table.create_index(table.f("ix_event_body_id"), ["body_id"], unique=False)

    op.create_table(
        "event_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("change_over_minutes", sa.Integer(), nullable=False),
        sa.Column("breaks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_event_day_opens_before_close")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_day_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_day")),
        sa.UniqueConstraint("event_id", "date", name=op.f("uq_event_day_event_id_date")),
    )
    op.create_table(
        "event_host",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["support_body.id"], name=op.f("fk_event_host_body_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_host_event_id")),
        sa.PrimaryKeyConstraint("event_id", "body_id", name=op.f("pk_event_host")),
    )
    with op.batch_alter_table("event_host") as table:
        table.create_index(table.f("ix_event_host_body_id"), ["body_id"], unique=False)

    op.create_table(
        "event_participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column(
            "side", sa.Enum("buyer", "sme", name="side", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "applied",
                "accepted",
                "refused",
                "withdrawn",
                "expired",
                name="participantstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("meeting_limit", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("attendee", sa.String(length=200), nullable=False),
        sa.Column("substitute", sa.String(length=200), nullable=False),
        sa.Column("day_phone", sa.String(length=20), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("web", "in_person", "both", name="eventmode", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "equipment",
            sa.Enum("own", "hosted_room", name="equipment", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("needs_helper", sa.Boolean(), nullable=False),
        sa.Column("pr_text", sa.String(length=500), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_proxy", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.String(length=300), nullable=False),
        sa.Column("connection_tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("lanes BETWEEN 1 AND 9", name=op.f("ck_event_participant_lanes")),
        sa.ForeignKeyConstraint(
            ["body_id"], ["support_body.id"], name=op.f("fk_event_participant_body_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_event_participant_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_event_participant_contact_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user.id"], name=op.f("fk_event_participant_decided_by")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_participant_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_participant")),
        sa.UniqueConstraint(
            "event_id", "company_id", name=op.f("uq_event_participant_event_id_company_id")
        ),
    )
    with op.batch_alter_table("event_participant") as table:
        table.create_index(table.f("ix_event_participant_body_id"), ["body_id"], unique=False)
        table.create_index(table.f("ix_event_participant_company_id"), ["company_id"], unique=False)

    op.create_table(
        "event_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_event_slot_starts_before_end")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_slot_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_slot")),
        sa.UniqueConstraint("event_id", "starts_at", name=op.f("uq_event_slot_event_id_starts_at")),
    )
    op.create_table(
        "timetable_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "place",
                "move",
                "unplace",
                "swap",
                "lock",
                "unlock",
                "apply",
                "backfill",
                "undo",
                "redo",
                name="changekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changer_name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user.id"], name=op.f("fk_timetable_change_changed_by")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_timetable_change_event_id")),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["timetable_change.id"], name=op.f("fk_timetable_change_undoes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_change")),
    )
    with op.batch_alter_table("timetable_change") as table:
        table.create_index(table.f("ix_timetable_change_event_id_id"), ["event_id", "id"], unique=False)

    op.create_table(
        "event_avoidance",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_event_avoidance_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["event_participant.id"], name=op.f("fk_event_avoidance_participant_id")
        ),
        sa.PrimaryKeyConstraint("participant_id", "company_id", name=op.f("pk_event_avoidance")),
    )
    op.create_table(
        "event_unavailable_slot",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["event_participant.id"],
            name=op.f("fk_event_unavailable_slot_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["event_slot.id"], name=op.f("fk_event_unavailable_slot_slot_id")
        ),
        sa.PrimaryKeyConstraint("participant_id", "slot_id", name=op.f("pk_event_unavailable_slot")),
    )
    with op.batch_alter_table("event_unavailable_slot") as table:
        table.create_index(table.f("ix_event_unavailable_slot_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "timetable_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=10), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("fresh", "repair", name="runkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "stopped",
                "failed",
                name="runstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("best", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("meetings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("unmet", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("causes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wished_by", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["timetable_change.id"], name=op.f("fk_timetable_run_change_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_timetable_run_event_id")),
        sa.ForeignKeyConstraint(["wished_by"], ["user.id"], name=op.f("fk_timetable_run_wished_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_run")),
    )
    with op.batch_alter_table("timetable_run") as table:
        table.create_index(table.f("ix_timetable_run_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column("sme_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "matching", "sme", "buyer", "body", name="candidateorigin", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("similarity", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("sme_rank", sa.Integer(), nullable=True),
        sa.Column("sme_reason", sa.String(length=300), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("must", "want", "no", name="buyeranswer", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["event_participant.id"], name=op.f("fk_event_candidate_buyer_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_candidate_event_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_event_candidate_need_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_event_candidate_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["sme_id"], ["event_participant.id"], name=op.f("fk_event_candidate_sme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_candidate")),
        sa.UniqueConstraint("buyer_id", "sme_id", name=op.f("uq_event_candidate_buyer_id_sme_id")),
    )
    with op.batch_alter_table("event_candidate") as table:
        table.create_index(
            table.f("ix_event_candidate_event_id_kept"), ["event_id", "kept"], unique=False
        )
        table.create_index(table.f("ix_event_candidate_need_id"), ["need_id"], unique=False)
        table.create_index(table.f("ix_event_candidate_sme_id"), ["sme_id"], unique=False)

    op.create_table(
        "event_placement",
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column("buyer_lane", sa.Integer(), nullable=False),
        sa.Column("sme_id", sa.Integer(), nullable=False),
        sa.Column("sme_lane", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("buyer_here_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sme_here_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["event_participant.id"], name=op.f("fk_event_placement_buyer_id")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["event_candidate.id"], name=op.f("fk_event_placement_candidate_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_placement_event_id")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_event_placement_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["event_slot.id"], name=op.f("fk_event_placement_slot_id")
        ),
        sa.ForeignKeyConstraint(
            ["sme_id"], ["event_participant.id"], name=op.f("fk_event_placement_sme_id")
        ),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_event_placement")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_event_placement_meeting_id")),
        sa.UniqueConstraint(
            "slot_id",
            "buyer_id",
            "buyer_lane",
            name=op.f("uq_event_placement_slot_id_buyer_id_buyer_lane"),
        ),
        sa.UniqueConstraint(
            "slot_id", "sme_id", "sme_lane", name=op.f("uq_event_placement_slot_id_sme_id_sme_lane")
        ),
    )
    with op.batch_alter_table("event_placement") as table:
        table.create_index(table.f("ix_event_placement_event_id"), ["event_id"], unique=False)

    _recut_cells(with_lanes=True)

    with op.batch_alter_table("meeting") as table:
        table.add_column(sa.Column("event_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("company_lane", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("buyer_lane", sa.Integer(), nullable=False, server_default="1"))
        table.create_index(table.f("ix_meeting_event_id"), ["event_id"], unique=False)
        table.create_foreign_key(table.f("fk_meeting_event_id"), "event", ["event_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("meeting") as table:
        table.drop_constraint(table.f("fk_meeting_event_id"), type_="foreignkey")
        table.drop_index(table.f("ix_meeting_event_id"))
        table.drop_column("buyer_lane")
        table.drop_column("company_lane")
        table.drop_column("event_id")

    _recut_cells(with_lanes=False)

    with op.batch_alter_table("event_placement") as table:
        table.drop_index(table.f("ix_event_placement_event_id"))

    op.drop_table("event_placement")
    with op.batch_alter_table("event_candidate") as table:
        table.drop_index(table.f("ix_event_candidate_sme_id"))
        table.drop_index(table.f("ix_event_candidate_need_id"))
        table.drop_index(table.f("ix_event_candidate_event_id_kept"))

    op.drop_table("event_candidate")
    with op.batch_alter_table("timetable_run") as table:
        table.drop_index(table.f("ix_timetable_run_event_id"))

    op.drop_table("timetable_run")
    with op.batch_alter_table("event_unavailable_slot") as table:
        table.drop_index(table.f("ix_event_unavailable_slot_slot_id"))

    op.drop_table("event_unavailable_slot")
    op.drop_table("event_avoidance")
    with op.batch_alter_table("timetable_change") as table:
        table.drop_index(table.f("ix_timetable_change_event_id_id"))

    op.drop_table("timetable_change")
    op.drop_table("event_slot")
    with op.batch_alter_table("event_participant") as table:
        table.drop_index(table.f("ix_event_participant_company_id"))
        table.drop_index(table.f("ix_event_participant_body_id"))

    op.drop_table("event_participant")
    with op.batch_alter_table("event_host") as table:
        table.drop_index(table.f("ix_event_host_body_id"))

    op.drop_table("event_host")
    op.drop_table("event_day")
    with op.batch_alter_table("event") as table:
        table.drop_index(table.f("ix_event_body_id"))

    op.drop_table("event")


def _recut_cells(*, with_lanes: bool) -> None:
    """Write the table of cells anew: a quarter of an hour becomes three cells, or the other way round.

    Whatever a meeting held it holds still; going back, lanes fall together and quarters widen.
    """
    op.rename_table("booking_cell", "booking_cell_before")
    # Constraint and index names are shared by all tables of a PostgreSQL schema.
    if op.get_bind().dialect.name == "postgresql":
        for kind, name in (
            ("CONSTRAINT", "pk_booking_cell"),
            ("CONSTRAINT", "fk_booking_cell_company_id"),
            ("CONSTRAINT", "fk_booking_cell_meeting_id"),
        ):
            op.execute(f"ALTER TABLE booking_cell_before DROP {kind} {name}")
    op.drop_index("ix_booking_cell_meeting_id", "booking_cell_before")
    lane = [sa.Column("lane", sa.Integer(), autoincrement=False, nullable=False)]
    keys = ["company_id", "lane", "cell"] if with_lanes else ["company_id", "cell"]
    op.create_table(
        "booking_cell",
        sa.Column("company_id", sa.Integer(), nullable=False),
        *(lane if with_lanes else []),
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_booking_cell_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_booking_cell_meeting_id")
        ),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_booking_cell")),
    )
    if with_lanes:
        for part in range(CELLS_OF_A_QUARTER):
            op.execute(
                "INSERT INTO booking_cell (company_id, lane, cell, meeting_id) "  # noqa: S608 -- numbers
                f"SELECT company_id, 1, cell * {CELLS_OF_A_QUARTER} + {part}, meeting_id "
                "FROM booking_cell_before"
            )
    else:
        op.execute(
            "INSERT INTO booking_cell (company_id, cell, meeting_id) "  # noqa: S608 -- a number
            f"SELECT company_id, cell / {CELLS_OF_A_QUARTER}, MIN(meeting_id) "
            f"FROM booking_cell_before GROUP BY company_id, cell / {CELLS_OF_A_QUARTER}"
        )
    op.drop_table("booking_cell_before")
    op.create_index(op.f("ix_booking_cell_meeting_id"), "booking_cell", ["meeting_id"])
