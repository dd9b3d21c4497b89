#!/usr/bin/env python
"""Django's command line for Viva."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "interview.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # says what to set; where it was found helps nobody
        sys.exit(str(error))


if __name__ == "__main__":
    main()
