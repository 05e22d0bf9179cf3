"""PostgreSQL shows and takes only the rows of the bodies that a transaction says it is for.

The owner of the tables is held to nothing: the release before signs in as the owner and goes on.
"""

from typing import NamedTuple

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

IN_SCOPE = "(SELECT string_to_array(nullif(current_setting('app.body', true), 'all'), ','))::int[]"
EVERYTHING = "(SELECT current_setting('app.body', true)) = 'all'"
ANY_SCOPE = "(SELECT current_setting('app.body', true)) <> ''"
OWN = f"body_id = ANY ({IN_SCOPE})"
STRICTLY_OWN = (
    "access_entry",
    "closed_year",
    "consent",
    "follow_up",
    "match_run",
    "outcome",
    "outcome_evidence",
    "purpose_text",
    "register_import",
    "retention_setting",
    "saved_view",
    "training_run",
    "year_target",
)


class Policy(NamedTuple):
    """One way to the rows of a table."""

    name: str
    condition: str
    commands: str = "SELECT"
    check: str = ""


def own(condition: str) -> Policy:
    return Policy("own", f"{EVERYTHING} OR {condition}", "ALL")


OF_EVENT = (
    "event_candidate", "event_day", "event_placement", "event_slot", "timetable_change",
    "timetable_run",
)  # fmt: skip
ANY_HOST = f"EXISTS (SELECT FROM event_host h WHERE h.event_id = {{event}} AND h.{OWN})"
_BODY_OF_COMPANY = "SELECT c.body_id FROM company c WHERE c.id = {company}"
TAKING_PART = (
    "EXISTS (SELECT FROM event_participant p JOIN event_host h ON h.event_id = p.event_id"
    f" WHERE p.company_id = {{company}} AND h.{OWN})"
)


def _of_company(table: str) -> tuple[Policy, ...]:
    company = f"{table}.company_id"
    return (
        own(f"({_BODY_OF_COMPANY.format(company=company)}) = ANY ({IN_SCOPE})"),
        Policy(
            "shared",
            f"EXISTS (SELECT FROM company_share s WHERE s.company_id = {company}"
            f" AND s.withdrawn_at IS NULL AND s.{OWN})",
        ),
        Policy("taking_part", TAKING_PART.format(company=company)),
        Policy("met", f"EXISTS (SELECT FROM meeting m WHERE {company} IN (m.company_id, m.buyer_id))"),
    )


def _child(parent: str, column: str) -> tuple[Policy]:
    return (own(f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {column})"),)


POLICIES: dict[str, tuple[Policy, ...]] = {
    **{table: (own(OWN),) for table in STRICTLY_OWN},
    "company": (
        own(OWN),
        Policy("compared", ANY_SCOPE),
        Policy("locked", ANY_SCOPE, "UPDATE", check=f"{EVERYTHING} OR {OWN}"),
    ),
    **{table: _of_company(table) for table in ("capability", "certificate", "contact")},
    "exclusion": (own(OWN), Policy("compared", ANY_SCOPE)),
    "need": (
        own(OWN),
        Policy(
            "shared",
            "EXISTS (SELECT FROM need_share s WHERE s.need_id = need.id"
            f" AND s.withdrawn_at IS NULL AND s.{OWN})",
        ),
        Policy("offered_at_event", TAKING_PART.format(company="need.buyer_id")),
        Policy("met_about", "EXISTS (SELECT FROM meeting m WHERE m.need_id = need.id)"),
    ),
    "need_condition": (
        own(f"EXISTS (SELECT FROM need n WHERE n.id = need_condition.need_id AND n.{OWN})"),
        Policy("of_lent_need", "EXISTS (SELECT FROM need n WHERE n.id = need_condition.need_id)"),
    ),
    "watch": (own(f'EXISTS (SELECT FROM "user" u WHERE u.id = watch.user_id AND u.{OWN})'),),
    "proposal": (
        own(OWN),
        Policy("at_event", TAKING_PART.format(company="proposal.company_id")),
        Policy("met_at_event", TAKING_PART.format(company="proposal.company_id"), "UPDATE"),
    ),
    "proposal_decision": (
        own(f"EXISTS (SELECT FROM proposal p WHERE p.id = proposal_decision.proposal_id AND p.{OWN})"),
    ),
    "event": (own(f"({OWN} OR {ANY_HOST.format(event='event.id')})"),),
    "event_participant": (own(ANY_HOST.format(event="event_participant.event_id")),),
    "meeting": (own(f"({OWN} OR {ANY_HOST.format(event='meeting.event_id')})"),),
    **{table: _child("event", f"{table}.event_id") for table in OF_EVENT},
    **{
        table: _child("event_participant", f"{table}.participant_id")
        for table in ("event_avoidance", "event_unavailable_slot")
    },
    **{
        table: _child("meeting", f"{table}.meeting_id")
        for table in ("meeting_offer", "meeting_reply", "outcome_report")
    },
    "offer_answer": _child("meeting_offer", "offer_answer.offer_id"),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for name, condition, commands, check in policies:
            using = f"FOR {commands} USING ({condition})" + (f" WITH CHECK ({check})" if check else "")
            op.execute(f"CREATE POLICY {name} ON {table} {using}")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, policies in POLICIES.items():
        for policy in policies:
            op.execute(f"DROP POLICY {policy.name} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
