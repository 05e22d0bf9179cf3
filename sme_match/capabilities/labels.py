"""Words for the vocabularies of capabilities."""

from flask_babel import lazy_gettext as _l

from sme_match.capabilities.enums import CapacityState, DrawingFormat
from sme_match.web.labels import Labels

CAPACITY_STATES = {
    CapacityState.FREE: _l("余力あり"),
    CapacityState.ADJUSTABLE: _l("調整すれば可能"),
    CapacityState.FULL: _l("余力なし"),
}
DRAWING_FORMATS = {
    DrawingFormat.PAPER: _l("紙"),
    DrawingFormat.PDF: _l("PDF"),
    DrawingFormat.DXF: _l("DXF・DWG"),
    DrawingFormat.STEP: _l("STEP（3D）"),
}
LABELS: Labels = {CapacityState: CAPACITY_STATES, DrawingFormat: DRAWING_FORMATS}
