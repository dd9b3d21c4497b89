"""The start page: what to be asked, and how."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from interview import disputes, guests, history, reviewing, selection, throttling
from interview.forms import StartForm
from interview.models import Interview
from interview.views.review import language
from interview.views.shared import page, post_to
from knowledge.models import Topic, topics_with_counts


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    initial = {}
    if request.user.is_authenticated and not guests.is_guest(request.user):
        initial["follow_ups"] = selection.wants_follow_ups(request.user)
    return _home(request, StartForm(initial=initial))


def _home(request: HttpRequest, form: StartForm, status: int = 200, **more: Any) -> HttpResponse:
    groups = _topic_groups()
    topics = [topic for group in groups for topic in group["topics"]]
    context: dict[str, Any] = {
        "topics": topics,
        "topic_groups": groups,
        "total": sum(topic.askable for topic in topics),
        "form": form,
        **more,
    }
    if guests.is_guest(request.user):
        context["sitting"] = guests.sitting_of(request.user)
    elif request.user.is_authenticated:
        context["open"] = (
            Interview.objects.of(request.user)
            .filter(finished_at=None)
            .with_progress()
            .order_by("-created_at")[:3]
        )
        means = {row.name: row for row in history.topic_table(request.user)}
        context["today"] = reviewing.today(request.user, timezone.localtime(), language())
        context["decided"] = disputes.news(request.user)[:5]
        context["standing"] = {topic.pk: means.get(topic.name) for topic in topics}
    return page(request, "interview/home.html", context, status=status)


def _topic_groups() -> list[dict[str, Any]]:
    """Topics in the reader's language (and those that name none), then the others; empty groups
    are left out. A topic is in a language when all of its questions are."""
    topics = topics_with_counts().annotate(
        first=Min("question__language"), last=Max("question__language")
    )
    own = language()
    near: list[Any] = []
    far: list[Any] = []
    for topic in topics:
        elsewhere = topic.first == topic.last and topic.first not in ("", own)
        (far if elsewhere else near).append(topic)
    if not near or not far:
        note = _("none chosen means all")
        return [{"title": _("Topics"), "note": note, "topics": near or far}] if near or far else []
    note = _("none chosen means all of these")
    return [
        {"title": _("Topics"), "note": note, "topics": near},
        {"title": _("In another language"), "note": "", "topics": far},
    ]


def _default_topics() -> list[Topic]:
    """What is asked when no topic was chosen: all in the reader's language, if there are any."""
    groups = _topic_groups()
    return groups[0]["topics"] if groups else []


@post_to("home")
def try_one(request: HttpRequest) -> HttpResponse:
    """A sitting without an account: a new one, or the one that the guest has."""
    if request.user.is_authenticated:
        sitting = guests.sitting_of(request.user) if guests.is_guest(request.user) else None
        return redirect("resume", sitting.pk) if sitting else redirect("home")
    if not settings.VIVA_GUESTS:
        raise Http404
    now = timezone.now()
    try:
        tries = throttling.take(throttling.GUEST, throttling.guest_limits(request), now=now)
    except throttling.TooMany as error:
        return _home(request, StartForm(), status=429, too_many=error.minutes)
    plan = selection.Plan(topics=_default_topics(), count=guests.QUESTIONS, follow_ups=True)
    interview = guests.begin(plan, now=now, rng=random.Random())
    if interview is None:
        throttling.forgive(tries)
        return _home(request, StartForm(), status=422, nothing_to_ask=True)
    login(request, interview.user)
    return redirect("slot", interview.pk, 1)


@login_required
@post_to("home")
def start(request: HttpRequest) -> HttpResponse:
    form = StartForm(request.POST)
    interview = None
    if form.is_valid():
        plan = form.plan()
        if not plan.topics:
            plan = replace(plan, topics=_default_topics())
        interview = selection.start_interview(
            request.user, plan, now=timezone.now(), rng=random.Random()
        )
    if interview is None:
        return _home(request, form, status=422, nothing_to_ask=form.is_valid())
    return redirect("slot", interview.pk, 1)
