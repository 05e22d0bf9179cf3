"""Many records in few statements, as if they had come one by one."""

import pytest
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from sme_match.db.bulk import change_all, in_parts, insert_all, update_all
from sme_match.db.versions import FIRST_VERSION
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import make_body


def rows(*names: str) -> list[dict[str, object]]:
    common = {"name_en": "", "short_name": "", "prefecture_code": "03", "phone": "", "email": ""}
    return [common | {"name": name, "created_at": NOW} for name in names]


def test_ids_come_back_in_the_order_of_the_rows(session: Session) -> None:
    earlier = make_body(session)
    names = [f"機関{place:04}" for place in range(1500)]
    ids = insert_all(session, SupportBody, rows(*names))
    stored = [session.get_one(SupportBody, id_) for id_ in ids[:5] + ids[-5:]]
    assert [body.name for body in stored] == names[:5] + names[-5:]
    assert {body.version for body in stored} == {FIRST_VERSION}
    later = make_body(session)
    assert len({earlier.id, later.id, *ids}) == len(ids) + 2
    assert insert_all(session, SupportBody, []) == []


def test_a_change_of_many_counts_their_versions_up(session: Session) -> None:
    changed, kept = insert_all(session, SupportBody, rows("甲", "乙"))
    change_all(session, SupportBody, [changed], short_name="新")
    found = {id_: session.get_one(SupportBody, id_) for id_ in (changed, kept)}
    assert (found[changed].short_name, found[changed].version) == ("新", FIRST_VERSION + 1)
    assert (found[kept].short_name, found[kept].version) == ("", FIRST_VERSION)


def test_changed_records_are_written_together_and_their_versions_counted_up(session: Session) -> None:
    first, second, kept = (make_body(session) for _ in range(3))
    first.name, second.name, second.phone = "甲", "乙", "019-000-1111"
    update_all(session, SupportBody, [first, second, kept])
    assert (first.version, second.version, kept.version) == (2, 2, 1)
    session.expire_all()
    assert [(body.name, body.version) for body in (first, second)] == [("甲", 2), ("乙", 2)]
    assert (second.phone, kept.version) == ("019-000-1111", 1)


def test_records_that_somebody_else_changed_are_not_overwritten(session: Session) -> None:
    body = make_body(session)
    change_all(session, SupportBody, [body.id], short_name="新")
    body.name = "古い画面から"
    with pytest.raises(StaleDataError):
        update_all(session, SupportBody, [body])


def test_ids_are_named_once_each_in_parts() -> None:
    parts = list(in_parts([3, 1, 3, *range(12_000)]))
    assert max(map(len, parts)) <= 5_000
    assert [id_ for part in parts for id_ in part] == list(range(12_000))
