"""Thin views. Every row is reached through the person it belongs to; strangers get 404."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Max, Min
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from interview import answering, grader, history, result, selection
from interview.forms import AnswerForm, SignUpForm, StartForm
from interview.models import Attempt, Interview, Slot, attempts_of
from knowledge.markdown.rendering import mark as mark_passages
from knowledge.models import Question, Topic, topics_with_counts
from knowledge.refresh import rendered, source_name_of
from knowledge.search import search as search_passages

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


def _slot_for(request: HttpRequest, interview_id: uuid.UUID, number: int) -> Slot:
    """The one door to a slot: 404 unless it is this person's."""
    return get_object_or_404(
        Slot.objects.select_related("interview", "version__question__source", "interview__user"),
        interview__user=request.user,
        interview_id=interview_id,
        position=number - 1,
    )


def _interview_for(request: HttpRequest, interview_id: uuid.UUID) -> Interview:
    return get_object_or_404(Interview.objects.of(request.user), pk=interview_id)


def _attempt_for(request: HttpRequest, attempt_id: uuid.UUID) -> Attempt:
    return get_object_or_404(
        attempts_of(request.user).select_related("version__question__source", "slot__interview"),
        pk=attempt_id,
    )


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return _home(request, StartForm())


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
    if request.user.is_authenticated:
        context["open"] = (
            Interview.objects.of(request.user)
            .filter(finished_at=None)
            .with_progress()
            .order_by("-created_at")[:3]
        )
        means = {row.name: row for row in history.topic_table(request.user)}
        context["standing"] = {topic.pk: means.get(topic.name) for topic in topics}
    return page(request, "interview/home.html", context, status=status)


def _topic_groups() -> list[dict[str, Any]]:
    """Topics in the reader's language (and those that name none), then the others; empty groups
    are left out. A topic is in a language when all of its questions are."""
    topics = topics_with_counts().annotate(
        first=Min("question__language"), last=Max("question__language")
    )
    own = (get_language() or "")[:2]
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


def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save())
        return redirect("home")
    return page(
        request, "registration/sign_up.html", {"form": form}, status=200 if not form.errors else 422
    )


def _default_topics() -> list[Topic]:
    """What is asked when no topic was chosen: all in the reader's language, if there are any."""
    groups = _topic_groups()
    return groups[0]["topics"] if groups else []


@login_required
@post_to("home")
def start(request: HttpRequest) -> HttpResponse:
    form = StartForm(request.POST)
    interview = None
    if form.is_valid():
        interview = selection.start_interview(
            request.user,
            list(form.cleaned_data["topics"]) or _default_topics(),
            form.cleaned_data["count"],
            now=timezone.now(),
            rng=random.Random(),
        )
    if interview is None:
        return _home(request, form, status=422, nothing_to_ask=form.is_valid())
    return redirect("slot", interview.pk, 1)


@login_required
@require_safe
def resume(request: HttpRequest, interview_id: uuid.UUID) -> HttpResponse:
    """Back to where one was: the first open question, or the summary."""
    interview = _interview_for(request, interview_id)
    pending = interview.slots.filter(state=Slot.State.PENDING).first()
    if pending is None:
        return redirect("summary", interview.pk)
    return redirect("slot", interview.pk, pending.position + 1)


