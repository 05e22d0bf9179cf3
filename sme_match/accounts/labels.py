"""Words for the vocabularies of accounts."""

from flask_babel import lazy_gettext as _l

from sme_match.accounts.enums import UserState
from sme_match.core.actor import Role
from sme_match.web.labels import Labels

ROLES = {
    Role.COORDINATOR: _l("コーディネーター"),
    Role.LEAD: _l("支援機関の責任者"),
    Role.SME: _l("企業の担当者"),
    Role.ADMINISTRATOR: _l("システム管理者"),
    Role.BUYER: _l("発注企業"),
    Role.SYSTEM: _l("システム"),
}
USER_STATES = {
    UserState.ACTIVE: _l("利用中"),
    UserState.INVITED: _l("招待中"),
    UserState.DISABLED: _l("停止中"),
}
LABELS: Labels = {Role: ROLES, UserState: USER_STATES}
