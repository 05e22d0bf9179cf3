"""All open needs matched again from the command line: here, and on a cluster with the same results."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Role
from sme_match.core.settings import Settings
from sme_match.db.session import Database
from sme_match.matching.batch import ask_group, list_groups, write_group
from sme_match.matching.corpus import load_corpus
from sme_match.matching.engine.shards import answer
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.models import MatchRun, Proposal
from sme_match.matching.services.deciding import Decision, decide_proposal
from sme_match.matching.services.running import match_need, terms_for
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW, Clock, skip_or_fail
from tests.factories import (
    make_actor,
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_condition,
    make_need,
)

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START = 60
WORK: tuple[tuple[str, str, list[str]], ...] = (
    ("turning", "SUS304の丸物、φ10から。±0.01mm", ["SUS304"]),
    ("sheet_metal", "ステンレスの曲げとTIG溶接、1個から", ["SUS304", "SUS316L"]),
    ("electroplating", "亜鉛メッキ、アルマイト処理", []),
    ("heat_treatment", "焼入れ、焼戻し", ["S45C"]),
    ("milling", "アルミ治具の5軸加工、航空機部品", ["A5052"]),
)
WANTED = ("SUS304の旋削", "溶接したステンレスの箱", "めっきとアルマイト", "航空機のアルミ部品", "金型")


def make_region(session: Session) -> SupportBody:
    """A body with companies that resemble each other, needs with conditions, and past decisions."""
    body = make_body(session)
    coordinator = make_actor(session, body, Role.COORDINATOR)
    for number in range(12):
        process, description, materials = WORK[number % len(WORK)]
        company = make_company(session, body, pr_text="試作に対応します。" * (number % 3))
        make_capability(
            session,
            company,
            process_code=process,
            description=description,
            materials=materials,
            lot_min=number,
        )
    buyer = make_buyer(session, body)
    needs = [make_need(session, buyer, title=title, description=title) for title in WANTED]
    for need in needs[:3]:
        make_condition(session, need, ConditionKind.LOT, level=ConditionLevel.MUST, number=5)
    make_need(session, buyer, state=NeedState.CLOSED)
    needs[0].process_code, needs[0].treatment = "turning", "焼入れ、めっき"
    match_need(session, coordinator, need_id=needs[0].id, now=NOW)
    first, second, *_ = session.scalars(
        select(Proposal).where(Proposal.need_id == needs[0].id).order_by(Proposal.rank)
    )
    accept = Decision(state=ProposalState.ACCEPTED)
    reject = Decision(state=ProposalState.REJECTED, reason=RejectionReason.LOT)
    for proposal, decision in ((first, accept), (second, reject)):
        decide_proposal(
            session,
            coordinator,
            proposal_id=proposal.id,
            decision=decision,
            version=proposal.version,
            now=NOW,
        )
    return body


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["match", "run", *arguments])


def found(database: Database) -> tuple[list[Any], list[Any]]:
    """What the newest run of each need found, without its number and time; then blot it out."""
    newest = select(func.max(MatchRun.id)).group_by(MatchRun.need_id)
    with database.unit_of_work() as session:
        runs = session.execute(
            select(
                MatchRun.need_id,
                MatchRun.settings,
                MatchRun.index_size,
                MatchRun.excluded,
                MatchRun.near_misses,
                MatchRun.relaxations,
                MatchRun.barred,
                MatchRun.chains,
            )
            .where(MatchRun.id.in_(newest))
            .order_by(MatchRun.need_id)
        ).all()
        proposals = session.execute(
            select(
                Proposal.need_id,
                Proposal.rank,
                Proposal.company_id,
                Proposal.score,
                Proposal.confidence,
                Proposal.musts_failed,
                Proposal.musts_unknown,
                Proposal.explanation,
                Proposal.state,
            )
            .where(Proposal.run_id.in_(newest))
            .order_by(Proposal.need_id, Proposal.rank)
        ).all()
        session.execute(update(Proposal).values(rank=99, score=0, explanation={}))
    return [tuple(row) for row in runs], [tuple(row) for row in proposals]


def test_open_needs_are_matched_and_recorded_once_each(app: Flask, database: Database) -> None:
    with database.unit_of_work() as session:
        make_region(session)

    result = run(app, "--json")

    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert (report["bodies"], report["runs"], report["changed_meanwhile"]) == (1, len(WANTED), 0)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MatchRun)) == 1 + len(WANTED)
        written = session.scalars(
            select(AuditEntry.actor_role).where(AuditEntry.action == "need.match")
        ).all()
        assert sorted(written) == ["coordinator", *["system"] * len(WANTED)]
        states = session.scalars(select(Proposal.state)).all()
    assert {ProposalState.ACCEPTED, ProposalState.REJECTED, ProposalState.NEW} == set(states)


def test_only_the_body_that_is_named_is_matched(app: Flask, database: Database) -> None:
    with database.unit_of_work() as session:
        make_region(session)
        other = make_body(session)
        make_need(session, make_buyer(session, other))

    assert json.loads(run(app, "--json", "--body", str(other.id)).output)["runs"] == 1
    assert "There is no support body" in run(app, "--body", "無い機関").output


def test_an_answer_to_what_a_need_no_longer_says_is_not_recorded(session: Session) -> None:
    body = make_region(session)
    corpus = load_corpus(session, body_id=body.id)
    [ids] = list_groups(session, body_id=body.id)
    terms = terms_for(session, body.id, NOW)
    asked = ask_group(session, corpus, terms, ids)
    results = [answer(corpus.index, each.question, terms) for each in asked.values()]
    edited, closed, *_ = (session.get_one(Need, need_id) for need_id in ids)
    edited.title, closed.state = "別の題名", NeedState.CLOSED
    session.flush()

    written = write_group(session, make_actor(session, body), asked, results, now=NOW)

    assert (written.runs, written.changed) == (len(WANTED) - 2, 2)


def test_a_scheduler_that_is_not_there_is_named(app: Flask) -> None:
    if find_spec("distributed") is None:
        skip_or_fail("dask.distributed is not installed.")
    address = f"tcp://127.0.0.1:{free_port()}"
    result = run(app, "--scheduler", address)
    assert result.exit_code == 1
    assert f"No workers through {address}" in result.output


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, each a process of its own."""
    if find_spec("distributed") is None:
        skip_or_fail("dask.distributed is not installed.")
    folder, address = tmp_path_factory.mktemp("dask"), f"tcp://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    worker = ["worker", address, "--no-nanny", "--nthreads", "1", "--memory-limit", "1GB"]
    worker += ["--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(folder)]
    with ExitStack() as running:
        running.enter_context(
            dask("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", log=folder / "s")
        )
        for number in range(2):
            running.enter_context(dask(*worker, log=folder / str(number)))
        deadline = time.monotonic() + LONGEST_START
        logs = [folder / str(number) for number in range(2)]
        while not all("Registered to" in log.read_text() for log in logs):
            if time.monotonic() > deadline:
                pytest.fail("\n".join(log.read_text() for log in [folder / "s", *logs]))
            time.sleep(0.2)
        yield address


@contextmanager
def dask(kind: str, *arguments: str, log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=LONGEST_START)


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


@pytest.mark.parametrize("shards", [0, 3])
def test_a_cluster_finds_what_one_process_finds(
    *,
    app: Flask,
    clock: Clock,
    database: Database,
    settings: Settings,
    scheduler: str,
    shards: int,
) -> None:
    with database.unit_of_work() as session:
        make_region(session)
    clock.now = datetime.now(UTC)
    assert run(app).exit_code == 0
    here = found(database)
    assert all(row[-2] != {} for row in here[1])
    assert any(row[4] for row in here[0])
    assert any(row[-1].get("chains") for row in here[0])

    command = [sys.executable, "-m", "flask", "--app", "wsgi", "match", "run", "--json"]
    finished = subprocess.run(
        [*command, "--scheduler", scheduler, "--shards", str(shards)],
        cwd=ROOT,
        env=os.environ | {"SME_MATCH_ENV": "test", "DATABASE_URL": settings.database_url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["runs"] == len(WANTED)
    assert found(database) == here
