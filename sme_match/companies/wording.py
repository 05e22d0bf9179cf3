"""The words in which the history of a company is told."""

from datetime import date

from sme_match.companies.enums import AgglomerationType, ContactKind, MeetingMode, Visibility
from sme_match.companies.forms import (
    CertificateForm,
    CompanyForm,
    ContactForm,
    ShareForm,
    certificate_words,
)
from sme_match.companies.labels import (
    AGGLOMERATION_TYPES,
    CONTACT_KINDS,
    CONTACT_VISIBILITY,
    MEETING_MODES,
    PROFILE_VISIBILITY,
    VISIBILITIES,
)
from sme_match.web.fields import Form
from sme_match.web.formats import day
from sme_match.web.history import Vocabulary
from sme_match.web.names import jsic_name, municipality_name, prefecture_name


def vocabularies() -> dict[str, Vocabulary]:
    """Return the words of every kind of record that belongs to a company."""
    labels = labels_of(CompanyForm())
    return {
        "company": Vocabulary(
            labels=labels
            | {
                "municipality_code": labels["municipality"],
                "profile_visibility": PROFILE_VISIBILITY,
                "contact_visibility": CONTACT_VISIBILITY,
            },
            words={
                "prefecture_code": prefecture_name,
                "municipality_code": municipality_name,
                "jsic_code": jsic_name,
                "agglomeration": lambda value: str(AGGLOMERATION_TYPES[AgglomerationType(value)]),
                "meeting_mode": lambda value: str(MEETING_MODES[MeetingMode(value)]),
                "profile_visibility": _visibility,
                "contact_visibility": _visibility,
            },
            # What happened says it already: taken out, brought back, imported.
            unsaid={"archived_at"},
        ),
        "contact": Vocabulary(
            labels=labels_of(ContactForm()),
            words={"kind": lambda value: str(CONTACT_KINDS[ContactKind(value)])},
        ),
        "certificate": Vocabulary(
            labels=labels_of(CertificateForm()),
            words={"standard": certificate_words, "expires_on": day_word},
            note=certificate_words,
        ),
        "exclusion": Vocabulary(labels={}, words={}),
        "share": Vocabulary(labels=labels_of(ShareForm()), words={"consented_on": day_word}),
    }


def labels_of(form: Form) -> dict[str, object]:
    """Return the label of each field of a form."""
    return {field.name: field.label.text for field in form}


def day_word(value: str) -> str:
    """Return a stored day as pages write it."""
    return day(date.fromisoformat(value))


def _visibility(value: str) -> str:
    return str(VISIBILITIES[Visibility(value)])
