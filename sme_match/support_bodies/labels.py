"""Words for the vocabularies of support bodies."""

from flask_babel import lazy_gettext as _l

from sme_match.support_bodies.enums import SecondFactorRule

SECOND_FACTOR_RULES = {
    SecondFactorRule.OFF: _l("使わない"),
    SecondFactorRule.OFFERED: _l("使いたい人が使う"),
    SecondFactorRule.REQUIRED: _l("全員が使う"),
}
