"""Bad configuration of what is about people fails at ``manage.py check``, with an id and a hint."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from interview.examiner import config

_NUMBERS = ("VIVA_EXAMINER_TIMEOUT", "VIVA_EXAMINER_CONTEXT", "VIVA_EXAMINER_DAILY")
# A system prompt, a question, a few passages and their verdicts take about this many tokens.
SMALLEST_CONTEXT = 2048


@register()
def examiner(**_options: Any) -> list[CheckMessage]:
    """Checks of the VIVA_EXAMINER_ settings."""
    found: list[CheckMessage] = [
        Error(message, hint=hint, id=id) for id, message, hint in config.problems()
    ]
    for name in _NUMBERS:
        value = os.environ.get(name)
        if value is not None and not (value.isascii() and value.isdigit() and int(value) > 0):
            found.append(
                Error(
                    f"{name}={value!r} is not a positive number.", hint="Unset it.", id="viva.E025"
                )
            )
    if settings.VIVA_EXAMINER_CONTEXT < SMALLEST_CONTEXT:
        found.append(
            Error(
                f"VIVA_EXAMINER_CONTEXT is below {SMALLEST_CONTEXT}: prompt and reply do not fit.",
                hint="Give the model more context and set the number of its tokens.",
                id="viva.E026",
            )
        )
    if settings.VIVA_EXAMINER_KEY and config.sent_in_clear(settings.VIVA_EXAMINER_URL):
        found.append(
            Warning(
                "VIVA_EXAMINER_KEY travels to another machine unencrypted.",
                hint="Use an https address.",
                id="viva.W020",
            )
        )
    return found
