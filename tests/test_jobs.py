"""Of several schedulers one runs the jobs; when it stops or dies another one goes on."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from sme_match.core.settings import Settings
from sme_match.db.leases import Lease
from sme_match.db.session import Database
from sme_match.jobs import (
    JOBS,
    Context,
    Job,
    Rhythm,
    StepDetector,
    deliver_mails,
    new_owner,
    run_once,
    run_scheduler,
)
from sme_match.notifications.delivery import DeliveryReport
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import queue_mail
from tests.conftest import NOW, Clock

FAST = Rhythm(lease=timedelta(minutes=1), heartbeat=timedelta(milliseconds=20))
PATIENCE_SECONDS = 20
HOURLY = 3600


class Ticks:
    """A job that writes down who ran it, and a way to wait for that."""

    def __init__(self) -> None:
        self.owners: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, context: Context) -> None:
        with self._changed:
            self.owners.append(context.owner)
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[list[str]], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.owners), PATIENCE_SECONDS)


@contextmanager
def running(context: Context, *jobs: Job) -> Iterator[Callable[[], None]]:
    """Run a scheduler in a thread; gives the function that stops it."""
    stopping = threading.Event()
    thread = threading.Thread(
        target=run_scheduler, args=(context, jobs), kwargs={"stop": stopping, "rhythm": FAST}
    )

    def stop() -> None:
        stopping.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()

    thread.start()
    try:
        yield stop
    finally:
        stop()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


def make_context(database: Database, settings: Settings, clock: Clock, owner: str) -> Context:
    return Context(database=database, settings=settings, now_of=clock, owner=owner)


def holder(database: Database) -> str | None:
    with database.reading() as session:
        return session.scalar(select(Lease.owner))


def test_only_one_scheduler_runs_jobs_and_the_other_takes_over(
    database: Database, settings: Settings, clock: Clock
) -> None:
    ticks = Ticks()
    job = Job("tick", 0.01, ticks)

    with running(make_context(database, settings, clock, "first"), job) as stop_first:
        ticks.wait_for(lambda owners: len(owners) >= 1)
        with running(make_context(database, settings, clock, "second"), job) as stop_second:
            ticks.wait_for(lambda owners: len(owners) >= 20)
            assert set(ticks.owners) == {"first"}

            stop_first()
            count = len(ticks.owners)
            ticks.wait_for(lambda owners: len(owners) >= count + 3)
            stop_second()

    assert set(ticks.owners[:count]) == {"first"}
    assert set(ticks.owners[count:]) == {"second"}
    assert holder(database) is None


def test_schedulers_that_start_together_agree_on_one(
    database: Database, settings: Settings, clock: Clock
) -> None:
    ticks = Ticks()
    job = Job("tick", 0.01, ticks)
    one, two = (make_context(database, settings, clock, owner) for owner in ("one", "two"))

    with running(one, job), running(two, job):
        ticks.wait_for(lambda owners: len(owners) >= 20)
        assert set(ticks.owners) == {holder(database)}


def test_a_leader_that_died_is_followed_when_its_lease_has_run_out(
    database: Database, settings: Settings, clock: Clock
) -> None:
    with database.unit_of_work() as session:
        session.add(Lease(name="scheduler", owner="killed", until=NOW + timedelta(seconds=30)))
    ticks = Ticks()
    beats = Ticks()

    def now_of() -> datetime:
        beats(context)
        return clock()

    context = Context(database=database, settings=settings, now_of=now_of, owner="heir")
    with running(context, Job("tick", 0.01, ticks)):
        beats.wait_for(lambda owners: len(owners) >= 5)
        assert ticks.owners == []

        clock.now += timedelta(seconds=30)
        ticks.wait_for(lambda owners: len(owners) >= 1)


def test_a_failing_job_is_run_again_and_does_not_stop_the_others(
    database: Database, settings: Settings, clock: Clock
) -> None:
    attempts, others = Ticks(), Ticks()

    def fail(context: Context) -> None:
        attempts(context)
        raise RuntimeError("boom")

    jobs = (Job("fail", 0.01, fail), Job("other", 0.01, others))
    with running(make_context(database, settings, clock, "one"), *jobs):
        attempts.wait_for(lambda owners: len(owners) >= 3)
        others.wait_for(lambda owners: len(owners) >= 3)


def test_a_slow_job_is_not_started_twice(database: Database, settings: Settings, clock: Clock) -> None:
    finish, slow, others = threading.Event(), Ticks(), Ticks()

    def wait(context: Context) -> None:
        slow(context)
        assert finish.wait(PATIENCE_SECONDS)

    jobs = (Job("slow", 0.01, wait), Job("other", 0.01, others))
    with running(make_context(database, settings, clock, "one"), *jobs):
        slow.wait_for(lambda owners: len(owners) >= 1)
        others.wait_for(lambda owners: len(owners) >= 10)
        assert len(slow.owners) == 1
        finish.set()
        slow.wait_for(lambda owners: len(owners) >= 2)


def test_a_clock_set_back_does_not_silence_the_jobs(
    database: Database, settings: Settings, clock: Clock
) -> None:
    ticks = Ticks()

    with running(make_context(database, settings, clock, "one"), Job("tick", HOURLY, ticks)):
        ticks.wait_for(lambda owners: len(owners) >= 1)
        clock.now -= timedelta(hours=1)
        ticks.wait_for(lambda owners: len(owners) >= 2)


def test_small_corrections_and_steps_forward_are_no_step_back(clock: Clock) -> None:
    detector = StepDetector(clock)

    assert detector.was_set_back() is False
    clock.now -= timedelta(seconds=30)
    assert detector.was_set_back() is False
    clock.now += timedelta(hours=1)
    assert detector.was_set_back() is False
    clock.now -= timedelta(minutes=2)
    assert detector.was_set_back() is True
    assert detector.was_set_back() is False


SCHEDULER = """
import sys
from config import load_settings
from sme_match.db.session import Database
from sme_match.jobs import Context, Job, run_scheduler

