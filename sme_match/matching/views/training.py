"""Points learned from decisions: what was learned, how it did on held-out needs, and its use."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.matching.blueprint import STAFF, blueprint
from sme_match.matching.engine.scoring import DEFAULT_POINTS
from sme_match.matching.engine.training import NEEDS_REQUIRED
from sme_match.matching.training import (
    list_training_runs,
    points_in_use,
    run_training,
    use_fixed_points,
    use_points,
)
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done


@blueprint.get("/matching/points")
@allow(*STAFF)
def points() -> str:
    """Show which points count, and the runs that learned from decisions."""
    session, actor = current_session(), current_actor()
    return render_template(
        "matching/points.html",
        points=points_in_use(session, actor.body_id or 0),
        fixed=DEFAULT_POINTS,
        runs=list_training_runs(session, actor),
        needs_required=NEEDS_REQUIRED,
    )


@blueprint.post("/matching/points/train")
@allow(*STAFF)
def train_points() -> Response:
    """Learn from the decisions so far."""
    run = run_training(current_session(), current_actor(), now=current_time())
    if run.may_be_used:
        flash_done(_("学習しました。下の表で結果を確かめて、よければ使ってください。"))
    else:
        flash_done(_("学習しました。この結果は使えないため、いまの配点のままです。"))
    return redirect(url_for("matching.points"))


@blueprint.post("/matching/points/<int:training_id>/use")
@allow(*STAFF)
def use_learned_points(training_id: int) -> Response:
    """Let learned points count."""
    use_points(current_session(), current_actor(), run_id=training_id, now=current_time())
    flash_done(_("この配点を使います。次の計算から点数に入ります。"))
    return redirect(url_for("matching.points"))


@blueprint.post("/matching/points/reset")
@allow(*STAFF)
def reset_points() -> Response:
    """Go back to the fixed points."""
    use_fixed_points(current_session(), current_actor(), now=current_time())
    flash_done(_("はじめの配点に戻しました。次の計算から点数に入ります。"))
    return redirect(url_for("matching.points"))