@login_required
@require_safe
def slot(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """A question of an interview: the composer, or the result when it was answered."""
    current = _slot_for(request, interview_id, number)
    attempt = current.attempts.order_by("-created_at").first()
    again = "again" in request.GET
    context = _slot_context(current)
    if attempt is not None and not again:
        _ensure_graded(attempt)
        context |= _attempt_context(attempt)
    else:
        initial = current.draft or (attempt.answer if attempt and again else "")
        context["form"] = AnswerForm(initial={"answer": initial, "submission": uuid.uuid4()})
        context["restored"] = bool(current.draft)
    return page(request, "interview/slot.html", context, partial="stage")


def _slot_context(current: Slot) -> dict[str, Any]:
    slots = list(current.interview.slots.select_related("version").order_by("position"))
    total = len(slots)
    following = next((s for s in slots if s.position > current.position), None)
    return {
        "slot": current,
        "interview": current.interview,
        "slots": slots,
        "number": current.position + 1,
        "total": total,
        "done": sum(s.state != Slot.State.PENDING for s in slots),
        "following": following,
        "stem": result.question_html(current.version),
        "max_answer": settings.VIVA_MAX_ANSWER,
    }


def _attempt_context(attempt: Attempt) -> dict[str, Any]:
    return {"attempt": attempt, "result": result.result_of(attempt)}


def _ensure_graded(attempt: Attempt) -> None:
    if attempt.score is None:
        answering.grade_attempt(attempt)


@login_required
@post_to("slot")
def answer(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    current = _slot_for(request, interview_id, number)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        context = _slot_context(current) | {"form": form}
        return page(request, "interview/slot.html", context, partial="stage", status=422)
    attempt = answering.submit(
        current,
        form.cleaned_data["answer"],
        submission=form.cleaned_data["submission"],
        now=timezone.now(),
    )
    if attempt.slot_id != current.pk:
        raise Http404
    _ensure_graded(attempt)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("slot", interview_id, number)
    context = _slot_context(current) | _attempt_context(attempt)
    return page(request, "interview/slot.html", context, partial="stage")


@login_required
@post_to("slot")
def skip(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    current = _slot_for(request, interview_id, number)
    draft = request.POST.get("answer", "")[: settings.VIVA_MAX_ANSWER]
    if draft != current.draft:  # what was typed before skipping is kept
        current.draft = draft
        current.save(update_fields=["draft"])
    answering.skip(current, now=timezone.now())
    if number < current.interview.slots.count():
        return redirect("slot", interview_id, number + 1)
    return redirect("resume", interview_id)


@login_required
@post_to("slot")
def draft(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """Keeps what has been typed so far."""
    current = _slot_for(request, interview_id, number)
    current.draft = request.POST.get("answer", "")[: settings.VIVA_MAX_ANSWER]
    current.save(update_fields=["draft"])
    return page(request, "interview/draft.html", {"saved": bool(current.draft)})


@login_required
@require_safe
def attempt(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """One attempt with its result, as it was."""
    current = _attempt_for(request, attempt_id)
    _ensure_graded(current)
    context = _attempt_context(current) | {
        "slot": current.slot,
        "interview": current.slot.interview,
        "stem": result.question_html(current.version),
        "number": current.slot.position + 1,
        "standalone": True,
    }
    return page(request, "interview/attempt.html", context, partial="result")


@login_required
@require_safe
def summary(request: HttpRequest, interview_id: uuid.UUID) -> HttpResponse:
    interview = _interview_for(request, interview_id)
    slots = list(interview.slots.select_related("version").order_by("position"))
    latest = {
        a.slot_id: a
        for a in Attempt.objects.filter(slot__interview=interview).order_by("created_at")
    }
    for ungraded in latest.values():
        _ensure_graded(ungraded)
    rows = [{"slot": s, "attempt": latest.get(s.pk), "number": s.position + 1} for s in slots]
    scores = [a.score for a in latest.values() if a.score is not None]
    context = {
        "interview": interview,
        "rows": rows,
        "answered": len(latest),
        "mean": round(sum(scores) / len(scores)) if scores else None,
        "pending": any(s.state == Slot.State.PENDING for s in slots),
        **_strengths(list(latest.values())),
    }
    return page(request, "interview/summary.html", context)


def _strengths(attempts: list[Attempt]) -> dict[str, Any]:
    """The heaviest covered points and the heaviest missed or contradicted ones of a sitting."""
    points = [
        (point["weight"] * (1 if verdict == "covered" else -1), point["text"], attempt)
        for attempt in attempts
        if attempt.grade
        for point in attempt.grade["points"]
        for verdict in [point["verdict"]]
        if verdict in ("covered", "missed", "contradicted")
    ]
    points.sort(key=lambda item: -item[0])
    strong = [(text, attempt) for weight, text, attempt in points if weight > 0][:3]
    weak = [(text, attempt) for weight, text, attempt in reversed(points) if weight < 0][:3]
    return {"strong": strong, "weak": weak}


@login_required
@require_safe
def history_page(request: HttpRequest) -> HttpResponse:
    interviews = Interview.objects.of(request.user).with_progress().order_by("-created_at")
    attempts = attempts_of(request.user).order_by("-created_at")
    context = {
        "interviews": Paginator(interviews, 20).get_page(request.GET.get("sittings")),
        "attempts": Paginator(attempts, 20).get_page(request.GET.get("page")),
        "chart": history.score_chart(request.user),
        "topics": history.topic_table(request.user),
    }
    return page(request, "interview/history.html", context)


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")[:500]
    ready = grader.is_ready()
    hits = search_passages(query, 12) if query.strip() and ready else []
    context = {"query": query, "hits": hits, "warming": bool(query.strip()) and not ready}
    return page(request, "interview/search.html", context, partial="results")


@login_required
@require_safe
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """A question of the bank with its reference; the passage a search found is marked."""
    current = get_object_or_404(
        Question.objects.askable().select_related("topic", "source"), pk=question_id
    )
    html = rendered(current.body, source_name_of(current)).html
    passage = request.GET.get("passage", "")
    if passage.isascii() and passage.isdigit() and len(passage) < 6:
        html = mark_passages(html, {int(passage): "found"})
    context = {
        "question": current,
        "stem": mark_safe(rendered(current.stem).html) if current.stem else "",
        "reference": mark_safe(html),
    }
    return page(request, "interview/question.html", context)
