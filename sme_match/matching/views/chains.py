"""Beside the proposals of the review: near misses, and chains accepted through their prime."""

from typing import cast

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.matching.blueprint import blueprint
from sme_match.matching.chain_decisions import accept_chain
from sme_match.matching.chain_presenters import chains_of, read_chains, word_chains
from sme_match.matching.chains import ChainsRecord, members_of
from sme_match.matching.forms import NOTE_LIMIT, DecisionForm
from sme_match.matching.presenters import near_misses_of, word_best_relaxation, word_near_misses
from sme_match.matching.queries import (
    RunLine,
    get_proposal,
    get_run,
    list_decided,
    list_proposable,
)
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_undoable


@blueprint.post("/match-runs/<int:run_id>/chains/<int:place>/accept")
@allow(Role.COORDINATOR)
def accept_prime(run_id: int, place: int) -> Response:
    """Accept the prime of a chain as a proposal, with a note that names its partners."""
    session, actor = current_session(), current_actor()
    run = get_run(session, actor, run_id)
    record = cast("ChainsRecord | None", run.chains or None)
    section = chains_of(record, list_proposable(session, actor, run.need_id, members_of(record)))
    cards = section.cards if section else ()
    note = next((card.note for card in cards if card.place == place), "")
    written = accept_chain(
        session,
        actor,
        run_id=run.id,
        place=place,
        note=note[:NOTE_LIMIT],
        version=DecisionForm().opened_version(),
        now=current_time(),
    )
    proposal = get_proposal(session, actor, written.proposal_id)
    flash_undoable(
        _("工程チェーンの取りまとめ企業「%(name)s」を採用しました。", name=proposal.company.name),
        "matching.undo",
        decision_id=written.id,
    )
    # By itself the prime may stand low on the list of all.
    anchor, need_id = f"p{proposal.id}", proposal.need_id
    return redirect(url_for("matching.review", need_id=need_id, state="accepted", _anchor=anchor))


def beside_proposals(run: RunLine) -> dict[str, object]:
    """Return what the first page says of a run beside the proposals themselves."""
    session, actor = current_session(), current_actor()
    misses = word_near_misses(run.near_misses)
    near = {missed[0] for missed in misses}
    members = members_of(read_chains(run.chains))
    present = list_proposable(session, actor, run.need_id, near | members)
    linked = tuple(present[key] for key in sorted(members & present.keys()))
    return {
        "near_misses": near_misses_of(misses, present),
        "chains": word_chains(run.chains, linked),
        "decided": list_decided(session, actor, run.need_id, members) if members else {},
        "relaxation": word_best_relaxation(run.relaxations),
    }