settings = load_settings({"SME_MATCH_ENV": "test", "DATABASE_URL": sys.argv[1]})
tick = Job("tick", 3600, lambda context: print("running", flush=True))
run_scheduler(Context(database=Database(settings.database_url), settings=settings), (tick,))
print("ended", flush=True)
"""


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_a_process_told_to_end_gives_the_lease_back(
    database: Database, database_url: str, signal_: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SCHEDULER, database_url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "running\n"
        assert holder(database) is not None

        process.send_signal(signal_)
        rest = process.stdout.read()

    assert (rest, process.returncode) == ("ended\n", 0)
    assert holder(database) is None


def test_run_once_runs_every_job_in_order(database: Database, settings: Settings, clock: Clock) -> None:
    context = make_context(database, settings, clock, "cron")
    jobs = (Job("b", 1, lambda _: 2), Job("a", 1, lambda found: found.owner))

    assert list(run_once(context, jobs).items()) == [("b", 2), ("a", "cron")]


def test_run_once_tells_what_failed_after_the_others_have_run(
    database: Database, settings: Settings, clock: Clock
) -> None:
    ticks = Ticks()

    def fail(context: Context) -> None:
        raise RuntimeError(f"boom of {context.owner}")

    context = make_context(database, settings, clock, "cron")
    with pytest.raises(ExceptionGroup) as failures:
        run_once(context, (Job("fail", 1, fail), Job("tick", 1, ticks)))

    assert [str(error) for error in failures.value.exceptions] == ["boom of cron"]
    assert ticks.owners == ["cron"]


def test_without_a_mail_server_mails_stay_in_the_outbox(
    database: Database, settings: Settings, clock: Clock
) -> None:
    with database.unit_of_work() as session:
        queue_mail(
            session,
            key="k",
            to_address="hanako@example.jp",
            to_name="",
            subject="s",
            text="t",
            body_id=None,
            now=NOW,
        )

    assert deliver_mails(make_context(database, settings, clock, "one")) == DeliveryReport()

    with database.reading() as session:
        assert session.execute(select(OutboxMail.sent_at, OutboxMail.attempts)).all() == [(None, 0)]


def test_the_table_names_each_job_once_with_a_rhythm() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert min(job.every_seconds for job in JOBS) > 0


def test_owners_are_never_the_same_and_fit_their_column() -> None:
    owners = {new_owner() for _ in range(100)}

    assert len(owners) == 100
    assert max(map(len, owners)) <= Lease.owner.type.length


def test_the_defaults_survive_missed_heartbeats() -> None:
    assert Rhythm().lease >= 3 * Rhythm().heartbeat
