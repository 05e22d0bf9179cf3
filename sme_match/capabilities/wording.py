"""The words in which the history of a capability is told."""

from sme_match.capabilities.enums import CapacityState, DrawingFormat
from sme_match.capabilities.forms.rows import CapabilityForm
from sme_match.capabilities.labels import CAPACITY_STATES, DRAWING_FORMATS
from sme_match.capabilities.machines import format_machine
from sme_match.companies.wording import day_word, labels_of
from sme_match.web.history import Vocabulary
from sme_match.web.names import material_name, process_name


def vocabulary() -> Vocabulary:
    """Return the labels of the fields and the words for codes."""
    return Vocabulary(
        labels=labels_of(CapabilityForm()),
        words={
            "process_code": process_name,
            "materials": lambda codes: "、".join(material_name(code) for code in codes),
            "machines": lambda machines: "、".join(format_machine(each) for each in machines),
            "drawing_formats": lambda codes: "、".join(
                str(DRAWING_FORMATS[DrawingFormat(code)]) for code in codes
            ),
            "capacity": lambda value: str(CAPACITY_STATES[CapacityState(value)]),
            "capacity_until_on": day_word,
        },
        note=process_name,
    )
