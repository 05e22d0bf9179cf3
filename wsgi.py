"""The application object for gunicorn and the flask command."""

from config import load_settings
from sme_match.app import create_app
from sme_match.core.logs import write_logs

settings = load_settings()
if settings.is_production:
    write_logs()
app = create_app(settings)
