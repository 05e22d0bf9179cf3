"""Learning the points of a body from its decisions, and choosing whether they are used.

Every run is recorded with what it learned from and how it ranked needs that were held out. Only
points that ranked better, on enough needs, may be used, and going back is one step.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.matching.engine.match import ENGINE_VERSION
from sme_match.matching.engine.scoring import DEFAULT_POINTS, ScoreParts
from sme_match.matching.engine.training import Decided, train
from sme_match.matching.enums import ProposalState
from sme_match.matching.explanations import full_points
from sme_match.matching.models import Proposal, TrainingRun
from sme_match.matching.policy import may_train, trainings_visible_to

RUNS_SHOWN = 20


def points_in_use(session: Session, body_id: int) -> ScoreParts:
    """Return the most points of each part of the score at this body."""
    run = _run_in_use(session, body_id)
    return DEFAULT_POINTS if run is None else ScoreParts(**run.points)


def run_training(session: Session, actor: Actor, *, now: datetime) -> TrainingRun:
    """Learn from the body's decisions and record what came of it; nothing is used by that.

    Raises:
        NotAllowedError: unless the actor works at a body.
    """
    body_id = _body_of(actor)
    found = train(load_decisions(session, body_id))
    run = TrainingRun(
        body_id=body_id,
        engine_version=ENGINE_VERSION,
        fingerprint=found.fingerprint,
        needs=found.needs,
        pairs=found.pairs,
        points=found.points._asdict() if found.points else {},
        ndcg_fixed=found.ndcg_fixed,
        ndcg_learned=found.ndcg_learned,
        may_be_used=found.may_be_used,
        ran_at=now,
        ran_by=actor.user_id,
    )
    session.add(run)
    session.flush()
    _record(session, actor, run, "training.run", now=now)
    return run


def use_points(session: Session, actor: Actor, *, run_id: int, now: datetime) -> TrainingRun:
    """Let the points of a run count from now on.

    Raises:
        NotFoundError: when the actor may not see the run.
        NotAllowedError: unless the actor works at a body.
        ConflictError: when the run did not rank better on enough needs, or is used already.
    """
    body_id = _body_of(actor)
    run = session.scalar(
        select(TrainingRun).where(TrainingRun.id == run_id, trainings_visible_to(actor))
    )
    if run is None:
        raise NotFoundError(mark_text("この学習の記録は見つかりませんでした。"))
    if not run.may_be_used:
        raise ConflictError(
            mark_text(
                "この配点は使えません。判断のそろった案件が足りないか、いまの配点よりよくなりません。"
            )
        )
    before = _run_in_use(session, body_id)
    if before is run:
        raise ConflictError(mark_text("この配点は、もう使われています。"))
    if before is not None:
        before.used_until = now
        session.flush()
    run.used_from, run.used_until = now, None
    session.flush()
    _record(session, actor, run, "training.use", now=now)
    return run


def use_fixed_points(session: Session, actor: Actor, *, now: datetime) -> None:
    """Go back to the points that are not learned.

    Raises:
        NotAllowedError: unless the actor works at a body.
    """
    run = _run_in_use(session, _body_of(actor))
    if run is not None:
        run.used_until = now
        session.flush()
        _record(session, actor, run, "training.stop", now=now)


def list_training_runs(session: Session, actor: Actor) -> list[TrainingRun]:
    """Return the latest runs of the body, newest first."""
    query = select(TrainingRun).where(trainings_visible_to(actor))
    return list(
        session.scalars(
            query.order_by(TrainingRun.ran_at.desc(), TrainingRun.id.desc()).limit(RUNS_SHOWN)
        )
    )


def load_decisions(session: Session, body_id: int) -> list[Decided]:
    """Return what the body decided, with the parts of the score as they were shown."""
    query = select(Proposal.need_id, Proposal.company_id, Proposal.explanation, Proposal.state).where(
        Proposal.body_id == body_id,
        Proposal.state.in_((ProposalState.ACCEPTED, ProposalState.REJECTED)),
    )
    found = []
    for need_id, company_id, explanation, state in session.execute(query):
        full, parts = full_points(explanation), explanation["parts"]
        text, conditions, freshness = (
            parts[name] / full[name] if full[name] else 0.0 for name in ScoreParts._fields
        )
        accepted = state is ProposalState.ACCEPTED
        found.append(Decided(need_id, company_id, (text, conditions, freshness), accepted))
    return found


def _run_in_use(session: Session, body_id: int) -> TrainingRun | None:
    return session.scalar(
        select(TrainingRun).where(
            TrainingRun.body_id == body_id,
            TrainingRun.used_from.is_not(None),
            TrainingRun.used_until.is_(None),
        )
    )


def _body_of(actor: Actor) -> int:
    if not may_train(actor) or actor.body_id is None:
        raise NotAllowedError
    return actor.body_id


def _record(session: Session, actor: Actor, run: TrainingRun, action: str, *, now: datetime) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("training_run", run.id),
        body_id=run.body_id,
        now=now,
        note=" / ".join(str(most) for most in run.points.values()),
    )
