"""Process chains on the review screen: computed on request, accepted through their prime."""

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.matching.blueprint import blueprint
from sme_match.matching.chain_decisions import accept_chain, list_present
from sme_match.matching.chain_presenters import ChainsSection, chains_of
from sme_match.matching.forms import NOTE_LIMIT, DecisionForm
from sme_match.matching.models import MatchRun
from sme_match.matching.queries import get_proposal, get_run, list_proposals_of
from sme_match.needs.models import Need
from sme_match.needs.queries import get_need
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_undoable


@blueprint.post("/match-runs/<int:run_id>/chains/<int:place>/accept")
@allow(Role.COORDINATOR)
def accept_prime(run_id: int, place: int) -> Response:
    """Accept the prime of a chain as a proposal, with a note that names its partners."""
    session, actor = current_session(), current_actor()
    run = get_run(session, actor, run_id)
    section = chains_section(get_need(session, actor, run.need_id), run)
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


def chains_section(need: Need, run: MatchRun | None) -> ChainsSection | None:
    """Return what the review shows of chains, limited to companies that are still there."""
    if run is None or not run.chains:
        return None
    session, actor = current_session(), current_actor()
    companies = list_present(session, actor, need, run)
    return chains_of(run, companies, list_proposals_of(session, actor, need.id, list(companies)))
