"""The facts of each body, kept in the process and brought up to date record by record.

Every change writes an entry that names its record into the audit log, in its own transaction. The
entries since the last look tell which needs are touched, and only these are read again, with all their
proposals and meetings; what cannot be traced to a need, or touches too many, has everything read again.
So there is no time for which something outdated is shown: what is kept is what a fresh count gives.

On PostgreSQL an entry may be committed after one with a higher number. Numbers that are missing are
therefore asked for again, for as long as a transaction may take.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Engine,
    Select,
    bindparam,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

from sme_match.audit.kept import remembered_newest
from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Actor
from sme_match.matching.models import Proposal
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.statistics.facts import Facts, facts_of
from sme_match.statistics.queries import count_companies, load_records

Bind = Engine | Connection
Subjects = Mapping[str, set[int]]
T = TypeVar("T")

LONGEST_TRANSACTION = timedelta(hours=1)
MOST_NEEDS = 500
"""So many needs are read again by their ids; beyond that, everything."""
MOST_ENTRIES = 5_000
MOST_FIGURES = 100
_UNRELATED = frozenset(
    {
        "user",
        "support_body",
        "word_entry",
        "training_run",
        "capability",
        "notification",
        "saved_view",
        "year_target",
        "closed_year",
    }
)
"""What no figure is counted from."""


def _all(facts: Facts) -> object:
    return facts


@dataclass(slots=True, eq=False)
class Kept:
    """The facts of a body as of an entry of the log, and the figures counted from them."""

    facts: Facts
    newest: int
    missing: Mapping[int, datetime]
    """Numbers below the newest that no entry had yet, and since when they are waited for."""
    _figures: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    """Held while the figures are looked up or copied: requests run in threads."""

    def figures(
        self, key: Hashable, count: Callable[[Facts], T], *, basis: Callable[[Facts], object] = _all
    ) -> T:
        """Return figures that were counted from these very facts, counting them the first time.

        They stay for as long as their `basis` is the same: what they are counted from, or what changes
        whenever they may.
        """
        with self._lock:
            found: tuple[object, object, T] | None = self._figures.get(key)
        if found is None:
            # Without the lock: others need not wait for a count, and two equal ones do no harm.
            found = basis, basis(self.facts), count(self.facts)
            with self._lock:
                self._figures[key] = found
                while len(self._figures) > MOST_FIGURES:
                    self._figures.popitem(last=False)
        return found[2]

    def followed_by(self, facts: Facts, newest: int, missing: Mapping[int, datetime]) -> "Kept":
        """Return the facts of a later entry with the figures whose basis is still the same."""
        with self._lock:
            known = list(self._figures.items())
        figures = OrderedDict((key, found) for key, found in known if found[0](facts) == found[1])
        return Kept(facts, newest, missing, figures)


_ENTRIES = (
    select(AuditEntry.id, AuditEntry.subject_type, AuditEntry.subject_id)
    .where(
        or_(
            AuditEntry.id >= bindparam("newest"),
            AuditEntry.id.in_(bindparam("missing", expanding=True)),
        )
    )
    .order_by(AuditEntry.id)
    .limit(MOST_ENTRIES + 1)
)
"""The newest entry that is known comes with the later ones: it shows that this is the same log."""
_LOCK = Lock()
_KEPT: WeakKeyDictionary[Bind, dict[int, Kept]] = WeakKeyDictionary()


def recall_facts(session: Session, actor: Actor, *, now: datetime) -> Kept:
    """Return the facts of the actor's body as the session sees them.

    Sessions for reading have an engine of their own. What a session for writing sees may yet be rolled
    back, so that it is not kept.
    """
    bind, body_id = session.get_bind(), actor.body_id or 0
    if not bind.get_execution_options().get("read_only"):
        return _read_all(session, actor, now=now)
    with _LOCK:
        known = _KEPT.setdefault(bind, {}).get(body_id)
    kept = (
        _read_all(session, actor, now=now)
        if known is None
        else _brought_up(session, actor, known, now=now)
    )
    if kept is not known:
        with _LOCK:
            _KEPT[bind][body_id] = kept
    return kept


def _read_all(session: Session, actor: Actor, *, now: datetime) -> Kept:
    # The numbers are read first: what is committed in between is only read twice.
    latest = select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(MOST_ENTRIES)
    seen = session.scalars(latest).all()
    newest = seen[0] if seen else 0
    missing = set(range(max(1, newest - MOST_ENTRIES + 1), newest)).difference(seen)
    return Kept(facts_of(load_records(session, actor)), newest, dict.fromkeys(missing, now))


def _brought_up(session: Session, actor: Actor, known: Kept, *, now: datetime) -> Kept:
    if remembered_newest(session) == known.newest and not known.missing:
        return known
    since_then = {"newest": known.newest, "missing": list(known.missing)}
    found = session.connection().execute(_ENTRIES, since_then).all()
    entries = [entry for entry in found if entry.id != known.newest]
    # Another database under the same name, as after a restored backup, or a very large change.
    if len(found) > MOST_ENTRIES or (known.newest and len(entries) == len(found)):
        return _read_all(session, actor, now=now)
    if not entries:
        return known
    seen = {entry.id for entry in entries}
    newest = max(seen | {known.newest})
    since = {**known.missing, **dict.fromkeys(range(known.newest + 1, newest), now)}
    missing = {
        number: first
        for number, first in since.items()
        if number not in seen and first > now - LONGEST_TRANSACTION
    }
    subjects: defaultdict[str, set[int]] = defaultdict(set)
    for _number, kind, subject_id in entries:
        subjects[kind].add(subject_id)
    touched = _touched(session, actor.body_id or 0, subjects)
    if touched is None or len(touched) > MOST_NEEDS:
        return _read_all(session, actor, now=now)
    facts = known.facts
    if touched:
        part = facts_of(load_records(session, actor, need_ids=touched))
        facts = facts.replaced(touched, part)
    if "company" in subjects:
        facts = replace(facts, companies=count_companies(session, actor))
    return known.followed_by(facts, newest, missing)


def _touched(session: Session, body_id: int, subjects: Subjects) -> set[int] | None:
    """Return the needs that changes of these records touch; None when that cannot be told."""
    of_event = {kind for kind in subjects if kind.startswith("event")}
    if subjects.keys() - of_event - _UNRELATED - {"need", "meeting", "outcome", "company"}:
        return None
    meetings = subjects.get("meeting", set()) | subjects.get("outcome", set())
    companies = subjects.get("company", set())
    if len(meetings) > MOST_NEEDS or len(companies) > MOST_NEEDS:
        return None
    found: Iterable[int] = ()
    if meetings or companies or of_event:
        asked = _select_touched(bool(meetings), bool(companies), bool(of_event))
        given = {"meetings": list(meetings), "companies": list(companies), "body": body_id}
        found = session.connection().scalars(asked, given)
    return subjects.get("need", set()) | set(found)


@cache
def _select_touched(by_meeting: bool, by_company: bool, by_event: bool) -> CompoundSelect[int]:  # noqa: FBT001 -- three kinds
    """Return a statement for the needs that these kinds of records belong to, made once."""
    asked: list[Select[int]] = []
    if by_meeting:
        meetings: BindParameter[int] = bindparam("meetings", expanding=True)
        asked.append(select(Meeting.need_id).where(Meeting.id.in_(meetings)))
    if by_company:
        companies: BindParameter[int] = bindparam("companies", expanding=True)
        asked += [
            select(Need.id).where(Need.buyer_id.in_(companies)),
            select(Proposal.need_id).where(Proposal.company_id.in_(companies)),
            select(Meeting.need_id).where(
                or_(Meeting.company_id.in_(companies), Meeting.buyer_id.in_(companies))
            ),
        ]
    if by_event:
        of_body = Meeting.body_id == bindparam("body")
        asked.append(select(Meeting.need_id).where(Meeting.event_id.is_not(None), of_body))
    return union(*asked)
