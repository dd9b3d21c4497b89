"""What a person has done so far, what goes missing again and again, and every answer."""

from __future__ import annotations

import random
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from interview import history, probing, selection
from interview.filtering import AnswerFilter, excerpt, narrowed
from interview.models import Attempt, Interview, attempts_of
from interview.views.shared import page, post_to
from interview.weaknesses import weaknesses
from knowledge.models import Question
from knowledge.posted import whole_number

PRACTISED_AT_ONCE = 10


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    interviews = Interview.objects.of(request.user).order_by("-created_at")
    sittings = Paginator(interviews, 10).get_page(request.GET.get("sittings"))
    shown = [interview.pk for interview in sittings]
    context = {
        "sittings": sittings,
        "interviews": Interview.objects.filter(pk__in=shown)
        .with_progress()
        .order_by("-created_at"),
        "attempts": _listed(request.user)[:10],
        "calendar": history.calendar(request.user, timezone.localtime()),
        "chart": history.score_chart(request.user),
        "topics": history.topic_table(request.user),
        "weaknesses": weaknesses(request.user),
    }
    return page(request, "interview/history.html", context)


@login_required
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """Every answer, narrowed down by what was asked for."""
    form = AnswerFilter(request.GET, request.user)
    wanted = form.wanted()
    listed = _listed(request.user).select_related("follow_up").defer("follow_up__grade")
    fitting = narrowed(listed, request.user, wanted)
    attempts = Paginator(fitting, 20).get_page(request.GET.get("page"))
    words = wanted.get("q", "").split()
    rows = [(attempt, _found_in(attempt, words)) for attempt in attempts]
    context = {"form": form, "filtered": bool(wanted), "attempts": attempts, "rows": rows}
    return page(request, "interview/answers.html", context)


def _found_in(attempt: Attempt, words: list[str]) -> list[tuple[str, bool]]:
    """Where the answer, or else the follow-up's, has one of the words."""
    more = probing.of(attempt)
    return excerpt(attempt.answer, words) or excerpt(more.answer if more else "", words)


def _listed(user: Any) -> QuerySet[Attempt]:
    """One's attempts, newest first, without what a list does not show."""
    heavy = ("grade", "version__body", "version__stem", "slot__draft")
    return attempts_of(user).defer(*heavy).order_by("-created_at")


@login_required
@post_to("history")
def practise(request: HttpRequest) -> HttpResponse:
    """A sitting of the named questions, at most ten."""
    posted = map(whole_number, request.POST.getlist("question")[:PRACTISED_AT_ONCE])
    named = [number for number in posted if number is not None]
    found = Question.objects.askable().select_related("topic").in_bulk(named)
    questions = list(found.values())
    if not questions:
        return redirect("history")
    random.Random().shuffle(questions)
    follow_ups = selection.wants_follow_ups(request.user)
    interview = selection.begin(request.user, questions, now=timezone.now(), follow_ups=follow_ups)
    return redirect("slot", interview.pk, 1)
