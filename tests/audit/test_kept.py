"""Figures are kept exactly as long as nothing changes, and never longer than a minute."""

from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from sqlalchemy.orm import Session

from sme_match.audit import kept as module
from sme_match.audit.kept import KeptFigures
from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM
from sme_match.db.scope import EVERY_BODY
from sme_match.db.session import Database
from sme_match.schema import METADATA
from tests.conftest import NOW


def change_something(session: Session) -> None:
    record(session, SYSTEM, action="body.edit", subject=("body", 1), body_id=None, now=NOW)
    session.flush()


def test_a_figure_is_counted_once_while_nothing_changes(session: Session) -> None:
    figures, made = KeptFigures[int](), count(1)
    assert [figures.get(session, "key", lambda: next(made), now=NOW) for _ in range(3)] == [1, 1, 1]


def test_each_key_has_its_own_figure(session: Session) -> None:
    figures = KeptFigures[str]()
    assert [figures.get(session, key, partial(str, key), now=NOW) for key in "aba"] == ["a", "b", "a"]


def test_any_audited_change_makes_it_count_again(session: Session) -> None:
    figures, made = KeptFigures[int](), count(1)
    assert figures.get(session, "key", lambda: next(made), now=NOW) == 1
    change_something(session)
    assert figures.get(session, "key", lambda: next(made), now=NOW) == 2
    assert figures.get(session, "key", lambda: next(made), now=NOW) == 2


@pytest.mark.parametrize(
    ("later", "counted"),
    [(timedelta(seconds=29), 1), (timedelta(seconds=30), 2), (-timedelta(seconds=31), 2)],
)
def test_it_stands_until_the_minute_is_over(session: Session, later: timedelta, counted: int) -> None:
    figures, made = KeptFigures[int](), count(1)
    now = NOW + timedelta(seconds=30)
    figures.get(session, "key", lambda: next(made), now=now)
    assert figures.get(session, "key", lambda: next(made), now=now + later) == counted


def test_databases_do_not_share_figures(session: Session) -> None:
    figures, made = KeptFigures[int](), count(1)
    figures.get(session, "key", lambda: next(made), now=NOW)
    other = Database("sqlite://")
    METADATA.create_all(other.engine)
    with other.open_session(write=True, scope=EVERY_BODY) as elsewhere:
        assert figures.get(elsewhere, "key", lambda: next(made), now=NOW) == 2
    other.dispose()


def test_those_made_longest_ago_go_first(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    figures, made = KeptFigures[int](), count(1)
    first = [figures.get(session, key, lambda: next(made), now=NOW) for key in "abc"]
    again = [figures.get(session, key, lambda: next(made), now=NOW) for key in "cba"]
    assert (first, again) == ([1, 2, 3], [3, 2, 4])
