"""Messages on the next page, with a way back where people decide."""

from flask import flash, url_for


def flash_done(text: str) -> None:
    """Say on the next page what was done."""
    flash({"text": text, "undo": ""})  # type: ignore[arg-type]  # Flask stores any JSON value


def flash_undoable(text: str, undo_endpoint: str, **values: object) -> None:
    """Say what was done and offer to undo it: the button posts to the endpoint."""
    flash({"text": text, "undo": url_for(undo_endpoint, **values)})  # type: ignore[arg-type]  # url_for takes any value
