"""The application object for gunicorn and the flask command."""

from config import load_settings
from sme_match.app import create_app

app = create_app(load_settings())
