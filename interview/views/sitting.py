"""Through the questions of a sitting, to its summary."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from interview import answering, result
from interview.forms import AnswerForm
from interview.models import Attempt, Slot
from interview.views.shared import (
    attempt_context,
    attempt_for,
    ensure_graded,
    interview_for,
    page,
    post_to,
    slot_for,
)


@login_required
@require_safe
def resume(request: HttpRequest, interview_id: uuid.UUID) -> HttpResponse:
    """Back to where one was: the first open question, or the summary."""
    interview = interview_for(request, interview_id)
    pending = interview.slots.filter(state=Slot.State.PENDING).first()
    if pending is None:
        return redirect("summary", interview.pk)
    return redirect("slot", interview.pk, pending.position + 1)


@login_required
@require_safe
def slot(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """A question of an interview: the composer, or the result when it was answered."""
    current = slot_for(request, interview_id, number)
    attempt = current.attempts.order_by("-created_at").first()
    again = "again" in request.GET
    context = _slot_context(current)
    if attempt is not None and not again:
        ensure_graded(attempt)
        context |= attempt_context(attempt)
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


@login_required
@post_to("slot")
def answer(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    current = slot_for(request, interview_id, number)
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
    ensure_graded(attempt)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("slot", interview_id, number)
    context = _slot_context(current) | attempt_context(attempt)
    return page(request, "interview/slot.html", context, partial="stage")


@login_required
@post_to("slot")
def skip(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    current = slot_for(request, interview_id, number)
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
    current = slot_for(request, interview_id, number)
    current.draft = request.POST.get("answer", "")[: settings.VIVA_MAX_ANSWER]
    current.save(update_fields=["draft"])
    return page(request, "interview/draft.html", {"saved": bool(current.draft)})


@login_required
@require_safe
def attempt(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """One attempt with its result, as it was."""
    current = attempt_for(request, attempt_id)
    ensure_graded(current)
    context = attempt_context(current) | {
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
    interview = interview_for(request, interview_id)
    slots = list(interview.slots.select_related("version").order_by("position"))
    latest = {
        a.slot_id: a
        for a in Attempt.objects.filter(slot__interview=interview).order_by("created_at")
    }
    for ungraded in latest.values():
        ensure_graded(ungraded)
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
