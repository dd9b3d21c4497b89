"""What a person has done so far."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from interview import history
from interview.models import Interview, attempts_of
from interview.views.shared import page


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    interviews = Interview.objects.of(request.user).with_progress().order_by("-created_at")
    attempts = attempts_of(request.user).order_by("-created_at")
    context = {
        "interviews": Paginator(interviews, 20).get_page(request.GET.get("sittings")),
        "attempts": Paginator(attempts, 20).get_page(request.GET.get("page")),
        "chart": history.score_chart(request.user),
        "topics": history.topic_table(request.user),
    }
    return page(request, "interview/history.html", context)
