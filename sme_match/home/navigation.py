"""The main navigation of each role, with counts of what waits."""

from collections.abc import Mapping, Sequence
from functools import cache

from flask import request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from sme_match.core.actor import Actor, Role
from sme_match.db.scope import SCOPE
from sme_match.home.policy import BADGES
from sme_match.home.queries.waiting import recall_waiting
from sme_match.web.context import SAFE_METHODS, current_session, current_time, installation
from sme_match.web.languages import in_language
from sme_match.web.shell import NavigationItem


def navigation_for(actor: Actor) -> Sequence[NavigationItem]:
    """Return the entries for this role; the current one is the domain of the open page."""
    counts, open_domains = _counts(actor), _open_domains()
    return [
        NavigationItem(
            endpoint=endpoint,
            title=title,
            count=counts.get(endpoint, 0),
            current=endpoint.partition(".")[0] in open_domains,
        )
        for endpoint, title in _entries(role=actor.role)
    ]


@in_language
@cache
def _entries(language: str, *, role: Role) -> list[tuple[str, str]]:
    del language
    if role is Role.SME:
        return [
            ("home.index", _("ホーム")),
            ("companies.my_profile", _("自社の情報")),
            ("events.index", _("商談会")),
            ("meetings.index", _("商談の予定")),
            ("outcomes.index", _("結果の報告")),
        ]
    if role is Role.ADMINISTRATOR:
        return [
            ("home.index", _("ホーム")),
            ("support_bodies.index", _("支援機関")),
            ("accounts.index", _("利用者")),
            ("thesaurus.index", _("用語辞書")),
        ]
    return [
        ("home.index", _("ホーム")),
        ("companies.index", _("登録企業")),
        ("needs.index", _("発注案件")),
        ("matching.index", _("マッチング")),
        ("events.index", _("商談会")),
        ("meetings.index", _("商談")),
        ("outcomes.index", _("商談結果")),
        ("statistics.index", _("統計")),
    ]


def _open_domains() -> set[str]:
    """Return the domain of the open page, and the one that it is reached from."""
    blueprint = request.blueprint or ""
    # A manager's capabilities are steps of the own profile; staff reach the words from matching,
    # and import a register beside it.
    part_of = {"capabilities": "companies", "thesaurus": "matching"}
    if blueprint == "registers":
        register = (request.view_args or {}).get("register", "")
        part_of["registers"] = part_of.get(register, register)
    return {blueprint, part_of.get(blueprint, "")}


def _counts(actor: Actor) -> Mapping[str, int]:
    """Return the count beside each entry; none at all rather than no page when it cannot be read."""
    badges = BADGES.get(actor.role, {})
    kinds = [waiting for group in badges.values() for waiting in group]
    if not kinds:
        return {}
    try:
        if request.method in SAFE_METHODS:
            found = recall_waiting(current_session(), actor, kinds, now=current_time())
        else:
            # The session of a refused change may be unusable until it is rolled back.
            scope = current_session().info[SCOPE]
            with installation().database.open_session(write=False, scope=scope) as session:
                found = recall_waiting(session, actor, kinds, now=current_time())
    except SQLAlchemyError:
        return {}
    by_kind = {each.waiting: each.count for each in found}
    return {endpoint: sum(by_kind[kind] for kind in group) for endpoint, group in badges.items()}
