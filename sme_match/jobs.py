"""The scheduled jobs and the process that runs them: any number of schedulers, one of them leading.

Every job is a sweep that finds for itself what is due, so a missed or repeated run does no harm.
"""

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.exc import SQLAlchemyError

import sme_match.schema  # noqa: F401 -- relationships between packages need every table known
from sme_match.accounts.tasks import forget_old
from sme_match.audit.seals import seal_settled
from sme_match.capabilities.register import CAPABILITY_REGISTER
from sme_match.companies.register import COMPANY_REGISTER
from sme_match.core.clock import utc_now
from sme_match.core.metrics import JOB_RUNS
from sme_match.core.settings import Settings
from sme_match.db.leases import acquire_lease, release_lease
from sme_match.db.session import Database
from sme_match.events.tasks import announce_calls, chase_answers, end_events, solve_waiting
from sme_match.home.tasks import send_digests
from sme_match.matching.tasks import refresh_indexes, tell_watchers
from sme_match.meetings.tasks import expire_requests, send_reminders
from sme_match.needs.register import NEED_REGISTER
from sme_match.notifications.delivery import DeliveryReport, deliver_due
from sme_match.outcomes.tasks import ask_due_follow_ups
from sme_match.privacy.tasks import sweep_personal_data
from sme_match.registers.description import Registers
from sme_match.registers.tasks import bring_in_waiting
from sme_match.statistics.imported.register import OFFICIAL, official_register

log = logging.getLogger(__name__)

LEASE_NAME = "scheduler"
CLOCK_STEP = timedelta(minutes=1)
REGISTERS: Registers = {
    register.key: register for register in (COMPANY_REGISTER, CAPABILITY_REGISTER, NEED_REGISTER)
} | {OFFICIAL: official_register}
"""What can come in from files: at once through the pages, or here when it takes longer."""


def new_owner() -> str:
    """Return a name for this process that no other one has."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What jobs work with."""

    database: Database
    settings: Settings
    now_of: Callable[[], datetime] = utc_now
    owner: str = field(default_factory=new_owner)


