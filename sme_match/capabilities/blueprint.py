"""The pages of capability rows, and the words for what their JSON columns hold."""

from flask import Blueprint

from sme_match.capabilities.enums import DrawingFormat
from sme_match.capabilities.labels import DRAWING_FORMATS
from sme_match.capabilities.machines import format_machine

blueprint = Blueprint("capabilities", __name__)
blueprint.add_app_template_filter(format_machine, "machine_line")


@blueprint.app_template_filter()
def drawing_format_name(code: str) -> str:
    """Return the word for a drawing format."""
    return str(DRAWING_FORMATS[DrawingFormat(code)])
