"""WSGI entry point; the models are loaded in the background so that the first page does not wait."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "interview.settings")
application = get_wsgi_application()

from interview import catching_up  # noqa: E402  (needs the settings)

catching_up.start()
