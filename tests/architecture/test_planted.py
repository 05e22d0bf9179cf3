"""The crawler finds each fault that is planted: what finds none in the service can find them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from flask import Flask, Response, abort, render_template_string, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.core.errors import NotFoundError
from sme_match.db.scope import reaching_every_body
from sme_match.db.session import Database
from sme_match.matching.models import Exclusion
from sme_match.needs.models import Need
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session, current_time
from tests.architecture.crawler import Crawl, Oracle, compare, crawl, read_all
from tests.architecture.region import Side, build_side
from tests.architecture.roles import ANYONE, ROLES
from tests.factories import make_user

OWN, FOREIGN = "自社側", "カナリア側"
PAGE = """<!doctype html><html lang="ja"><title>Planted</title><h1>Planted</h1>{{ said }}
<form method="post"><input type="hidden" name="company_id" value=""><button>OK</button></form></html>"""
STAFF = frozenset({Role.COORDINATOR, Role.LEAD})
staff = allow(*sorted(STAFF))


@dataclass(frozen=True)
class Fault:
    """A view that somebody forgot something in, where it stands, and who has to notice."""

    path: str
    view: Callable[..., ResponseReturnValue]
    found_by: Oracle


@staff
def read_any(company_id: int) -> str:
    company = current_session().get(Company, company_id)
    if company is None:
        raise NotFoundError
    return render_template_string(PAGE, said=company.phone)


@staff
def write_any(need_id: int) -> tuple[str, int]:
    # Otherwise PostgreSQL would have no such row.
    with reaching_every_body(current_session()):
        need = current_session().get(Need, need_id)
        if need is not None:
            need.description = "x"
            # Says nothing and looks like a refusal.
            current_session().commit()
    return "", 404


@staff
def search_all() -> str:
    text = request.args.get("q", "")
    query = select(Company.name).where(Company.name.contains(text))
    names = current_session().scalars(query).all() if text else []
    return render_template_string(PAGE, said=" ".join(names))


@staff
def count_all() -> str:
    number = current_session().scalar(select(func.count()).select_from(Company))
    return render_template_string(PAGE, said=number)


@staff
def take_from_form() -> str:
    if request.method == "POST" and (company_id := request.form.get("company_id")):
        body_id = current_actor().body_id or 0
        need = current_session().scalar(select(Need.id).where(Need.body_id == body_id))
        current_session().add(
            Exclusion(
                body_id=body_id, need_id=need, company_id=int(company_id), written_at=current_time(),
                withdrawn_at=current_time(),
            )
        )  # fmt: skip
    return render_template_string(PAGE, said="")


@public
def export() -> Response:
    return Response("id\n1\n", mimetype="text/csv")


@staff
def tell_that_it_exists(company_id: int) -> str:
    company = current_session().get(Company, company_id)
    if company is None:
        raise NotFoundError
    if company.body_id != current_actor().body_id:
        abort(403)
    return render_template_string(PAGE, said="")


@allow(*Role)
def for_everybody_signed_in() -> str:
    return render_template_string(PAGE, said="")


FAULTS = {
    "a record is read by its number": Fault("<int:company_id>", read_any, Oracle.FOREIGN),
    "a record is written and nothing said": Fault("<int:need_id>/x", write_any, Oracle.CHANGED),
    "a search looks through all bodies": Fault("search", search_all, Oracle.CANARY),
    "a count runs over all bodies": Fault("count", count_all, Oracle.INTERFERENCE),
    "a number in a form is believed": Fault("form", take_from_form, Oracle.REFERENCE),
    "an export asks for no sign-in": Fault("export.csv", export, Oracle.STRANGER),
    "403 tells what 404 hides": Fault("<int:company_id>", tell_that_it_exists, Oracle.EXISTENCE),
    "a role is not looked at": Fault("roles", for_everybody_signed_in, Oracle.ROLE),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_planted_fault_is_found_by_its_question(app: Flask, database: Database, name: str) -> None:
    fault = FAULTS[name]
    app.add_url_rule(f"/planted/{fault.path}", "planted", fault.view, methods=["GET", "POST"])
    with database.unit_of_work() as session:
        own, foreign = build_side(session, OWN), build_side(session, FOREIGN)
        own.users[Role.ADMINISTRATOR] = make_user(session, None, Role.ADMINISTRATOR)
    roles = {**ROLES, "planted": STAFF}
    plan = Crawl(
        app, database, own, foreign, canary=FOREIGN, roles=roles, anyone=ANYONE,
        endpoints=frozenset({"planted"}),
    )  # fmt: skip
    found = {finding.oracle for finding in crawl(plan)}
    again = replace(plan, findings=[], browsers={})
    before = read_all(again)
    with database.unit_of_work() as session:
        build_side(session, f"{FOREIGN}二", grown=foreign)
    found |= {finding.oracle for finding in compare(again, before, read_all(again))}
    assert fault.found_by in found


def test_there_is_a_fault_for_every_question() -> None:
    assert {fault.found_by for fault in FAULTS.values()} == set(Oracle)


def test_a_view_without_fault_is_left_in_peace(app: Flask, database: Database) -> None:
    @staff
    def own_alone(company_id: int) -> str:
        company = current_session().get(Company, company_id)
        if company is None or company.body_id != current_actor().body_id:
            raise NotFoundError
        return render_template_string(PAGE, said=company.name)

    app.add_url_rule("/planted/<int:company_id>", "planted", own_alone)
    with database.unit_of_work() as session:
        sides: tuple[Side, Side] = build_side(session, OWN), build_side(session, FOREIGN)
    plan = Crawl(
        app, database, *sides, canary=FOREIGN, roles={**ROLES, "planted": STAFF}, anyone=ANYONE,
        endpoints=frozenset({"planted"}),
    )  # fmt: skip
    assert crawl(plan) == []
