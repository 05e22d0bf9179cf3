"""The blueprint that the pages of personal data hang on."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__)
