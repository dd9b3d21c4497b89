"""The question after an answer: answered or skipped. Its drafts go the way of all drafts."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from interview import answering, probing, timing
from interview.forms import AnswerForm
from interview.models import FollowUp, Slot
from interview.views import sitting
from interview.views.shared import post_to, slot_for


def _follow_up(request: HttpRequest, current: Slot) -> FollowUp:
    row = sitting.written(request, current)
    if not isinstance(row, FollowUp):
        raise Http404
    return row


@login_required
@post_to("slot")
def answer(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """Takes the answer; one that comes twice, or after another one, changes nothing."""
    current = slot_for(request, interview_id, number)
    row = _follow_up(request, current)
    now = timezone.now()
    form = AnswerForm(request.POST)
    if not form.is_valid():
        over = timing.is_over(timing.sitting_deadline(current.interview), now, sitting.EARLY)
        if request.POST.get("answer", "").strip():
            sitting.keep_draft(request, row)
        elif over:
            probing.skip(row, now=now)
            answering.settle(current.interview, now, sitting.EARLY)
            return redirect("slot", interview_id, number)
        more = sitting.outcome(current, row.attempt)
        if row.state == FollowUp.State.OPEN:
            more["follow_form"] = form
        return sitting.stage(request, current, now, more, status=422)
    held = current.interview.keeps_results_back
    row = probing.submit(
        row,
        form.cleaned_data["answer"],
        submission=form.cleaned_data["submission"],
        base=form.cleaned_data["base"],
        now=now,
    )
    answering.settle(current.interview, now, sitting.EARLY)
    more = sitting.outcome(current, row.attempt)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("slot", interview_id, number)
    if held and not current.interview.keeps_results_back:  # its time is up
        more = {"held": True, "attempt": row.attempt, "follow_up": row}
    response = sitting.stage(request, current, now, more)
    response["HX-Replace-Url"] = reverse("slot", args=[interview_id, number])
    return response


@login_required
@post_to("slot")
def skip(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """Leaves the follow-up; what was typed stays with it."""
    current = slot_for(request, interview_id, number)
    row = _follow_up(request, current)
    if clash := sitting.keep_draft(request, row):
        return sitting.clashed(request, current, row, clash)
    probing.skip(row, now=timezone.now())
    return redirect("slot", interview_id, number)
