from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils import timezone

from interview.examiner.config import configured, is_on_this_machine
from interview.examiner.panel import panel_of

register = template.Library()


@register.inclusion_tag("interview/_second_opinion.html", takes_context=True)
def second_opinion(context: RequestContext) -> dict[str, Any]:
    """The examiner's panel for the attempt that the page shows; nothing where there is none."""
    attempt = context["attempt"]
    return {
        "attempt": attempt,
        "panel": panel_of(attempt, now=timezone.now()),
        "user": context.get("user"),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def answers_go_to() -> str:
    """The host to which answers are sent, empty while they stay on this machine."""
    config = configured()
    return config.host if config and not is_on_this_machine(config.host) else ""