@dataclass(frozen=True, slots=True)
class Job:
    """One sweep and its rhythm."""

    name: str
    every_seconds: float
    run: Callable[[Context], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How long a leader leads without a sign of life, and how often it gives one."""

    lease: timedelta = timedelta(seconds=30)
    heartbeat: timedelta = timedelta(seconds=5)


DEFAULT_RHYTHM = Rhythm()


def deliver_mails(context: Context) -> DeliveryReport:
    """Send the due mails of the outbox; without a mail server they stay there."""
    if context.settings.smtp is None:
        return DeliveryReport()
    return deliver_due(
        context.database,
        context.settings.smtp,
        context.settings.mail_from,
        owner=context.owner,
        now_of=context.now_of,
    )


def remind_of_meetings(context: Context) -> int:
    """Queue the reminders of meetings that are due."""
    return send_reminders(
        context.database,
        now=context.now_of(),
        base_url=context.settings.base_url,
        room_base_url=context.settings.room_base_url,
    )


def expire_meeting_requests(context: Context) -> int:
    """Close the requests for meetings that were not answered in time."""
    return expire_requests(context.database, now=context.now_of())


def announce_event_calls(context: Context) -> int:
    """Tell the SMEs of the host bodies that an event calls for applications."""
    return announce_calls(context.database, now=context.now_of(), base_url=context.settings.base_url)


def chase_event_answers(context: Context) -> int:
    """Remind the buyers of events, and close the requests that were not answered in time."""
    return chase_answers(context.database, now=context.now_of(), base_url=context.settings.base_url)


def end_past_events(context: Context) -> int:
    """End the events whose last day is over."""
    return end_events(context.database, now=context.now_of())


def ask_about_outcomes(context: Context) -> int:
    """Ask both sides when a follow-up falls due, and once more when nobody answers."""
    now, base_url = context.now_of(), context.settings.base_url
    asked = ask_due_follow_ups(context.database, now=now, base_url=base_url)
    return asked + ask_due_follow_ups(context.database, now=now, base_url=base_url, again=True)


def forget_old_sessions(context: Context) -> int:
    """Delete sessions and counters of attempts that nobody needs any more."""
    return forget_old(context.database, now=context.now_of())


def seal_audit(context: Context) -> int:
    """Seal the entries of the audit log that have settled."""
    return seal_settled(context.database, now=context.now_of())


def refresh_search_indexes(context: Context) -> int:
    """Compact the search indexes that have drifted."""
    return refresh_indexes(context.database)


def bring_in_files(context: Context) -> int:
    """Bring in the register files that are too large for a page."""
    return bring_in_waiting(context.database, REGISTERS, now_of=context.now_of)


def tell_of_new_companies(context: Context) -> int:
    """Tell coordinators which companies newly pass the needs that they watch."""
    return tell_watchers(context.database, now=context.now_of(), base_url=context.settings.base_url)


def send_monthly_digests(context: Context) -> int:
    """Queue the monthly mail to leads, once a month each, also when its day was missed."""
    return send_digests(context.database, now=context.now_of(), base_url=context.settings.base_url)


def let_personal_data_go(context: Context) -> int:
    """Delete or blank the personal data that is past its time."""
    return sweep_personal_data(context.database, now=context.now_of())


def solve_timetables(context: Context) -> int:
    """Solve the timetables that coordinators wished for."""
    return solve_waiting(context.database, owner=context.owner, now_of=context.now_of)


JOBS: tuple[Job, ...] = (
    Job("solve-timetables", 2, solve_timetables),
    Job("bring-in-files", 2, bring_in_files),
    Job("remind-of-meetings", 60, remind_of_meetings),
    Job("expire-meeting-requests", 300, expire_meeting_requests),
    Job("announce-event-calls", 300, announce_event_calls),
    Job("chase-event-answers", 300, chase_event_answers),
    Job("end-past-events", 600, end_past_events),
    Job("ask-about-outcomes", 3600, ask_about_outcomes),
    Job("tell-of-new-companies", 600, tell_of_new_companies),
    Job("send-monthly-digests", 600, send_monthly_digests),
    Job("deliver-mails", 10, deliver_mails),
    Job("refresh-search-indexes", 60, refresh_search_indexes),
    Job("forget-old-sessions", 3600, forget_old_sessions),
    Job("let-personal-data-go", 3600, let_personal_data_go),
    Job("seal-audit", 300, seal_audit),
)
"""The table of jobs: a line for each, in the order in which `run_once` runs them."""


def run_once(context: Context, jobs: Sequence[Job] = JOBS) -> dict[str, object]:
    """Run every job once and return their results by name; for cron and for tests.

    It may run beside a scheduler, as sweeps do no harm to each other.

    Raises:
        ExceptionGroup: after all jobs have run, with the errors of those that failed.
    """
    results: dict[str, object] = {}
    failures: list[Exception] = []
    for job in jobs:
        try:
            results[job.name] = job.run(context)
        except Exception as error:
            log.exception("Job %s failed", job.name)
            failures.append(error)
    if failures:
        raise ExceptionGroup("Scheduled jobs failed.", failures)
    return results


class Leadership:
    """Whether this process leads: holds the lease in the database, by the clock that never steps."""

    def __init__(self, context: Context, rhythm: Rhythm) -> None:
        self._context = context
        self._rhythm = rhythm
        self._held_until = 0.0

    @property
    def is_held(self) -> bool:
        """Whether the lease is certainly still ours."""
        return time.monotonic() < self._held_until

    def renew(self) -> None:
        """Take or extend the lease; a database that does not answer lets it run out."""
        before = time.monotonic()
        led = self.is_held
        try:
            with self._context.database.unit_of_work() as session:
                taken = acquire_lease(
                    session,
                    LEASE_NAME,
                    owner=self._context.owner,
                    now=self._context.now_of(),
                    duration=self._rhythm.lease,
                )
        except SQLAlchemyError:
            log.exception("The scheduler's lease could not be renewed")
            return
        self._held_until = before + self._rhythm.lease.total_seconds() if taken else 0.0
        if taken is not led:
            log.info("Scheduler %s %s", self._context.owner, "leads" if taken else "stands by")

    def give_up(self) -> None:
        """Let another scheduler take over at once."""
        self._held_until = 0.0
        try:
            with self._context.database.unit_of_work() as session:
                release_lease(session, LEASE_NAME, owner=self._context.owner)
        except SQLAlchemyError:
            log.exception("The scheduler's lease could not be given back")


class StepDetector:
    """Notices that the system clock was set back, by means of the one that cannot be set."""

    def __init__(self, now_of: Callable[[], datetime]) -> None:
        self._now_of = now_of
        self._offset = self._measure()

    def was_set_back(self) -> bool:
        """Tell whether the clock lost more than `CLOCK_STEP` since the last call."""
        before, self._offset = self._offset, self._measure()
        return before - self._offset > CLOCK_STEP.total_seconds()

    def _measure(self) -> float:
        return self._now_of().timestamp() - time.monotonic()


def run_scheduler(
    context: Context,
    jobs: Sequence[Job] = JOBS,
    *,
    stop: threading.Event | None = None,
    rhythm: Rhythm = DEFAULT_RHYTHM,
) -> None:
    """Run the jobs in their rhythm until SIGTERM, SIGINT or `stop`; returns when the last has ended.

    Start as many as you like: one leads and runs the jobs, the others take over when it stops or
    gives no sign of life for the length of the lease. Results and errors of jobs go to the log.
    """
    stopping = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_, lambda *_: stopping.set())
    # A job that takes longer than its interval (a timetable, a large file) is no reason to warn.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    leadership = Leadership(context, rhythm)
    leadership.renew()
    # In memory: a job store in the database would run whatever somebody writes into its table.
    scheduler = BlockingScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(max(len(jobs), 1))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        scheduler.add_job(
            _run_while_leading,
            "interval",
            args=(context, job, leadership),
            id=job.name,
            seconds=job.every_seconds,
            next_run_time=datetime.now(UTC),
        )
    watch = threading.Thread(
        target=_watch,
        args=(scheduler, leadership, stopping, rhythm.heartbeat, StepDetector(context.now_of)),
        name="scheduler-watch",
    )
    scheduler.add_listener(lambda _: watch.start(), EVENT_SCHEDULER_STARTED)
    scheduler.start()
    watch.join()
    leadership.give_up()


def _run_while_leading(context: Context, job: Job, leadership: Leadership) -> None:
    if not leadership.is_held:
        return
    began, ended = time.monotonic(), "failed"
    try:
        log.debug("Job %s: %s", job.name, job.run(context))
        ended = "done"
    except Exception:
        # The next run may succeed, and the other jobs must go on.
        log.exception("Job %s failed", job.name)
    finally:
        JOB_RUNS.labels(job.name, ended).observe(time.monotonic() - began)


def _watch(
    scheduler: BlockingScheduler,
    leadership: Leadership,
    stopping: threading.Event,
    heartbeat: timedelta,
    clock: StepDetector,
) -> None:
    """Keep the lease alive and the schedule in step with the clock; end the scheduler when told."""
    try:
        while not stopping.wait(heartbeat.total_seconds()):
            leadership.renew()
            if clock.was_set_back():
                # The next runs lie in what was the future: until then nothing would run.
                log.warning("The system clock was set back; all jobs run now")
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
    finally:
        # Also after an error here: a process that cannot lead must end and be started anew.
        scheduler.pause()
        scheduler.shutdown(wait=True)
