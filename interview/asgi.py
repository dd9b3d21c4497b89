"""ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "interview.settings")
application = get_asgi_application()

from interview import catching_up  # noqa: E402  (needs the settings)

catching_up.start()
