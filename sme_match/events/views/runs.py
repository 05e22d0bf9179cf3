"""Runs of the solver: wish for one, watch it, compare, look at the difference, apply."""

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, InvalidError
from sme_match.core.text import mark_text
from sme_match.events.blueprint import STAFF, blueprint
from sme_match.events.boards import read_timetable, unmet_words
from sme_match.events.cause_words import words_of
from sme_match.events.enums import RunKind, RunState
from sme_match.events.faults import name_of, slot_time
from sme_match.events.models import TimetableRun
from sme_match.events.policy import is_open, may_run
from sme_match.events.problems import pair_of
from sme_match.events.queries import get_event
from sme_match.events.queries.timetable import Timetable, get_run, list_runs
from sme_match.events.services.changing import Place
from sme_match.events.services.runs import LIMITS, Wish, apply_run, difference, stop_run, wish_run
from sme_match.events.timetable.solution import Cause, CauseKind, Reason, Unmet
from sme_match.meetings.blueprint import current_site
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.errors import message_of, status_of
from sme_match.web.flashes import flash_done

UNDER_WAY = {RunState.QUEUED, RunState.RUNNING}
POLL_SECONDS = "2"
BAD_SEED = mark_text("番号は0以上の数で入力してください。")


@blueprint.route("/events/<int:event_id>/runs", methods=["GET", "POST"])
@allow(*STAFF)
def runs(event_id: int) -> Response:
    """Compare the runs of an event, and wish for another one."""
    session, actor, now = current_session(), current_actor(), current_time()
    error: ConflictError | InvalidError | None = None
    if request.method == "POST":
        try:
            wish_run(session, actor, event_id, _wish(), now=now)
        except (ConflictError, InvalidError) as refused:
            error = refused
        else:
            flash_done(_("計算を始めます。このページは閉じてもかまいません。"))
            return redirect(url_for("events.runs", event_id=event_id))
    event = get_event(session, actor, event_id, now=now)
    found = list_runs(session, event)
    under_way = next((run for run in reversed(found) if run.state in UNDER_WAY), None)
    page = render_template(
        "events/runs.html",
        event=event,
        runs=found,
        under_way=under_way,
        may_change=may_run(actor, event) and is_open(event),
        kinds=list(RunKind),
        limits=LIMITS,
        error=message_of(error) if error else "",
    )
    response = make_response(page, status_of(error) if error else 200)
    if under_way is not None:
        # The page looks again by itself, also without script.
        response.headers["Refresh"] = POLL_SECONDS
    return response


@blueprint.get("/events/<int:event_id>/runs/<int:timetable_run_id>")
@allow(*STAFF)
def show_run(event_id: int, timetable_run_id: int) -> str:
    """Show what applying a run would change, which wishes it leaves, and why."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    run = get_run(session, event, timetable_run_id)
    found = read_timetable(session, actor, event)
    steps = difference(found, run) if run.meetings else []
    return render_template(
        "events/run.html",
        event=event,
        run=run,
        changes=[_changed(found, step.candidate, step.before, step.after) for step in steps],
        moved=sum(step.before is not None and step.after is not None for step in steps),
        added=sum(step.before is None for step in steps),
        dropped=sum(step.after is None for step in steps),
        unmet=_unmet(found, run),
        causes=_causes(found, run),
        may_change=may_run(actor, event) and is_open(event),
    )


@blueprint.post("/events/<int:event_id>/runs/<int:timetable_run_id>/stop")
@allow(Role.COORDINATOR)
def stop_timetable_run(event_id: int, timetable_run_id: int) -> Response:
    """Ask a run to stop."""
    stop_run(current_session(), current_actor(), event_id, timetable_run_id, now=current_time())
    flash_done(_("計算を止めます。それまでに見つかった時間割は残ります。"))
    return redirect(url_for("events.runs", event_id=event_id))


@blueprint.post("/events/<int:event_id>/runs/<int:timetable_run_id>/apply")
@allow(Role.COORDINATOR)
def apply_timetable_run(event_id: int, timetable_run_id: int) -> Response:
    """Make the timetable that of the run."""
    revision = request.form.get("revision", -1, type=int)
    apply_run(
        current_session(), current_actor(), event_id, timetable_run_id,
        revision=revision, now=current_time(), site=current_site(),
    )  # fmt: skip
    flash_done(_("計算の結果を使いました。「元に戻す」で、前の時間割に戻せます。"))
    return redirect(url_for("events.timetable", event_id=event_id))


def _wish() -> Wish:
    kind = request.form.get("kind", "")
    seed = request.form.get("seed", -1, type=int)
    if not 0 <= seed < 2**31:
        raise InvalidError(BAD_SEED, field="seed")
    return Wish(
        kind=RunKind(kind) if kind in set(RunKind) else RunKind.FRESH,
        seed=seed,
        limit=request.form.get("limit", 0, type=int),
    )


def _changed(
    found: Timetable, candidate_id: int, before: Place | None, after: Place | None
) -> dict[str, str]:
    pair = found.candidates.get(candidate_id)
    if pair is None:
        return {"names": "—", "before": "", "after": ""}
    names = (name_of(found, found.participants[side]) for side in (pair.sme_id, pair.buyer_id))
    places = {
        name: slot_time(found, place.slot) if place is not None else str(_("未割り当て"))
        for name, place in (("before", before), ("after", after))
    }
    return {"names": " × ".join(names), **places}


def _unmet(found: Timetable, run: TimetableRun) -> list[tuple[str, str]]:
    lines = []
    for each in run.unmet:
        unmet = Unmet(**each | {"reason": Reason(each["reason"])})
        pair = found.candidates.get(pair_of(unmet.candidate)[0])
        if pair is not None:
            names = (name_of(found, found.participants[side]) for side in (pair.sme_id, pair.buyer_id))
            lines.append((" × ".join(names), unmet_words(found, unmet)))
    return lines


def _causes(found: Timetable, run: TimetableRun) -> list[str]:
    """Return the rules that cannot all be kept; what is gone since is left out."""
    causes = [Cause(**each | {"kind": CauseKind(each["kind"])}) for each in run.causes]
    said = [words_of(found, cause) for cause in causes]
    return [str(_(message, **values)) for message, values in filter(None, said)]
