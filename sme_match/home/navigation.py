"""The main navigation of each role, with counts of what waits."""

from collections.abc import Sequence

from flask import request
from flask_babel import gettext as _

from sme_match.core.actor import Actor, Role
from sme_match.web.shell import NavigationItem


def navigation_for(actor: Actor) -> Sequence[NavigationItem]:
    """Return the entries for this role; the current one is the domain of the open page."""
    blueprint = request.blueprint or ""
    return [
        NavigationItem(
            endpoint=endpoint,
            title=title,
            count=0,
            current=endpoint.partition(".")[0] == blueprint,
        )
        for endpoint, title in _entries(actor.role)
    ]


def _entries(role: Role) -> list[tuple[str, str]]:
    if role is Role.SME:
        return [
            ("home.index", _("ホーム")),
            ("companies.my_profile", _("自社の情報")),
            ("meetings.index", _("商談の予定")),
            ("outcomes.index", _("結果の報告")),
        ]
    if role is Role.ADMINISTRATOR:
        return [("home.index", _("ホーム")), ("accounts.index", _("利用者"))]
    return [
        ("home.index", _("ホーム")),
        ("companies.index", _("登録企業")),
        ("needs.index", _("発注案件")),
        ("matching.index", _("マッチング")),
        ("meetings.index", _("商談")),
        ("outcomes.index", _("商談結果")),
        ("statistics.index", _("統計")),
    ]
