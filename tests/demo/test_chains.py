"""The region has needs that take several companies."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.matching.chains import compute_chains
from sme_match.matching.corpus import load_corpus
from sme_match.matching.engine.match import MatchSettings, NeedValue
from sme_match.matching.steps import need_steps
from sme_match.matching.texts import material_families, need_conditions, need_document, need_place
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
from tests.demo.conftest import TODAY


def test_each_body_has_an_open_need_of_three_steps_with_chains_to_propose(region: Session) -> None:
    needs = region.scalars(
        select(Need)
        .where(Need.state == NeedState.OPEN)
        .options(joinedload(Need.buyer), selectinload(Need.conditions))
    ).all()
    several = [need for need in needs if len(need_steps(need)) == 3]
    assert {need.body_id for need in several} == set(region.scalars(select(SupportBody.id)))
    settings = MatchSettings(material_families=material_families())
    for need in several:
        value = NeedValue(need_document(need), need_conditions(need), place=need_place(need))
        index = load_corpus(region, body_id=need.body_id).index
        found = compute_chains(value, need_steps(need), index, today=TODAY, settings=settings)
        assert found is not None
        assert found["chains"], need.title
