"""ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "interview.settings")
application = get_asgi_application()

from interview import grader  # noqa: E402  (needs the settings)

grader.warm_up()
