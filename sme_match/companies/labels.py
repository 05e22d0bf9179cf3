"""Words for the vocabularies of companies."""

from flask_babel import lazy_gettext as _l

from sme_match.companies.enums import AgglomerationType, ContactKind, Visibility
from sme_match.web.labels import Labels

CONTACT_KINDS = {
    ContactKind.MAIN: _l("主な担当者"),
    ContactKind.DEPUTY: _l("副担当者"),
    ContactKind.DAY: _l("当日の連絡先"),
}
VISIBILITIES = {
    Visibility.PUBLIC: _l("公開"),
    Visibility.PARTNERS: _l("商談相手のみ"),
    Visibility.BODIES: _l("担当の支援機関のみ"),
}
AGGLOMERATION_TYPES = {
    AgglomerationType.CASTLE_TOWN: _l("企業城下町型"),
    AgglomerationType.PRODUCTION_AREA: _l("産地型"),
    AgglomerationType.URBAN: _l("都市型"),
    AgglomerationType.ATTRACTED: _l("誘致型複合"),
}
LABELS: Labels = {
    ContactKind: CONTACT_KINDS,
    Visibility: VISIBILITIES,
    AgglomerationType: AGGLOMERATION_TYPES,
}
