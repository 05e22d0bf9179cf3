"""Whose rows exist for a transaction on PostgreSQL, table by table: row-level security.

A body finds the rows that it keeps, and for reading those that are lent to it, each way under its name.
A policy that names a table is itself held to the policies of that table, so they must not go round in
circles: companies' things and needs lead to meetings and participants, these to the hosts of events.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sme_match.db.row_security import ANY_SCOPE, EVERYTHING, IN_SCOPE, OWN, Policies, Policy, own

_IN_SCOPE = f"body_id = ANY ({IN_SCOPE})"
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
"""Tables of which nobody reads or writes another body's rows."""
UNDER_NONE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("half_sign_in", "recovery_code", "second_factor", "signed_link", "user", "user_session"),
            "read to learn who asks: before that no body is known",
        ),
        **dict.fromkeys(
            ("company_share", "event_host", "need_share"),
            "say what is lent, and to whom: the policies of the other tables read them",
        ),
        "audit_entry": "also written before anybody is known; its newest number, whosever it is,"
        " tells every process what it must read again",
        "booking_cell": "a company is taken at a time, whichever body arranged it; no word is in it",
        "outbox_mail": "written to people of other bodies, and read by the job that sends it",
        "word_entry": "one thesaurus for all bodies, who decide on each other's proposals",
    }
)
"""Tables of bodies' records under no policy, and why; keys, conditions and the crawler hold there."""

_OF_EVENT = (
    "event_candidate", "event_day", "event_placement", "event_slot", "timetable_change",
    "timetable_run",
)  # fmt: skip
_ANY_HOST = f"EXISTS (SELECT FROM event_host h WHERE h.event_id = {{event}} AND h.{_IN_SCOPE})"
_BODY_OF_COMPANY = "SELECT c.body_id FROM company c WHERE c.id = {company}"
_TAKING_PART = (
    "EXISTS (SELECT FROM event_participant p JOIN event_host h ON h.event_id = p.event_id"
    f" WHERE p.company_id = {{company}} AND h.{_IN_SCOPE})"
)


def _of_company(table: str) -> tuple[Policy, ...]:
    company = f"{table}.company_id"
    return (
        # Looked up row by row: the database would else make a table of all companies of the body.
        own(f"({_BODY_OF_COMPANY.format(company=company)}) = ANY ({IN_SCOPE})"),
        Policy(
            "shared",
            f"EXISTS (SELECT FROM company_share s WHERE s.company_id = {company}"
            f" AND s.withdrawn_at IS NULL AND s.{_IN_SCOPE})",
        ),
        Policy("taking_part", _TAKING_PART.format(company=company)),
        Policy("met", f"EXISTS (SELECT FROM meeting m WHERE {company} IN (m.company_id, m.buyer_id))"),
    )


def _child(parent: str, column: str) -> tuple[Policy]:
    """Let rows be there where the record is on which they hang."""
    return (own(f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {column})"),)


ROW_POLICIES: Policies = {
    **{table: (own(OWN),) for table in STRICTLY_OWN},
    # Records of one firm at several bodies are compared, and locked in order when it is booked.
    "company": (
        own(OWN),
        Policy("compared", ANY_SCOPE),
        Policy("locked", ANY_SCOPE, "UPDATE", check=f"{EVERYTHING} OR {OWN}"),
    ),
    **{table: _of_company(table) for table in ("capability", "certificate", "contact")},
    # Whom one body must not bring together, another must not either: an exclusion means the firm.
    "exclusion": (own(OWN), Policy("compared", ANY_SCOPE)),
    "need": (
        own(OWN),
        Policy(
            "shared",
            "EXISTS (SELECT FROM need_share s WHERE s.need_id = need.id"
            f" AND s.withdrawn_at IS NULL AND s.{_IN_SCOPE})",
        ),
        Policy("offered_at_event", _TAKING_PART.format(company="need.buyer_id")),
        Policy("met_about", "EXISTS (SELECT FROM meeting m WHERE m.need_id = need.id)"),
    ),
    "need_condition": (
        own(f"EXISTS (SELECT FROM need n WHERE n.id = need_condition.need_id AND n.{_IN_SCOPE})"),
        Policy("of_lent_need", "EXISTS (SELECT FROM need n WHERE n.id = need_condition.need_id)"),
    ),
    "watch": (own(f'EXISTS (SELECT FROM "user" u WHERE u.id = watch.user_id AND u.{_IN_SCOPE})'),),
    # The meetings of a common event rest on the proposals of all hosts.
    "proposal": (
        own(OWN),
        Policy("at_event", _TAKING_PART.format(company="proposal.company_id")),
        Policy("met_at_event", _TAKING_PART.format(company="proposal.company_id"), "UPDATE"),
    ),
    "proposal_decision": (
        own(
            "EXISTS (SELECT FROM proposal p WHERE p.id = proposal_decision.proposal_id"
            f" AND p.{_IN_SCOPE})"
        ),
    ),
    # The hosts of an event work in it together.
    "event": (own(f"({OWN} OR {_ANY_HOST.format(event='event.id')})"),),
    "event_participant": (own(_ANY_HOST.format(event="event_participant.event_id")),),
    "meeting": (own(f"({OWN} OR {_ANY_HOST.format(event='meeting.event_id')})"),),
    **{table: _child("event", f"{table}.event_id") for table in _OF_EVENT},
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
