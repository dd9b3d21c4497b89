"""What is due: the page of the day, and how well a question was remembered."""

from __future__ import annotations

import random
import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from interview import reviewing
from interview.views.shared import page, post_to, result_for


def language() -> str:
    """The language of the reader as questions name theirs: "zh", "en"."""
    return (get_language() or "")[:2]


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    now = timezone.localtime()
    coming = reviewing.forecast(request.user, now)
    context = {
        "today": reviewing.today(request.user, now, language()),
        "cards": reviewing.due_cards(request.user, now).select_related("question__topic")[:20],
        "coming": coming,
        "most": max((count for _, count in coming), default=0),
        "nothing": "nothing" in request.GET,
    }
    return page(request, "interview/review.html", context)


@login_required
@post_to("review")
def start(request: HttpRequest) -> HttpResponse:
    """Into the day's questions: those of a review that was begun today, or a new one."""
    now = timezone.localtime()
    day = reviewing.today(request.user, now, language())
    interview = day.open or reviewing.start(
        request.user, now, language(), rng=random.Random(), extra="extra" in request.POST
    )
    if interview is None:
        return redirect("review")
    return redirect("resume", interview.pk)


@login_required
@post_to("attempt")
def rate(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """The person's own rating of an attempt."""
    attempt = result_for(request, attempt_id)
    rating = request.POST.get("rating", "")
    if rating in {str(value) for value in reviewing.Rating.values}:
        reviewing.rate(attempt, int(rating))
    if request.htmx:  # type: ignore[attr-defined]
        context = {"attempt": attempt, "ratings": reviewing.choices(attempt)}
        return page(request, "interview/_rating.html", context)
    if "slot" in request.POST:
        return redirect("slot", attempt.slot.interview_id, attempt.slot.position + 1)
    return redirect("attempt", attempt.pk)
