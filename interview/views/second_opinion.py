"""The examiner's panel on a result: looking whether it is there, asking, and choosing what counts."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from interview import reviewing
from interview.examiner import opinions
from interview.examiner.panel import panel_of
from interview.models import Attempt
from interview.views.shared import page, post_to, result_for


@login_required
@require_safe
def show(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """The panel for htmx; 204 while nothing has changed since the panel ``seen``."""
    attempt = result_for(request, attempt_id)
    if request.htmx:  # type: ignore[attr-defined]
        panel = panel_of(attempt, now=timezone.now())
        if panel is not None and request.GET.get("seen") == panel.mark:
            return HttpResponse(status=204)
    return _answer(request, attempt)


@login_required
@post_to("second_opinion")
def ask(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    attempt = result_for(request, attempt_id)
    try:
        opinions.ask(attempt, now=timezone.now(), again=True)
    except opinions.OverBudget:
        pass  # the panel says so
    return _answer(request, attempt)


@login_required
@post_to("second_opinion")
def choose(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    attempt = result_for(request, attempt_id)
    if opinions.choose(attempt, request.POST.get("counts", "")):
        reviewing.record(attempt)
    return _answer(request, attempt)


def _answer(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """The panel as it is now, or the page that it stands on."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("attempt", args=[attempt.pk]) + "#second-opinion")
    panel = panel_of(attempt, now=timezone.now())
    context: dict[str, Any] = {"attempt": attempt, "panel": panel}
    if panel is not None and panel.state == "done":
        context |= {"ratings": reviewing.choices(attempt), "beside": True}
    return page(request, "interview/_second_opinion.html", context)
