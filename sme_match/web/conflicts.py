"""What two people typed into the same record, side by side."""

from sme_match.web.fields import EditForm

Difference = tuple[str, str, str]


def differences(mine: EditForm, theirs: EditForm) -> list[Difference]:
    """Return label, own text and stored text of each field that differs."""
    found = []
    for field in mine:
        if field.name in {"csrf_token", "version"}:
            continue
        own, stored = _text(mine, field.name), _text(theirs, field.name)
        if own != stored:
            found.append((str(field.label.text), own, stored))
    return found


def _text(form: EditForm, name: str) -> str:
    data = form[name].data
    if data is None:
        return ""
    if isinstance(data, list | tuple):
        return "、".join(str(item) for item in data)
    return str(data)
