"""What all views share: pages and partials, and the doors to a person's own rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from interview import answering, comparing, disputes, grader, probing, result, reviewing
from interview.models import Attempt, Interview, Report, Slot, attempts_of

View = Callable[..., HttpResponse]


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page, or its partial for an htmx request."""
    htmx = getattr(request, "htmx", None)
    name = f"{template}#{partial}" if partial and htmx and not htmx.boosted else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def post_to(page_name: str) -> Callable[[View], View]:
    """For views that change something. A GET of their address goes to the page it was posted from:
    people come that way when they have signed in again or chosen another language."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "GET":
                return redirect(page_name, *args, **kwargs)
            return view(request, *args, **kwargs)

        return require_http_methods(["GET", "POST"])(wrapped)

    return decorate


def slot_for(request: HttpRequest, interview_id: uuid.UUID, number: int) -> Slot:
    """The one door to a slot: 404 unless it is this person's."""
    return get_object_or_404(
        Slot.objects.select_related("interview", "version__question__source", "interview__user"),
        interview__user=request.user,
        interview_id=interview_id,
        position=number - 1,
    )


def interview_for(request: HttpRequest, interview_id: uuid.UUID) -> Interview:
    return get_object_or_404(Interview.objects.of(request.user), pk=interview_id)


def attempt_for(request: HttpRequest, attempt_id: uuid.UUID) -> Attempt:
    return get_object_or_404(
        attempts_of(request.user).select_related("version__question__source", "slot__interview"),
        pk=attempt_id,
    )


def result_for(request: HttpRequest, attempt_id: uuid.UUID) -> Attempt:
    """The attempt, for what needs its result: 404 while that is held back."""
    attempt = attempt_for(request, attempt_id)
    if attempt.slot.interview.keeps_results_back:
        raise Http404
    return attempt


def attempt_context(attempt: Attempt) -> dict[str, Any]:
    """What a result is shown with; decisions about it count as seen."""
    reports = list(attempt.reports.all())
    disputes.see(reports)
    return {
        "attempt": attempt,
        "result": result.result_of(attempt),
        "follow_up": probing.of(attempt),
        "busy": grader.is_ready(),  # where there is no result yet: why
        "comparison": comparing.with_the_one_before(attempt),
        "ratings": reviewing.choices(attempt),
        "reports": {report.kind: report for report in reports},
        "reasons": Report.Reason.choices,
    }


def ensure_graded(attempt: Attempt) -> None:
    answering.ensure_graded(attempt, now=timezone.now())
