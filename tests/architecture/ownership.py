"""Whose the rows of each table are, and which references may lead to another body's records."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Table

from sme_match.schema import METADATA

OWN = frozenset(
    {
        "access_entry", "audit_entry", "closed_year", "company", "consent", "event",
        "event_participant", "exclusion", "follow_up", "match_run", "meeting", "need",
        "outbox_mail", "outcome", "outcome_evidence", "proposal", "purpose_text", "register_import",
        "retention_setting", "saved_view", "signed_link", "training_run", "user", "word_entry",
        "year_target",
    }
)  # fmt: skip
"""Carry the body that keeps them; none where administrators keep them for the installation."""
GRANTS: Mapping[str, str] = MappingProxyType(
    {"company_share": "company_id", "need_share": "need_id", "event_host": "event_id"}
)
"""Hang on what is shared, and name in `body_id` the one receiver; withdrawn rows grant nothing."""
CHILDREN: Mapping[str, str] = MappingProxyType(
    {
        "booking_cell": "meeting_id",
        "capability": "company_id",
        "certificate": "company_id",
        "contact": "company_id",
        "event_avoidance": "participant_id",
        "event_candidate": "event_id",
        "event_day": "event_id",
        "event_placement": "event_id",
        "event_slot": "event_id",
        "event_unavailable_slot": "participant_id",
        "half_sign_in": "user_id",
        "meeting_offer": "meeting_id",
        "meeting_reply": "meeting_id",
        "need_condition": "need_id",
        "offer_answer": "offer_id",
        "outcome_report": "meeting_id",
        "proposal_decision": "proposal_id",
        "recovery_code": "user_id",
        "second_factor": "user_id",
        "timetable_change": "event_id",
        "timetable_run": "event_id",
        "user_session": "user_id",
        "watch": "need_id",
    }
)
"""The column with the one record that a row hangs on."""
OF_ALL = frozenset(
    {
        "attempt_counter", "audit_seal", "lease", "official_series", "official_value", "sent_form",
        "support_body",
    }
)  # fmt: skip
"""Of the installation: they say nothing of a body's records."""

SHARED = "may be another body's company that is shared with this one"
CO_HOSTED = "the event may be run together with other hosts, whose records meet there"
WHO = "says who did it; a person may change the body, what was done stays where it is"
LAWFUL: Mapping[str, str] = MappingProxyType(
    {
        "exclusion.company_id": SHARED,
        "proposal.company_id": SHARED,
        "signed_link.company_id": SHARED,
        "meeting.company_id": SHARED,
        "meeting.buyer_id": CO_HOSTED,
        "meeting.need_id": CO_HOSTED,
        "meeting.proposal_id": CO_HOSTED,
        "meeting.event_id": CO_HOSTED,
        "access_entry.user_id": WHO,
        "access_entry.link_id": "says which link it was; the number goes when the link is forgotten",
        "audit_entry.user_id": WHO,
        "closed_year.closed_by": WHO,
        "event.created_by": WHO,
        "consent.user_id": WHO,
        "exclusion.written_by": WHO,
        "match_run.ran_by": WHO,
        "meeting.created_by": WHO,
        "need.owner_id": WHO,
        "outcome_evidence.added_by": WHO,
        "proposal.decided_by": WHO,
        "purpose_text.published_by": WHO,
        "register_import.created_by": WHO,
        "register_import.waiting_for": WHO,
        "saved_view.user_id": WHO,
        "training_run.ran_by": WHO,
        "word_entry.decided_by": WHO,
        "word_entry.proposed_by": WHO,
    }
)


def links(table: Table) -> dict[str, str]:
    """The references of a table to one record each: column to table."""
    return {
        key.parent.name: key.column.table.name
        for constraint in table.foreign_key_constraints
        for key in constraint.elements
        if len(constraint.elements) == 1
    }


def bound(table: Table) -> list[tuple[str, ForeignKeyConstraint]]:
    """The references that carry the body: column and constraint."""
    pairs = [each for each in table.foreign_key_constraints if len(each.elements) > 1]
    return [(each.elements[0].parent.name, each) for each in pairs]


Rows = Mapping[str, Sequence[Mapping[Any, Any]]]


def owners_of_rows(
    tables: Rows,
) -> tuple[dict[str, list[int | None]], list[tuple[frozenset[int | None], str]]]:
    """Return the body of every row, and the references whose ends are of different bodies."""
    owners: dict[str, list[int | None]] = {}

    def find(name: str) -> list[int | None]:
        if name in owners or name not in tables:
            return owners.get(name, [])
        if name in OF_ALL:
            owners[name] = [None] * len(tables[name])
        elif name in OWN:
            owners[name] = [row["body_id"] for row in tables[name]]
        else:
            column = {**GRANTS, **CHILDREN}[name]
            parents = of_ids(links(METADATA.tables[name])[column])
            owners[name] = [parents[row[column]] for row in tables[name]]
        return owners[name]

    def of_ids(name: str) -> dict[Any, int | None]:
        (key,) = METADATA.tables[name].primary_key.columns.keys()
        return dict(zip((row[key] for row in tables[name]), find(name), strict=True))

    crossing = []
    for name, rows in tables.items():
        find(name)
        for column, parent in links(METADATA.tables[name]).items():
            if parent not in OWN | CHILDREN.keys() or parent not in tables:
                continue
            others = of_ids(parent)
            for row, owner in zip(rows, find(name), strict=True):
                other = others[row[column]] if row[column] is not None else None
                if None not in {owner, other} and owner != other:
                    crossing.append((frozenset({owner, other}), f"{name}.{column} {dict(row)}"))
    return owners, crossing
